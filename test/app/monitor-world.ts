/** A made-up log, a clock and the parts that a monitor needs, for tests of whole runs. */
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { type MonitorParts, monitor } from '../../lib/app/monitor.ts';
import type { Archive, AuditSource, Clock, StateStore, Telling } from '../../lib/app/ports.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';

export const acme = 'pulumi:acme';
export const startMs = Date.parse('2026-03-14T10:00:00Z');
export const backfillMs = 31 * msPerDay;

export const use = (
  atMs: number,
  { token = 'ci', ip = '192.0.2.7', action = 'stack-update-started', target, ordinal = 0 }: Partial<Use> = {},
): AuditEvent => ({
  id: `${atMs}-${token}-${ip}-${action}-${ordinal}`,
  atMs,
  source: acme,
  principal: { provider: 'pulumi', kind: 'token', id: `tok-${token}`, name: token },
  ip,
  action,
  outcome: 'success',
  user: undefined,
  credential: undefined,
  target,
  userAgent: undefined,
  description: undefined,
});
export type Use = {
  readonly token: string;
  readonly ip: string;
  readonly action: string;
  readonly target: string | undefined;
  readonly ordinal: number;
};

/** Thirty days, each token once a day, an hour apart, before the start. */
export const history = (tokens: readonly string[]): readonly AuditEvent[] =>
  tokens
    .flatMap((token, place) =>
      Array.from({ length: 30 }, (_, day) => use(startMs - (day + 1) * msPerDay + place * msPerHour, { token })),
    )
    .sort(inOrder);

/** Somebody else takes the state out, stack by stack. */
export const theft = (fromMs: number, token: string): readonly AuditEvent[] =>
  Array.from({ length: 12 }, (_, at) =>
    use(fromMs + at * 1_000, { token, ip: '203.0.113.9', action: 'stack-exported' }),
  );

/** Shows what has happened by now. */
export const sourceOf = (clock: Clock, log: readonly AuditEvent[]): AuditSource => {
  const inTime = log.toSorted(inOrder);
  return {
    name: acme,
    read: async ({ fromMs, toMs }) => ({
      events: inTime.filter(({ atMs }) => atMs >= fromMs && atMs < toMs && atMs <= clock.nowMs()),
      badRecords: [],
      requests: 1,
    }),
  };
};

export const partsOf = (clock: Clock, log: readonly AuditEvent[], state: StateStore): MonitorParts => ({
  source: sourceOf(clock, log),
  state,
  clock,
  networks: (address) => networkOf(address, noOwners),
  alertBudgetPerWeek: 1,
  backfillMs,
});

export type Polling = Partial<MonitorParts> & {
  readonly hours?: number;
  readonly everyMinutes?: number;
  /** A run that dies is started again at once, as often as it takes. */
  readonly isReborn?: boolean;
};

/** Runs at the start and every so often after it. */
export const polled = async (
  log: readonly AuditEvent[],
  state: StateStore,
  { hours = 2, everyMinutes = 20, isReborn = false, ...more }: Polling = {},
): Promise<void> => {
  const clock = fastForwardClock(startMs);
  const run = async (): Promise<void> => {
    try {
      await monitor({ ...partsOf(clock, log, state), ...more });
    } catch (error) {
      if (!isReborn) throw error;
      await run();
    }
  };
  for (let minutes = 0; minutes <= hours * 60; minutes += everyMinutes) {
    await run();
    await clock.sleep(everyMinutes * msPerMinute);
  }
};

/** All that the state knows, as text, but for how many commits it took. */
export const knownIn = async (state: StateStore, log: readonly AuditEvent[]): Promise<string> => {
  const { revision: _, ...documents } = await state.load(acme);
  const principals: unknown[] = [];
  for await (const entry of state.everyPrincipal(acme)) principals.push(entry);
  const seen = [...(await state.seen(acme, log))].sort();
  return JSON.stringify({ documents, principals, seen, alerts: await state.alerts(acme) }, undefined, 1);
};

/** Which alerts people were told of, and the worst that was said of each. */
export const toldIn = (tellings: readonly Telling[]): ReadonlyMap<string, string> =>
  new Map(tellings.map(({ alert }) => [alert.id, alert.severity]));

/** An archive as the port promises it: what one revision gave is kept once, and what is there is not written again. */
export const keepingArchive = (): { readonly archive: Archive; readonly events: string[]; readonly keys: string[] } => {
  const events: string[] = [];
  const keys: string[] = [];
  const archive: Archive = {
    async keep(kept) {
      events.push(...kept.events.map(({ id }) => id).filter((id) => !events.includes(id)));
      keys.push(...kept.tellings.map(({ key }) => key).filter((key) => !keys.includes(key)));
    },
  };
  return { archive, events, keys };
};
