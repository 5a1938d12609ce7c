/** One line for whoever waits: jest itself is silent until a file is done. */
export const progress = (text: string): void => {
  process.stderr.write(`  aws: ${text}\n`);
};
