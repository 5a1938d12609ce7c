import { alertOf } from '../app/acknowledge.ts';
import type { StateStore } from '../app/ports.ts';
import { nearest } from '../config/nearest.ts';
import type { Alert } from '../core/alert.ts';
import { named } from '../report/safe-text.ts';
import { listed } from '../report/words.ts';
import { UsageError } from './failure.ts';

const suggestionsMax = 5;

/** The alert that is meant by an id, or by the beginning of one. Throws `UsageError` with the ids that there are. */
export const theAlert = async (state: StateStore, words: string): Promise<Alert> => {
  const found = await alertOf(state, words);
  if ('alert' in found) return found.alert;
  const meant = nearest(words, found.ids);
  const latest = found.ids.slice(0, suggestionsMax).map((id) => named(id));
  const hint =
    meant !== undefined
      ? `Did you mean ${named(meant)}?`
      : latest.length > 0
        ? `The latest are: ${listed(latest)}.`
        : 'There are no alerts in this state.';
  throw new UsageError(
    `No alert is called ${named(words)}. ${hint} An alert’s id stands in the last line of its text.`,
  );
};
