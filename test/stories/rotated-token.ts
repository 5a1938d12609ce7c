/**
 * A token with three callers, watched while it is replaced: a nightly job and an hourly one behind the same cloud, and a
 * weekday job on hosted runners. Addresses are those of documentation; who owns them is told by `exampleOwners`.
 */
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { instruct, instructionsOf } from '../../lib/app/instruct.ts';
import type { AuditSource, StateStore, Telling } from '../../lib/app/ports.ts';
import { watchOf } from '../../lib/app/rotation.ts';
import { watch } from '../../lib/app/watch.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { addUses, emptyUses } from '../../lib/core/inventory/uses.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import type { Principal } from '../../lib/core/principal.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import type { Watch } from '../../lib/core/watch/watch.ts';
import { ada, call, exampleOwners, msOf, type Said, source } from '../core/having.ts';

export const networks = rememberNetworks(exampleOwners);

export const tokenCalled = (name: string): Principal => ({
  provider: 'pulumi',
  kind: 'token',
  id: `id-of-${name}`,
  name,
});
export const oldToken = tokenCalled('ci-deploy');
export const newToken = tokenCalled('ci-deploy-2');

/** Monday. The rotation is two weeks later, on a Monday at noon. */
export const beganMs = msOf('2026-03-02T00:00Z');
export const rotatedMs = msOf('2026-03-30T12:00Z');

const everyDay = (
  {
    fromMs,
    toMs,
    minute,
    weekdaysOnly = false,
  }: { fromMs: number; toMs: number; minute: number; weekdaysOnly?: boolean },
  deed: (atMs: number) => readonly AuditEvent[],
): readonly AuditEvent[] => {
  const events: AuditEvent[] = [];
  for (let dayMs = fromMs - (fromMs % msPerDay); dayMs < toMs; dayMs += msPerDay) {
    const atMs = dayMs + minute * msPerMinute + ((dayMs / msPerDay) % 3) * msPerMinute;
    const weekday = new Date(atMs).getUTCDay();
    if (weekdaysOnly && (weekday === 0 || weekday === 6)) continue;
    if (atMs >= fromMs && atMs < toMs) events.push(...deed(atMs));
  }
  return events;
};

const update = (atMs: number, ip: string, said: Said): readonly AuditEvent[] => [
  call(atMs, ip, { ...said, action: 'stack-update-started' }),
  call(atMs + msPerMinute, ip, { ...said, action: 'stack-update-completed' }),
];

type During = { readonly fromMs: number; readonly toMs: number };

export const nightly = (principal: Principal, during: During): readonly AuditEvent[] =>
  everyDay({ ...during, minute: 2 * 60 }, (atMs) => update(atMs, '192.0.2.7', { principal, target: 'acme/prod' }));

export const hourly = (principal: Principal, { fromMs, toMs }: During): readonly AuditEvent[] =>
  Array.from({ length: Math.ceil((toMs - fromMs) / msPerHour) }, (_, nth) =>
    call(fromMs + nth * msPerHour + 7 * msPerMinute, '192.0.2.8', {
      principal,
      action: 'stack-outputs-read',
      target: 'acme/metrics',
    }),
  );

export const onWeekdays = (principal: Principal, during: During): readonly AuditEvent[] =>
  everyDay({ ...during, minute: 9 * 60, weekdaysOnly: true }, (atMs) =>
    update(atMs, '2001:db8:a001::1', { principal, target: 'acme/web' }),
  );

/** A colleague, so that the log goes on whatever the tokens do. */
const ordinary = ({ fromMs, toMs }: During): readonly AuditEvent[] =>
  everyDay({ fromMs, toMs, minute: 10 * 60, weekdaysOnly: true }, (atMs) => [
    call(atMs, '203.0.113.5', { principal: ada, action: 'user-login' }),
  ]);

export const adminDoes = (at: string, action: string, target: string): AuditEvent =>
  call(at, '203.0.113.5', { principal: ada, action, target });

const endMs = msOf('2026-04-20T00:00Z');

/** All three on the old token until the rotation. */
export const before = [
  ...nightly(oldToken, { fromMs: beganMs, toMs: rotatedMs }),
  ...hourly(oldToken, { fromMs: beganMs, toMs: rotatedMs }),
  ...onWeekdays(oldToken, { fromMs: beganMs, toMs: rotatedMs }),
  ...ordinary({ fromMs: beganMs, toMs: endMs }),
];

export const after: During = { fromMs: rotatedMs, toMs: endMs };

/** As `rotation start` makes it. */
export const watchStarted = (events: readonly AuditEvent[], changes: Partial<Watch> = {}): Watch => {
  const uses = emptyUses();
  addUses(
    [...events].sort(inOrder).filter(({ atMs }) => atMs < rotatedMs),
    uses,
    networks,
  );
  return watchOf(
    {
      source,
      old: oldToken,
      replacement: newToken.name,
      startedBy: 'person',
      startedAtMs: rotatedMs,
      overlapEndsMs: rotatedMs,
      endsAtMs: rotatedMs + 14 * msPerDay,
      deletedAtMs: undefined,
      ...changes,
    },
    [...uses.tokens.values()],
  );
};

export type ToldAt = Telling & { readonly atMs: number };

/** Polls the log hourly in virtual time, from just before the rotation until after its end. */
export const watched = async (
  log: readonly AuditEvent[],
  {
    start,
    untilMs = endMs,
    fromMs = rotatedMs - msPerHour,
    state = memoryState(),
  }: {
    readonly start?: Watch;
    readonly untilMs?: number;
    readonly fromMs?: number;
    readonly state?: StateStore;
  } = {},
): Promise<{ readonly told: readonly ToldAt[]; readonly watches: readonly Watch[]; readonly state: StateStore }> => {
  const clock = fastForwardClock(fromMs);
  const events = [...log].sort(inOrder);
  const audit: AuditSource = {
    name: source,
    read: async (stretch) => ({
      events: events.filter(({ atMs }) => atMs >= stretch.fromMs && atMs < stretch.toMs && atMs <= clock.nowMs()),
      badRecords: [],
      requests: 1,
    }),
  };
  if (start !== undefined) {
    await instruct(state, source, (instructions) => ({ ...instructions, watches: [start] }));
  }
  const told: ToldAt[] = [];
  await watch({
    sources: [audit],
    state,
    clock,
    networks,
    alertBudgetPerWeek: 1,
    backfillMs: 29 * msPerDay,
    pollEveryMs: msPerHour,
    endAtMs: untilMs,
    sendAlert: async (telling) => void told.push({ ...telling, atMs: clock.nowMs() }),
    notify: () => undefined,
  });
  return { told, watches: (await instructionsOf(state, source)).watches, state };
};

export const ofRotation = (told: readonly ToldAt[]): readonly ToldAt[] =>
  told.filter(({ alert }) => alert.findings.some(({ evidence }) => evidence.detector === 'rotation'));
