/** An ownership file cannot be used as it is; the message names the file, what is wrong with it and what to do. */
export class NetworksError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'NetworksError';
  }
}
