import { shownText } from './safe-text.ts';
import { counted } from './words.ts';
import { wrapped } from './wrap.ts';

/** What `doctor` found: one line for each check, and under what is not well what to do. */

export type Check = {
  /** `state`, `pulumi:acme token` */
  readonly name: string;
  readonly detail: string;
  /** The numbers in the detail, for machines. */
  readonly figures?: Readonly<Record<string, unknown>>;
} & ({ readonly outcome: 'ok' } | { readonly outcome: 'warning' | 'failed'; readonly fix: string });

const marks: Readonly<Record<Check['outcome'], string>> = { ok: 'ok      ', warning: 'warning ', failed: 'FAILED  ' };
const codes: Readonly<Record<Check['outcome'], string>> = { ok: '32', warning: '33', failed: '31' };

/** A server's words in a detail end at 200 characters. */
const detailColumnsMax = 1_000;

export const doctorText = (
  checks: readonly Check[],
  { width, colour }: { readonly width: number; readonly colour: boolean },
): readonly string[] => [...checks.flatMap((check) => linesOf(check, { width, colour })), '', verdict(checks)];

const linesOf = (
  check: Check,
  { width, colour }: { readonly width: number; readonly colour: boolean },
): readonly string[] => {
  const mark = marks[check.outcome];
  const room = width - mark.length;
  const text = wrapped(`${shownText(check.name, 120)}: ${shownText(check.detail, detailColumnsMax)}`, room);
  const fix = check.outcome === 'ok' ? [] : wrapped(`-> ${check.fix}`, room);
  const shownMark = colour ? `\x1b[${codes[check.outcome]}m${mark}\x1b[0m` : mark;
  return [...text, ...fix].map((line, at) => (at === 0 ? shownMark : ' '.repeat(mark.length)) + line);
};

const verdict = (checks: readonly Check[]): string => {
  const failed = checks.filter(({ outcome }) => outcome === 'failed').length;
  const warnings = checks.filter(({ outcome }) => outcome === 'warning').length;
  if (failed > 0) return `${counted(failed, 'check')} failed.`;
  return warnings > 0 ? `Nothing failed; ${counted(warnings, 'warning')}.` : 'All is well.';
};

/** One check as a line of JSON; `fix` is null where nothing is to be done. */
export const checkJson = (check: Check): string =>
  JSON.stringify({
    check: check.name,
    outcome: check.outcome,
    detail: check.detail,
    fix: check.outcome === 'ok' ? null : check.fix,
    ...(check.figures !== undefined && { figures: check.figures }),
  });
