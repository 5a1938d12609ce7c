import { anywhere, quoted } from '../commands.ts';

/**
 * Where a log came from, as far as commands need it that look at it again or that cut a token off. An address that is not
 * known is never guessed: the command would send somebody's administrator token there.
 */
export type Origin = {
  /** How tokenwatch is started there, as of a `Place`. */
  readonly program: string;
  /** Address of each vendor's API, without a slash at its end, by the provider's name. */
  readonly apiUrls: ReadonlyMap<string, string>;
  /** Options with which `investigate` reads the same log again; undefined where it cannot, as from standard input. */
  readonly again: readonly string[] | undefined;
  /** Options with which `watch` watches the same log from now on; undefined: from what the log says of itself. */
  readonly watch: readonly string[] | undefined;
};

export const unknownOrigin: Origin = {
  program: anywhere.program,
  apiUrls: new Map(),
  again: undefined,
  watch: undefined,
};

/** Nothing that a shell acts on. */
const bare = /^[A-Za-z0-9_./:@%+,=-]+$/;

/** Undefined where it is not known, or holds what a shell acts on. */
export const apiUrlOf = ({ apiUrls }: Origin, provider: string): string | undefined => {
  const url = apiUrls.get(provider);
  return url !== undefined && bare.test(url) ? url : undefined;
};

/** One of our own commands, on one line. */
export const commandOf = ({ program }: Origin, words: readonly string[]): string =>
  [program, ...words.map(quoted)].join(' ');
