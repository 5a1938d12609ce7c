import { cut } from '../report/safe-text.ts';
import { wrapped } from '../report/wrap.ts';
import type { Output, World } from './world.ts';

/**
 * What goes where. Results go to stdout; with `--json` these are lines of JSON and nothing else, and all that is for
 * people goes to stderr. A status line is rewritten in place, on stderr, and only where that is a terminal.
 */

export type Screen = {
  readonly width: number;
  readonly hasColour: boolean;
  /** The result itself. */
  result(text: string): Promise<void>;
  /** For people; each line of the text is a paragraph that is wrapped. */
  say(text: string): void;
  /** For people, already laid out. */
  show(lines: readonly string[]): void;
  /** Always on stderr. */
  warn(text: string): void;
  /** What is going on just now; undefined takes it away. */
  status(text: string | undefined): void;
  /** Resolves when everything said was written. */
  settled(): Promise<void>;
};

const widthMin = 60;
const widthMax = 120;
/** For pipes and files. */
const widthElsewhere = 100;

const widthOf = ({ columns }: Output): number =>
  columns === undefined ? widthElsewhere : Math.min(widthMax, Math.max(widthMin, columns));

/** https://no-color.org and https://force-color.org: both count only where not blank; to refuse wins. */
export const hasColour = ({ isTTY }: Output, environment: World['environment']): boolean => {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  const forced = environment.FORCE_COLOR ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return isTTY && environment.TERM !== 'dumb';
};

/** Back to the line's start and everything on it erased (ECMA-48: CR, EL). */
const eraseLine = '\r\x1b[2K';
/** Faster than that nobody reads. */
const statusEveryMs = 80;

export const screenOf = (world: World, { isJson }: { readonly isJson: boolean }): Screen => {
  const { stdout, stderr } = world;
  const human = isJson ? stderr : stdout;
  const width = widthOf(human);
  let statusText: string | undefined;
  let statusAtMs = Number.NEGATIVE_INFINITY;
  let written: Promise<void> = Promise.resolve();

  /** In order, and never an unhandled rejection: whoever awaits `settled` learns of the failure. */
  const write = (output: Output, text: string): Promise<void> => {
    const shown = statusText;
    const before = shown === undefined ? Promise.resolve() : stderr.write(eraseLine);
    const done = before
      .then(() => output.write(text))
      .then(() => (shown === undefined ? undefined : stderr.write(shown)));
    written = Promise.all([written, done]).then(() => undefined);
    written.catch(() => undefined);
    return done;
  };
  const paragraphs = (text: string): string =>
    `${text
      .split('\n')
      .flatMap((line) => wrapped(line, width))
      .join('\n')}\n`;

  return {
    width,
    hasColour: hasColour(human, world.environment),
    result: (text) => write(stdout, text),
    say: (text) => void write(human, paragraphs(text)).catch(() => undefined),
    show: (lines) => void write(human, `${lines.join('\n')}\n`).catch(() => undefined),
    warn: (text) => void write(stderr, paragraphs(text)).catch(() => undefined),
    status: (text) => {
      if (!stderr.isTTY || (text === undefined && statusText === undefined)) return;
      const nowMs = performance.now();
      if (text !== undefined && statusText !== undefined && nowMs - statusAtMs < statusEveryMs) return;
      statusAtMs = nowMs;
      statusText = text === undefined ? undefined : cut(text, Math.max(1, (stderr.columns ?? widthElsewhere) - 1));
      void stderr.write(eraseLine + (statusText ?? '')).catch(() => undefined);
    },
    settled: () => written,
  };
};
