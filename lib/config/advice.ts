/** What is said of a value of the wrong type, in the same words for every setting. Never repeats the value. */

export const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

export const wrong =
  (advice: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? `is missing: ${advice}` : isBlank(input) ? `is blank: ${advice}` : advice;

export const numberAdvice =
  (advice: string) =>
  (issue: { readonly input?: unknown }): string =>
    typeof issue.input === 'string' && !isBlank(issue.input)
      ? `is a text: ${advice}, without quotes`
      : wrong(advice)(issue);
