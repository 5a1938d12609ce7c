import type { Clock, StateStore } from '../app/ports.ts';
import type { Settings } from '../config/settings.ts';
import type { Source } from '../config/source-settings.ts';
import { type Coverage, latenessMs, silenceOf, silentSinceMs } from '../core/coverage.ts';
import { coverageFacts, missedSince } from '../core/coverage-facts.ts';
import { isTooSilent } from '../core/silence.ts';
import { readCoverage } from '../core/stored.ts';
import { msPerDay } from '../core/time.ts';
import { pollEveryMsUsual } from '../core/watching.ts';
import {
  arrivalsAdvice,
  arrivalsSentence,
  coverageJson,
  pausesSentence,
  seenSentence,
  sweepSentence,
} from '../report/coverage-text.ts';
import type { Check } from '../report/doctor-text.ts';
import { named } from '../report/safe-text.ts';
import { silenceAdvice, silenceSentence } from '../report/silence-text.ts';
import { durationText, instantText } from '../report/times.ts';
import { counted } from '../report/words.ts';
import { openOwners, openState, openVendor } from '../wiring.ts';
import { failed, ok, orFailed, warning } from './check-outcome.ts';
import { isStateThere } from './state-file.ts';
import type { World } from './world.ts';

/** The checks of `doctor`, each ending in an answer: nothing here ends the others, except a fault of ours. */

export const checkNode = ({ versions }: World): Check =>
  versions.sqlite === undefined
    ? failed('node', `Node ${versions.node}, which has no SQLite.`, 'Use Node 24 or newer.')
    : ok('node', `Node ${versions.node} with SQLite ${versions.sqlite}.`);

export const checkOwners = (mmdbPaths: readonly string[], { tableFile }: World): Promise<readonly Check[]> =>
  orFailed('ownership of addresses', 'Name other files after --mmdb or under networks.mmdb.', async () => {
    const { notice, credit } = await openOwners(mmdbPaths, tableFile);
    const name = 'ownership of addresses';
    if (notice !== undefined) {
      const fix = 'Run "npm run build" in a checkout, or name MMDB files with --mmdb.';
      return [warning(name, 'There is no table: addresses are judged without their owner and country.', fix)];
    }
    return [ok(name, credit ?? `From ${counted(mmdbPaths.length, 'MMDB file')}.`)];
  });

/** Asks the vendor; needs the secret where there is one. */
export const checkSource = (source: Source, world: World): Promise<readonly Check[]> => {
  const { environment, clock } = world;
  return orFailed(`${named(source.name)} access`, 'Set the secret first.', async () => {
    const checks = await openVendor(source, { environment, clock }).checkAccess();
    return checks.map((check) => {
      const name = `${named(source.name)} ${check.name}`;
      if (!check.ok) return failed(name, check.detail, check.fix);
      return check.advice === undefined ? ok(name, check.detail) : warning(name, check.detail, check.advice);
    });
  });
};

export type StateChecked = {
  readonly file: string;
  readonly settings: Settings | undefined;
  readonly clock: Clock;
};

/** Looks into the state without making one, and takes its lock once without changing anything. */
export const checkState = ({ file, settings, clock }: StateChecked): Promise<readonly Check[]> => {
  if (!isStateThere(file)) return Promise.resolve([ok('state', `${file} is not there yet; the first watch makes it.`)]);
  return orFailed('state', 'See the message; --state names another file.', async () => {
    const state = await openState(file);
    try {
      const known = await state.sources();
      // Takes the write lock and finds nothing to change, since no telling has a blank key.
      await state.markTold(known[0] ?? '', '');
      const held = known.length === 0 ? 'It is empty' : `It knows ${counted(known.length, 'source')}`;
      const wanted = settings?.sources.map(({ name }) => name) ?? known;
      const perSource = [];
      for (const source of wanted) perSource.push(...(await checkMemory(source, state, { settings, clock })));
      return [ok('state', `${file} can be read and written. ${held}.`), ...perSource];
    } finally {
      await state.close();
    }
  });
};

type Timing = Pick<StateChecked, 'settings' | 'clock'>;

/** What the state tells of one source: how far it is, and what waits or went wrong. */
const checkMemory = async (source: string, state: StateStore, timing: Timing): Promise<readonly Check[]> => {
  const { cursor } = await state.load(source);
  const name = named(source);
  if (cursor === undefined) return [ok(`${name} log`, 'Never read so far; the first watch reads the history.')];
  const coverage = readCoverage(cursor);
  const untold = (await state.untold(source)).length;
  const bad = await state.badRecords(source);
  const newest = bad.at(-1);
  return [
    lagCheck(name, coverage.settledThroughMs + latenessMs, timing),
    newestCheck(name, coverage, timing.clock.nowMs()),
    untold === 0
      ? ok(`${name} alerts`, 'All were told.')
      : warning(
          `${name} alerts`,
          `${counted(untold, 'alert')} not told yet.`,
          'Start "tokenwatch watch": it tells them.',
        ),
    newest === undefined
      ? ok(`${name} records`, 'All could be read.')
      : warning(
          `${name} records`,
          `${counted(bad.length, 'record')} could not be read whole. The latest, ${newest.where}: ${newest.reason}`,
          'Events that are missing cannot be judged: report the format if it is a new one of the vendor’s.',
        ),
    ...coverageChecks(name, coverage, timing),
  ];
};

/** What is older stays in the figures, and is nobody's work any more. */
const newsMs = 7 * msPerDay;

const coverageChecks = (name: string, coverage: Coverage, { settings, clock }: Timing): readonly Check[] => {
  const nowMs = clock.nowMs();
  const facts = coverageFacts(coverage, { nowMs, everyMs: settings?.pollEveryMs ?? pollEveryMsUsual });
  const { gaps } = missedSince(facts, nowMs - newsMs);
  const advice = arrivalsAdvice(facts);
  const gapsFix = 'Look at the vendor who acted so often in one second; nothing of it was judged.';
  const lateName = `${name} late events`;
  return [
    gaps.length === 0
      ? { ...ok(`${name} coverage`, seenSentence(facts)), figures: coverageJson(facts) }
      : { ...warning(`${name} coverage`, seenSentence(facts), gapsFix), figures: coverageJson(facts) },
    // One that goes on is the lag's to warn of; a laptop has some every night.
    ok(`${name} pauses`, pausesSentence(facts)),
    advice === undefined ? ok(lateName, arrivalsSentence(facts)) : warning(lateName, arrivalsSentence(facts), advice),
    ok(`${name} sweeps`, sweepSentence(facts)),
  ];
};

/** One poll may fail or take long; two missed ones mean that nothing polls. */
const missedPollsMax = 2;

const lagCheck = (name: string, seenThroughMs: number, { settings, clock }: Timing): Check => {
  const behindMs = clock.nowMs() - seenThroughMs;
  const everyMs = settings?.pollEveryMs ?? pollEveryMsUsual;
  const detail = `Seen through ${instantText(seenThroughMs)}, ${durationText(Math.max(0, behindMs))} ago.`;
  return behindMs <= (missedPollsMax + 1) * everyMs
    ? ok(`${name} lag`, detail)
    : warning(`${name} lag`, detail, 'Nothing polls it: start "tokenwatch watch", which catches up.');
};

const newestCheck = (name: string, coverage: Coverage, nowMs: number): Check => {
  const { newestEventMs, events } = coverage;
  const silence = silenceOf(coverage);
  if (isTooSilent(silence)) {
    const text = silenceSentence(silence, silentSinceMs(coverage), nowMs);
    return warning(`${name} events`, `It is silent: ${text}`, silenceAdvice(silence));
  }
  return events === 0
    ? warning(`${name} events`, 'Not one was found so far.', 'Check that this is the organization you mean.')
    : ok(`${name} events`, `${counted(events, 'event')} learned, the newest of ${instantText(newestEventMs)}.`);
};
