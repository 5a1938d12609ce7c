import { actionCharsMax, meaningByWords } from './actions/general.ts';
import { type ActionKind, actionKinds, type Classified, type Meaning, type TokenChange } from './actions/kind.ts';
import { pulumiActions, pulumiLogTampering, pulumiTokenChanges } from './actions/pulumi.ts';
import { scalrActions, scalrLogTampering, scalrTokenChanges } from './actions/scalr.ts';

/**
 * What an audited action means to somebody who investigates a leaked token: of which kind it is, whether it changes the
 * inventory of tokens, whether it tampers with the log. Each vendor's names are looked up in its table; names that are in
 * none are judged by their words, so that an action newer than this program is still seen for what it probably is.
 */

export { type ActionKind, actionKinds, isSensitive, type SensitiveKind, type TokenChange } from './actions/kind.ts';

export const kindOf = (provider: string, action: string): ActionKind => meaningOf(provider, action).kind;

/** The kind's place in `actionKinds`. */
export const kindIndexOf = (provider: string, action: string): number =>
  actionKinds.indexOf(meaningOf(provider, action).kind);

export const changesTokens = (provider: string, action: string): TokenChange | undefined =>
  meaningOf(provider, action).tokenChange;

/** Actions that may blind whoever reads this log: told always, however usual they are. Pulumi audits none by name. */
export const tampersWithLog = (provider: string, action: string): boolean => meaningOf(provider, action).tampersWithLog;

/** Whether the vendor's table has it; for logs without a table, whether its words say anything. */
export const isKnownAction = (provider: string, action: string): boolean =>
  vendors.get(provider)?.has(action) ?? kindOf(provider, action) !== 'other';

const tableOf = (
  classified: readonly Classified[],
  tokenChanges: ReadonlyMap<string, TokenChange>,
  logTampering: ReadonlySet<string>,
): ReadonlyMap<string, Meaning> =>
  new Map(
    classified.flatMap(({ kind, actions }) =>
      actions.map((action): readonly [string, Meaning] => [
        action,
        { kind, tokenChange: tokenChanges.get(action), tampersWithLog: logTampering.has(action) },
      ]),
    ),
  );

const vendors: ReadonlyMap<string, ReadonlyMap<string, Meaning>> = new Map([
  ['pulumi', tableOf(pulumiActions, pulumiTokenChanges, pulumiLogTampering)],
  ['scalr', tableOf(scalrActions, scalrTokenChanges, scalrLogTampering)],
]);

/** Several times the names that any one log uses; with names of `actionCharsMax` it stays below two megabytes. */
const rememberedMax = 4_096;

/** Answers by words, oldest first. It saves time and changes no answer. */
const remembered = new Map<string, Meaning>();

const meaningOf = (provider: string, action: string): Meaning =>
  vendors.get(provider)?.get(action) ?? remembered.get(action) ?? rememberWords(action);

const rememberWords = (action: string): Meaning => {
  const meaning = meaningByWords(action);
  // A longer name is the work of an attacker or a mistake; keeping it would only hold memory.
  if (action.length > actionCharsMax) return meaning;

  const [oldest] = remembered.size < rememberedMax ? [] : remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
  remembered.set(action, meaning);
  return meaning;
};
