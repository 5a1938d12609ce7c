import type { Receiver, Telling } from '../../app/ports.ts';

/**
 * Alerts on a stream, in whatever form the caller words them. Delivered means written: a telling whose write failed stays
 * in the outbox and is written again at the next start.
 */
export const consoleAlerts = ({
  write,
  words,
  manyWords,
}: {
  readonly write: (text: string) => Promise<void>;
  readonly words: (telling: Telling) => string;
  /** Absent where many are written one by one. */
  readonly manyWords?: ((tellings: readonly Telling[]) => string) | undefined;
}): Receiver => ({
  sendAlert: (telling) => write(words(telling)),
  ...(manyWords && {
    sendMany: async (tellings) => {
      await write(manyWords(tellings));
      return tellings.length;
    },
  }),
});
