/** What a caller can decide by. Documented in every help text. */
export const exitCodes = { nothingFound: 0, somethingFound: 1, wrongUse: 2, couldNot: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `
Exit codes:
  0  nothing found        1  something found
  2  wrong use            3  could not do it`;
