/** Delivers what waits in the outbox, after the commit that put it there. A crash in between repeats a delivery at worst. */
import type { SendAlert, StateStore } from './ports.ts';

export type Delivery = { readonly told: number; readonly failures: readonly unknown[] };

/** Beyond it the oldest is forgotten, and said again should another receiver still not have taken it. */
const rememberedMax = 1_000;

/** One telling to several kinds of receivers. While one of them does not take it, those that did are not told it again. */
export const toAll = (receivers: readonly SendAlert[]): SendAlert => {
  const taken = receivers.map((send) => ({ send, keys: new Set<string>() }));
  return async (telling) => {
    const failures: unknown[] = [];
    for (const { send, keys } of taken) {
      if (keys.has(telling.key)) continue;
      try {
        await send(telling);
      } catch (error) {
        failures.push(error);
        continue;
      }
      for (const oldest of keys.size < rememberedMax ? [] : [...keys].slice(0, 1)) keys.delete(oldest);
      keys.add(telling.key);
    }
    if (failures.length > 0) throw failures[0];
  };
};

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
