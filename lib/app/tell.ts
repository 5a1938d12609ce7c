/** Delivers what waits in the outbox, after the commit that put it there. A crash in between repeats a delivery at worst. */
import type { SendAlert, StateStore } from './ports.ts';

export type Delivery = { readonly told: number; readonly failures: readonly unknown[] };

/** Tries everything once; what fails stays for the next run. */
export const tellAll = async (source: string, state: StateStore, sendAlert: SendAlert): Promise<Delivery> => {
  const failures: unknown[] = [];
  let told = 0;
  for (const telling of await state.untold(source)) {
    try {
      await sendAlert(telling);
    } catch (error) {
      failures.push(error);
      continue;
    }
    await state.markTold(source, telling.key);
    told += 1;
  }
  return { told, failures };
};
