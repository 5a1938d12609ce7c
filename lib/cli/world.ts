import type { Readable } from 'node:stream';
import type { Clock } from '../app/ports.ts';

/** What commands know and touch of the world, handed in by the door, so that a test runs them in its own process. */

export type Output = {
  /** Resolves when written; rejects when nobody can read it any more. */
  write(text: string): Promise<void>;
  readonly isTTY: boolean;
  /** Undefined where it is no terminal. */
  readonly columns: number | undefined;
};

export type World = {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly homeFolder: string;
  readonly platform: NodeJS.Platform;
  /** `24.21.0` and the like; SQLite undefined where this Node has none. */
  readonly versions: { readonly node: string; readonly sqlite: string | undefined };
  readonly clock: Clock;
  /** The reader's time zone, as an IANA name. */
  readonly zone: string | undefined;
  /** Where the ownership table lies if it was built. */
  readonly tableFile: string;
  /**
   * Asks to be told of Ctrl-C instead of dying of it: for commands with something to finish. Only the first one is told;
   * a second ends the process at once.
   */
  interruption(): AbortSignal;
};
