import type { SendAlert, Telling } from '../../app/ports.ts';

/**
 * Alerts on a stream, in whatever form the caller words them. Delivered means written: a telling whose write failed stays
 * in the outbox and is written again at the next start.
 */
export const consoleAlerts =
  (to: { readonly write: (text: string) => Promise<void>; readonly words: (telling: Telling) => string }): SendAlert =>
  (telling) =>
    to.write(to.words(telling));
