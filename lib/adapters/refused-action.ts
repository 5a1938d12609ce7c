/**
 * What of AWS's own words about a refusal is repeated: the action that was refused, and nothing else. The rest may hold
 * whatever stands between us and AWS chose to answer, our own credentials included.
 */
export const refusedAction = (message: string): string =>
  /not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z]{1,60})\b/.exec(message)?.[1] ?? 'it does not say what';
