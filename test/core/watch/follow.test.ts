import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inOrder } from '../../../lib/core/event.ts';
import { decodeInstructions } from '../../../lib/core/instructions.ts';
import { msPerDay } from '../../../lib/core/time.ts';
import { alertsOf, newsSince } from '../../../lib/core/watch/alerts.ts';
import { follow } from '../../../lib/core/watch/follow.ts';
import { keptWatches, stateOf, watchesMax } from '../../../lib/core/watch/watch.ts';
import {
  after,
  before,
  hourly,
  networks,
  newToken,
  nightly,
  oldToken,
  onWeekdays,
  rotatedMs,
  watchStarted,
} from '../../stories/rotated-token.ts';
import { call, msOf } from '../having.ts';

const moved = [...nightly(newToken, after), ...hourly(newToken, after), ...onWeekdays(newToken, after)].sort(inOrder);
const mixed = [
  ...moved,
  ...nightly(oldToken, after),
  call('2026-04-02T12:00Z', '198.51.100.66', { principal: newToken }),
].sort(inOrder);
const throughMs = rotatedMs + 20 * msPerDay;

describe('following a rotation', () => {
  it('gives the same watch however the log is cut', () => {
    const whole = follow(watchStarted(before), mixed, { networks, throughMs });
    fc.assert(
      fc.property(fc.array(fc.nat(mixed.length), { maxLength: 6 }), (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), mixed.length];
        let watch = watchStarted(before);
        ends.forEach((end, nth) => {
          const batch = mixed.slice(ends[nth - 1] ?? 0, end);
          watch = follow(watch, batch, { networks, throughMs: Math.min(throughMs, batch.at(-1)?.atMs ?? 0) });
        });
        expect(follow(watch, [], { networks, throughMs })).toEqual(whole);
      }),
      { seed: 20_260_330, numRuns: 40 },
    );
  });

  it('tells no news twice', () => {
    const early = follow(watchStarted(before), mixed.slice(0, 200), { networks, throughMs: mixed[199]?.atMs ?? 0 });
    const again = follow(watchStarted(before), mixed.slice(0, 200), { networks, throughMs: mixed[199]?.atMs ?? 0 });
    expect(newsSince(early, again)).toEqual([]);
    expect(newsSince(undefined, early).every(({ news }) => news === 'opened')).toBe(true);
  });

  it('survives being stored', () => {
    const watch = follow(watchStarted(before), mixed, { networks, throughMs });
    const stored = JSON.stringify({ watches: [watch], acknowledgements: [], creations: [] });
    const [loaded] = decodeInstructions(stored).watches;
    expect(loaded).toEqual(watch);
    expect(loaded === undefined ? [] : alertsOf(loaded)).toEqual(alertsOf(watch));
  });

  it('knows a caller that came too seldom, and does not wait for it', () => {
    const seldom = [...before, call('2026-03-20T12:00Z', '2001:db8:b001::1', { principal: oldToken })];
    const watch = follow(watchStarted(seldom), moved, { networks, throughMs });
    expect(watch.callers.map((each) => stateOf(each, watch))).toContain('not expected');
    expect(alertsOf(watch).map(({ severity }) => severity)).toEqual(['low']);
  });

  it('counts refused attempts on the old token as use of it', () => {
    const tried = call('2026-03-31T02:01Z', '192.0.2.7', {
      principal: oldToken,
      target: 'acme/prod',
      outcome: 'failure',
    });
    const watch = follow(watchStarted(before), [tried], { networks, throughMs: msOf('2026-03-31T02:10Z') });
    expect(alertsOf(watch).filter(({ severity }) => severity === 'critical')).toMatchObject([
      { severity: 'critical', findings: [{ evidence: { fact: 'old-token-used', uses: 1, refused: 1 } }] },
    ]);
  });

  it('keeps within bounds however many strangers come', () => {
    const many = Array.from({ length: 300 }, (_, nth) =>
      call(rotatedMs + nth * 60_000, `2001:db8:${(0x1000 + nth).toString(16)}::1`, { principal: newToken }),
    );
    const watch = follow(watchStarted(before), many, { networks, throughMs });
    expect(watch.strangers).toHaveLength(16);
    expect(watch.moreStrangers).toBeGreaterThan(0);
    expect(JSON.stringify(watch).length).toBeLessThan(60_000);
  });
});

describe('kept watches', () => {
  it('are those that go on, and the latest that ended', () => {
    const ongoing = watchStarted(before);
    const ended = Array.from({ length: 30 }, (_, nth) => ({ ...ongoing, id: `${nth}`, endedAtMs: rotatedMs + nth }));
    const kept = keptWatches([ongoing, ...ended], rotatedMs + msPerDay);
    expect(kept).toHaveLength(watchesMax);
    expect(kept[0]).toBe(ongoing);
    expect(keptWatches(ended, rotatedMs + 60 * msPerDay)).toEqual([]);
  });
});
