import { instruct } from '../app/instruct.ts';
import { usesIn } from '../app/inventory.ts';
import type { StateStore } from '../app/ports.ts';
import { callersOfToken, watchOf } from '../app/rotation.ts';
import { nearest } from '../config/nearest.ts';
import type { Caller } from '../core/inventory/callers.ts';
import { takeInventory } from '../core/inventory/inventory.ts';
import type { Uses } from '../core/inventory/uses.ts';
import { type Network, ownerKey, rememberNetworks } from '../core/network.ts';
import { isNamed, type Principal } from '../core/principal.ts';
import { readCoverage } from '../core/stored.ts';
import { msPerDay } from '../core/time.ts';
import {
  daysDefault,
  daysMax,
  isOngoing,
  keptWatches,
  type NotOurs,
  type Rotation,
  type Watch,
} from '../core/watch/watch.ts';
import { newTokenPlaceholder, type Place, statusCommand } from '../report/commands.ts';
import { doubtfulText } from '../report/rotation-revoking-text.ts';
import { rotationText } from '../report/rotation-text.ts';
import { named } from '../report/safe-text.ts';
import { counted, listed } from '../report/words.ts';
import { openOwners, openState } from '../wiring.ts';
import { type CallersLog, daysOf, historyDaysDefault } from './callers-log.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { theOne } from './inventory.ts';
import { timeGiven } from './investigate-time.ts';
import { placeReading } from './place.ts';
import { followLog, openLog, type RotationFlags, watchesIn } from './rotation-log.ts';
import { type Screen, screenOf } from './screen.ts';
import { isStateThere, stateMeant } from './state-file.ts';
import type { World } from './world.ts';

/**
 * `rotation start`: learns the old token's callers, and begins to watch. Where a watch on that token lasts, it goes on from
 * where that began, so that nobody who came in the meantime is learned for a caller, and who was a stranger stays one.
 */
export const startRotation = async (flags: RotationFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: false });
  const nowMs = world.clock.nowMs();
  const asked = timingOf(flags, nowMs);
  const file = stateMeant(flags, world);
  const owners = await openOwners(flags.mmdb ?? [], world.tableFile);
  const networks = rememberNetworks(owners.lookup);
  const opened = await openLog(flags, { world, screen });
  try {
    const earlier = await earlierWatch(file, opened.source, flags.old ?? '');
    const timing = earlier === undefined || flags.since !== undefined ? asked : goingOn(earlier, asked, flags);
    let logEndsMs: number | undefined;
    const reached = (atMs: number): void => {
      logEndsMs = Math.max(logEndsMs ?? 0, atMs);
    };
    const uses = await usesIn(upTo(opened.log, timing.startedAtMs, reached), { networks });
    const old = oldToken(flags, uses, opened, timing.startedAtMs);
    const replacement = await replacementOf(flags, { opened, networks, screen });
    const state = await openState(file);
    try {
      const tokens = [...uses.tokens.values()];
      const watch = await catchUp(
        watchOf(
          {
            source: opened.source,
            old,
            replacement: replacement ?? earlier?.replacement,
            startedBy: earlier?.startedBy ?? 'person',
            ...timing,
          },
          tokens,
          {
            strangers: earlier?.strangers ?? [],
            moreStrangers: earlier?.moreStrangers ?? 0,
            notOurs: notOursOf(flags, { callers: callersOfToken(old, tokens), earlier, networks }),
          },
        ),
        { state, opened, networks },
      );
      const { watches } = await instruct(state, opened.source, (instructions) => ({
        ...instructions,
        watches: keptWatches([...instructions.watches.filter((each) => !isSame(each, watch)), watch], nowMs),
      }));
      const place = placeReading(file, opened.source, flags, world);
      await screen.result(
        `${startedText(watch, { earlier, place, screen, logEndsMs: flags.from === undefined ? undefined : logEndsMs }).join('\n')}\n`,
      );
      const others = watches.filter((each) => isOngoing(each) && each.id !== watch.id).length;
      if (others > 0) screen.warn(`${counted(others, 'other rotation')} ${others === 1 ? 'is' : 'are'} watched too.`);
      return exitCodes.nothingFound;
    } finally {
      await state.close();
    }
  } finally {
    opened.close();
    await screen.settled();
  }
};

const startedText = (
  watch: Watch,
  {
    earlier,
    place,
    screen,
    logEndsMs,
  }: {
    readonly earlier: Watch | undefined;
    readonly place: Place;
    readonly screen: Screen;
    readonly logEndsMs: number | undefined;
  },
): readonly string[] => {
  const look = { width: screen.width, colour: screen.hasColour, logEndsMs };
  const since = earlier === undefined ? '' : ', which goes on';
  return [
    ...rotationText(watch, look),
    ...doubtfulText(watch, { ...look, place }),
    '',
    `"tokenwatch watch" on this state follows it${since}. To look without one:`,
    `  ${statusCommand(place, { source: watch.source })}`,
  ];
};

/** The watch that lasts on this token, as somebody called it. Looking must not make a state. */
const earlierWatch = async (file: string, source: string, words: string): Promise<Watch | undefined> => {
  if (!isStateThere(file)) return undefined;
  const state = await openState(file);
  try {
    const watches = await watchesIn(state, source);
    return watches.find((watch) => isOngoing(watch) && isNamed(watch.old, words.trim()));
  } finally {
    await state.close();
  }
};

/** The same token again: the new watch replaces the one that is on. */
const isSame = (watch: Watch, { old }: Watch): boolean => isOngoing(watch) && watch.old.id === old.id;

type Timing = Pick<Rotation, 'startedAtMs' | 'overlapEndsMs' | 'endsAtMs' | 'deletedAtMs'>;

/** Throws `UsageError`. */
const timingOf = (flags: RotationFlags, nowMs: number): Timing => {
  const days = daysOf('--days', flags.days, daysDefault);
  if (days > daysMax) throw new UsageError(`--days: a rotation is watched for ${daysMax} days at most.`);
  const overlapDays = flags.overlapDays === '0' ? 0 : daysOf('--overlap-days', flags.overlapDays, 0);
  if (overlapDays > days) throw new UsageError('--overlap-days is longer than --days: nothing would be left to watch.');
  const startedAtMs = flags.since === undefined ? nowMs : timeGiven('--since', flags.since).atMs;
  if (startedAtMs > nowMs)
    throw new UsageError('--since lies in the future: start the watch when the token is replaced.');
  if (nowMs - startedAtMs > historyDaysDefault * msPerDay) {
    throw new UsageError(`--since lies more than ${historyDaysDefault} days back: a rotation so old is over.`);
  }
  const startMs = Math.floor(startedAtMs / 1_000) * 1_000;
  return {
    startedAtMs: startMs,
    overlapEndsMs: startMs + overlapDays * msPerDay,
    endsAtMs: startMs + days * msPerDay,
    deletedAtMs: undefined,
  };
};

/** Begun when the earlier one was; what was asked for now counts from now. */
const goingOn = (earlier: Watch, asked: Timing, { overlapDays }: RotationFlags): Timing => ({
  startedAtMs: earlier.startedAtMs,
  overlapEndsMs: overlapDays === undefined ? earlier.overlapEndsMs : asked.overlapEndsMs,
  endsAtMs: asked.endsAtMs,
  deletedAtMs: earlier.deletedAtMs,
});

const oldToken = (flags: RotationFlags, uses: Uses, opened: CallersLog, nowMs: number): Principal => {
  const inventory = takeInventory({
    source: opened.source,
    provider: 'pulumi',
    uses,
    listing: undefined,
    observed: { fromMs: uses.firstEventMs ?? nowMs, toMs: nowMs },
    limits: { rotationMs: Infinity, unusedMs: Infinity },
    nowMs,
  });
  const { principal } = theOne(flags.old ?? '', inventory);
  if (flags.new !== undefined && isNamed(principal, flags.new.trim())) {
    throw new UsageError(`${named(flags.new)} is the old token itself: name its replacement after --new.`);
  }
  return principal;
};

type Reading = {
  readonly opened: CallersLog;
  readonly networks: (address: string) => Network;
  readonly screen: Screen;
};

/**
 * As it will be recognized: by its name, or by its id where that is what was given and others bear the name. It may not have
 * been used yet, so any name will do; that nobody used it is said, because a mistyped one never will be.
 */
const replacementOf = async (
  flags: RotationFlags,
  { opened, networks, screen }: Reading,
): Promise<string | undefined> => {
  const words = flags.new?.trim();
  if (words === undefined) return undefined;
  if (words === '' || words === newTokenPlaceholder)
    throw new UsageError('--new: write the name or id of the new token.');
  const { tokens } = await usesIn(opened.log, { networks });
  const principals = [...tokens.values()].map(({ principal }) => principal);
  const meant = principals.filter((principal) => isNamed(principal, words));
  const [only, ...more] = meant.some(({ id }) => id === words) ? meant.filter(({ id }) => id === words) : meant;
  if (only !== undefined && more.length > 0) {
    const ids = [only, ...more].slice(0, idsMax).map(({ id }) => `  ${named(id)}`);
    throw new UsageError(`--new: ${named(words)} may be any of these; give the id instead:\n${ids.join('\n')}`);
  }
  if (only === undefined) {
    const names = [...new Set(principals.map(({ name }) => name))].filter((name) => name !== flags.old);
    const near = nearest(words, names.slice(0, comparedMax));
    screen.warn(
      `${named(words)} has not been seen in the log yet. That is right for a token that nobody has used so far; if it is mistyped, every caller will seem late.${near === undefined ? '' : ` Did you mean ${named(near)}?`}`,
    );
    return words;
  }
  return principals.filter(({ name }) => name === only.name).length > 1 ? only.id : only.name;
};
const idsMax = 10;
/** Each costs a comparison letter by letter. */
const comparedMax = 5_000;

type Known = {
  readonly callers: readonly Caller[];
  readonly earlier: Watch | undefined;
  readonly networks: (address: string) => Network;
};

/** Those named now and those named before. Throws `UsageError` where somebody names a place that no caller comes from. */
const notOursOf = ({ stranger = [] }: RotationFlags, { callers, earlier, networks }: Known): readonly NotOurs[] => {
  const before = earlier?.notOurs ?? [];
  const isBefore = (words: string) => before.some((each) => isAt(each.ownerKey, each.seen.network, words, networks));
  const now = stranger
    .map((words) => words.trim())
    .filter((words) => !isBefore(words))
    .flatMap((words) => {
      const meant = callers.filter((caller) => isAt(caller.ownerKey, caller.network, words, networks));
      if (meant.length === 0) {
        const there = [...new Set(callers.map((caller) => named(caller.ownerKey)))];
        const hint = there.length === 0 ? 'It has none at all.' : `They come from: ${listed(there.slice(0, idsMax))}.`;
        throw new UsageError(`--stranger: no caller of the old token comes from ${named(words)}. ${hint}`);
      }
      return meant.map(notOurs);
    });
  return [...before, ...now];
};

const isAt = (key: string, network: Network, words: string, networks: (address: string) => Network): boolean =>
  key.toLowerCase() === words.toLowerCase() || network.prefix === words || key === ownerKey(networks(words));

const notOurs = ({ ownerKey: key, events, refused, firstAtMs, lastAtMs, network }: Caller): NotOurs => ({
  ownerKey: key,
  seen: { events, refused, firstAtMs, lastAtMs, network, samples: [] },
});

/** `reached`: how far the whole of it goes. */
const upTo = (log: CallersLog['log'], beforeMs: number, reached: (atMs: number) => void): CallersLog['log'] => ({
  batches: async function* () {
    for await (const batch of log.batches()) {
      for (const { atMs } of batch) reached(atMs);
      yield batch.filter(({ atMs }) => atMs < beforeMs);
    }
  },
});

/** Events that a monitor on this state has settled already: it will not fold them in again. */
const catchUp = async (
  watch: Watch,
  { state, opened, networks }: { state: StateStore; opened: CallersLog; networks: (address: string) => Network },
): Promise<Watch> => {
  const { cursor } = await state.load(opened.source);
  const throughMs = cursor === undefined ? 0 : readCoverage(cursor).settledThroughMs;
  return followLog(watch, opened, { networks, throughMs });
};
