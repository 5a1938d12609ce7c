import { asTwin } from '../../lib/adapters/sources/identity.ts';
import { pulumiTranslator } from '../../lib/adapters/sources/pulumi/translate.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { msPerDay, msPerHour, msPerMinute, msPerSecond, type Stretch } from '../../lib/core/time.ts';
import { madeUpOwners, officeAddress } from '../../lib/simulator/addresses.ts';
import { personCaller } from '../../lib/simulator/cast.ts';
import { createDice, type Dice } from '../../lib/simulator/dice.ts';
import { inTimeOrder, type Ordinary, ordinaryLife } from '../../lib/simulator/organization.ts';
import type { PulumiEvent } from '../../lib/simulator/pulumi-event.ts';
import { overlay, type Scenario, scenarios } from '../../lib/simulator/scenarios.ts';

/**
 * The histories that schedules are played on: the made-up organization of the demo, with thefts, ties and twins in it.
 * A history costs more to make than a schedule to play, so that a few are made and each serves many schedules.
 *
 * `long` is one organization over four weeks, of which statistics can learn. `busy` is several at once over a few days:
 * more events to lose in each hour of watching, and facts (a deleted token in use) for what is to be told.
 */

export type World = {
  readonly name: string;
  readonly source: string;
  readonly organization: string;
  /** Oldest first, in core's order, as a perfect reader would count them. */
  readonly events: readonly AuditEvent[];
  /** The vendor's JSON of each of them. */
  readonly texts: readonly string[];
  /** The most that share one second: a smaller page cannot hold a second whole, which no reader can help. */
  readonly crowd: number;
  /** When the first event happened; nothing is in the log before it. */
  readonly fromMs: number;
  /** Stretches worth watching: something goes wrong in each. */
  readonly windows: readonly Stretch[];
};

export const organizationName = 'acme-demo';
const source = `pulumi:${organizationName}`;
const startMs = Date.parse('2026-02-01T00:00:00Z');

export const networks = rememberNetworks(madeUpOwners);
export const alertBudgetPerWeek = 1;

/** How many different histories there are; a schedule names one. */
export const worlds = 16;

export const createWorld = (number: number): World => {
  const dice = createDice(`world ${number}`);
  return number % 2 === 0 ? longWorld(number, dice) : busyWorld(number, dice);
};

const longWorld = (number: number, dice: Dice): World => {
  const fromMs = startMs + dice.integer(0, 6) * msPerDay;
  const toMs = fromMs + 27 * msPerDay;
  const life = ordinaryLife(number, { fromMs, toMs });
  const firstMs = toMs - 3 * msPerDay + dice.integer(3, 20) * msPerHour;
  const secondMs = firstMs + dice.integer(14, 30) * msPerHour;
  const { log } = overlay(life, [
    scenarios.leakedToken({ caller: life.cast.machines.ciDeploy, startMs: firstMs }, dice.fork('leak')),
    scenarios.usageSpike({ ...life.cast.machines.runner, startMs: firstMs + 4 * msPerHour }, dice.fork('spike')),
    revocation(life, secondMs, dice.fork('revoked')),
  ]);
  return worldOf(`long ${number}`, withTies(log, dice.fork('ties')), [firstMs, secondMs + untilMisuseMs]);
};

const livesAtOnce = 5;

const busyWorld = (number: number, dice: Dice): World => {
  const fromMs = startMs + dice.integer(0, 6) * msPerDay;
  const toMs = fromMs + 4 * msPerDay;
  const misusesMs: number[] = [];
  const logs = Array.from({ length: livesAtOnce }, (_, ordinal) => {
    const life = ordinaryLife(1_000 + number * livesAtOnce + ordinal, { fromMs, toMs });
    const atMs = toMs - 46 * msPerHour + ordinal * 7 * msPerHour + dice.integer(0, 119) * msPerMinute;
    misusesMs.push(atMs + untilMisuseMs);
    return overlay(life, [revocation(life, atMs, dice.fork(`revoked ${ordinal}`))]).log;
  });
  return worldOf(`busy ${number}`, withTies(inTimeOrder(logs.flat()), dice.fork('ties')), misusesMs);
};

/** A deleted token is tried so long after its deletion, in the scenario of that. */
const untilMisuseMs = 4.5 * msPerHour;

const revocation = (life: Ordinary, deletedMs: number, dice: Dice): Scenario => {
  const { admin, machines } = life.cast;
  const adminIP = officeAddress('US', dice);
  return scenarios.revokedToken(
    { admin: personCaller(admin), adminIP, caller: machines.release.caller, deletedMs },
    dice,
  );
};

/** Some events move into the second of the one before, and some are there twice to the letter: both are real events. */
const withTies = (log: readonly PulumiEvent[], dice: Dice): readonly PulumiEvent[] => {
  let before = 0;
  return log.flatMap((event) => {
    const timestamp = dice.chance(0.06) && before !== 0 ? before : event.timestamp;
    before = timestamp;
    const tied = timestamp === event.timestamp ? event : { ...event, timestamp };
    return dice.chance(0.02) ? [tied, tied] : [tied];
  });
};

const worldOf = (name: string, log: readonly PulumiEvent[], misusesMs: readonly number[]): World => {
  const counted = numbered(log);
  const events = counted.map(({ event }) => event);
  const seconds = new Map<number, number>();
  for (const { atMs } of events) seconds.set(atMs, (seconds.get(atMs) ?? 0) + 1);
  return {
    name,
    source,
    organization: organizationName,
    events,
    texts: counted.map(({ text }) => text),
    crowd: Math.max(...seconds.values()),
    fromMs: events[0]?.atMs ?? startMs,
    windows: misusesMs.map((atMs) => ({ fromMs: atMs - 2 * msPerHour, toMs: atMs + 12 * msPerHour })),
  };
};

/** Each record as the event that it is, twins numbered: what a perfect reading of the whole log gives. */
const numbered = (log: readonly PulumiEvent[]): readonly { readonly event: AuditEvent; readonly text: string }[] => {
  const translate = pulumiTranslator(source);
  const twins = new Map<string, number>();
  return log
    .flatMap((record) => {
      const { event } = translate(record);
      if (event === undefined) return [];
      const ordinal = twins.get(event.id) ?? 0;
      twins.set(event.id, ordinal + 1);
      return [{ event: asTwin(event, ordinal), text: JSON.stringify(record) }];
    })
    .sort((a, b) => inOrder(a.event, b.event));
};

/** The same world, of which the log tells nothing before. */
export const worldSince = (world: World, fromMs: number): World => {
  const from = indexFrom(world, fromMs);
  if (from === 0) return world;
  return {
    ...world,
    name: `${world.name} since ${fromMs}`,
    events: world.events.slice(from),
    texts: world.texts.slice(from),
    fromMs: world.events[from]?.atMs ?? fromMs,
  };
};

/** The place of the first event that is not before. */
export const indexFrom = ({ events }: Pick<World, 'events'>, atMs: number): number => {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.atMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** A log tells whole seconds. */
export const secondOf = (atMs: number): number => Math.floor(atMs / msPerSecond);
