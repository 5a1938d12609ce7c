import { describe, expect, it } from '@jest/globals';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { emptyDaysMax, gather, type KeptStretch, type StretchStore } from '../../lib/app/gather.ts';
import { type AuditSource, SourceError } from '../../lib/app/ports.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { msPerDay, msPerHour, type Stretch } from '../../lib/core/time.ts';
import { call, hourly } from '../core/having.ts';

const nowMs = Date.UTC(2026, 3, 10, 12);
const fromMs = Date.UTC(2026, 2, 1);
const stretch = { fromMs, toMs: nowMs };

/** Stretches in memory. */
const memory = (): StretchStore => {
  const kept = new Map<string, { stretch: KeptStretch; events: readonly AuditEvent[] }>();
  const keyOf = (each: Stretch): string => `${each.fromMs}-${each.toMs}`;
  return {
    stretches: async () => [...kept.values()].map((each) => each.stretch),
    keep: async (each, events) => void kept.set(keyOf(each), { stretch: each, events }),
    events: async (each) => kept.get(keyOf(each))?.events ?? [],
  };
};

type Read = (asked: Stretch) => void;

const sourceOf = (events: readonly AuditEvent[], onRead: Read = () => undefined): AuditSource => ({
  name: 'pulumi:acme',
  read: async (asked) => {
    onRead(asked);
    const within = events.filter(({ atMs }) => atMs >= asked.fromMs && atMs < asked.toMs);
    return { events: within, badRecords: [], requests: 1 };
  },
});

const eventsIn = async (log: { batches(): AsyncIterable<readonly AuditEvent[]> }): Promise<readonly AuditEvent[]> => {
  const events: AuditEvent[] = [];
  for await (const batch of log.batches()) events.push(...batch);
  return events;
};

const everyHour = hourly({ from: '2026-03-01T00:30:00Z', times: 24 * 40, ip: '192.0.2.7' });
const clock = () => fastForwardClock(nowMs);

describe('gathering', () => {
  it('reads every event once, oldest first, though it pages back', async () => {
    const log = await gather({ source: sourceOf(everyHour), store: memory(), clock: clock(), stretch });
    expect(await eventsIn(log)).toEqual(everyHour.filter(({ atMs }) => atMs < nowMs));
    expect(log.coverage).toMatchObject({ fromMs, toMs: nowMs, kind: 'read', historyEnd: undefined });
  });

  it('reads what is too much for one reading in halves', async () => {
    const limited: AuditSource = {
      name: 'pulumi:acme',
      read: async (asked) => {
        if (asked.toMs - asked.fromMs > 7 * msPerHour) throw new SourceError('too-much', 'too much');
        return sourceOf(everyHour).read(asked);
      },
    };
    const log = await gather({ source: limited, store: memory(), clock: clock(), stretch });
    expect(await eventsIn(log)).toEqual(everyHour.filter(({ atMs }) => atMs < nowMs));
  });

  it('passes over a second that is too full for one reading, and says so', async () => {
    const fullMs = Date.UTC(2026, 3, 7, 4, 5, 6);
    const flooded: AuditSource = {
      name: 'pulumi:acme',
      read: async (asked) => {
        if (asked.fromMs <= fullMs && asked.toMs > fullMs) throw new SourceError('too-much', 'too much');
        return sourceOf(everyHour).read(asked);
      },
    };
    const log = await gather({ source: flooded, store: memory(), clock: clock(), stretch });
    expect(await eventsIn(log)).toEqual(everyHour.filter(({ atMs }) => atMs < nowMs));
    expect(log.coverage.tooFull).toEqual([{ fromMs: fullMs, toMs: fullMs + 1_000 }]);
  });

  it('gives up where every second is too full: then the log cannot be read at all', async () => {
    const broken: AuditSource = {
      name: 'pulumi:acme',
      read: async () => {
        throw new SourceError('too-much', 'too much');
      },
    };
    const reading = gather({ source: broken, store: memory(), clock: clock(), stretch });
    await expect(reading).rejects.toThrow('more events than one reading may in 61 single seconds');
  });

  it('stops where history ends, and does not claim the empty weeks before it', async () => {
    const asked: Stretch[] = [];
    const recent = everyHour.filter(({ atMs }) => atMs >= Date.UTC(2026, 3, 1));
    const long = { fromMs: Date.UTC(2025, 0, 1), toMs: nowMs };
    const log = await gather({
      source: sourceOf(recent, (each) => asked.push(each)),
      store: memory(),
      clock: clock(),
      stretch: long,
    });
    expect(log.coverage).toMatchObject({
      fromMs: Date.UTC(2026, 3, 1),
      historyEnd: { emptyMs: emptyDaysMax * msPerDay },
    });
    expect(asked).toHaveLength(10 + emptyDaysMax);
  });

  it('goes on where an interrupted run ended', async () => {
    const store = memory();
    const controller = new AbortController();
    let reads = 0;
    const interrupted = await gather({
      source: sourceOf(everyHour, () => {
        reads += 1;
        if (reads === 12) controller.abort();
      }),
      store,
      clock: clock(),
      stretch,
      signal: controller.signal,
    });
    expect(interrupted.isInterrupted).toBe(true);
    const asked: Stretch[] = [];
    const log = await gather({
      source: sourceOf(everyHour, (each) => asked.push(each)),
      store,
      clock: clock(),
      stretch,
    });
    expect(asked).toHaveLength(41 - 12);
    expect(log.resumed).toBe(12);
    expect(await eventsIn(log)).toEqual(everyHour.filter(({ atMs }) => atMs < nowMs));
  });

  it('reads the last days again later, for events that came late', async () => {
    const store = memory();
    await gather({ source: sourceOf(everyHour), store, clock: clock(), stretch });
    const asked: Stretch[] = [];
    const late = call('2026-04-08T03:00:00Z', '198.51.100.9');
    const events = [...everyHour, late].sort((a, b) => a.atMs - b.atMs);
    const log = await gather({
      source: sourceOf(events, (each) => asked.push(each)),
      store,
      clock: fastForwardClock(nowMs + 2 * msPerHour),
      stretch,
    });
    expect(asked.map((each) => each.fromMs)).toEqual([10, 9, 8, 7].map((day) => Date.UTC(2026, 3, day)));
    expect(await eventsIn(log)).toContainEqual(late);
  });

  it('waits as long as the vendor asks, and not for ever', async () => {
    const patient = clock();
    let refusals = 2;
    const limited: AuditSource = {
      name: 'pulumi:acme',
      read: async (asked) => {
        if (refusals-- > 0) throw new SourceError('rate-limited', 'slow down', { retryAtMs: patient.nowMs() + 60_000 });
        return sourceOf(everyHour).read(asked);
      },
    };
    const log = await gather({ source: limited, store: memory(), clock: patient, stretch });
    expect(await eventsIn(log)).toHaveLength(everyHour.filter(({ atMs }) => atMs < nowMs).length);
    expect(patient.nowMs()).toBe(nowMs + 120_000);

    const endless: AuditSource = {
      name: 'pulumi:acme',
      read: async () => {
        throw new SourceError('unavailable', 'down');
      },
    };
    await expect(gather({ source: endless, store: memory(), clock: clock(), stretch })).rejects.toThrow('down');
  });

  it('ends at once where a person must act', async () => {
    let reads = 0;
    const refused: AuditSource = {
      name: 'pulumi:acme',
      read: async () => {
        reads += 1;
        throw new SourceError('permission', 'may not');
      },
    };
    await expect(gather({ source: refused, store: memory(), clock: clock(), stretch })).rejects.toThrow('may not');
    expect(reads).toBe(1);
  });
});
