import type { Severity } from '../core/alert.ts';

/**
 * Colour by explicit choice only: whether the output is a terminal is for the door to know. Colour repeats what the words
 * say and never says it alone.
 */

export type Paint = {
  readonly severity: (severity: Severity, text: string) => string;
  /** For labels and headings, which matter less than what they label. */
  readonly dim: (text: string) => string;
};

/** Select Graphic Rendition numbers of ECMA-48: bold is 1, dim 2, red 31, yellow 33, cyan 36. */
const severityCodes: Readonly<Record<Severity, string>> = { low: '36', medium: '33', high: '31', critical: '1;31' };

export const paintOf = (colour: boolean): Paint =>
  colour
    ? { severity: (severity, text) => painted(severityCodes[severity], text), dim: (text) => painted('2', text) }
    : { severity: (_, text) => text, dim: (text) => text };

const painted = (codes: string, text: string): string => `\x1b[${codes}m${text}\x1b[0m`;
