import { describe, expect, it } from '@jest/globals';
import { type AuditEvent, inOrder } from '../../../lib/core/event.ts';
import { type Caller, callersOf, isActive, nextUseOf } from '../../../lib/core/inventory/callers.ts';
import { addUses, emptyUses } from '../../../lib/core/inventory/uses.ts';
import { noOwners, rememberNetworks } from '../../../lib/core/network.ts';
import { msPerDay, msPerHour } from '../../../lib/core/time.ts';
import { placeText } from '../../../lib/report/caller-words.ts';
import { call, ciToken, daily, exampleOwners, hourly, msOf } from '../having.ts';

const callers = (events: readonly AuditEvent[], lookup = exampleOwners): readonly Caller[] => {
  const uses = emptyUses();
  addUses([...events].sort(inOrder), uses, rememberNetworks(lookup));
  return [...uses.tokens.values()].flatMap(callersOf);
};

const nightly = daily({ from: '2026-03-02T02:17Z', times: 28, ip: '192.0.2.7', target: 'acme/prod' });
const everyHour = hourly({ from: '2026-03-02T00:07Z', times: 28 * 24, ip: '192.0.2.9', target: 'acme/metrics' });

describe('callers', () => {
  it('behind one cloud are told apart by rhythm, though the hourly one runs minutes before the nightly one', () => {
    expect(callers([...nightly, ...everyHour])).toMatchObject([
      { cadence: { kind: 'hourly', minute: 7 }, targets: ['acme/metrics'], uses: 672 },
      { cadence: { kind: 'daily', atMinute: 137 }, targets: ['acme/prod'], uses: 28 },
    ]);
  });

  it('of one schedule are one, whatever they touch', () => {
    const second = daily({ from: '2026-03-02T02:25Z', times: 28, ip: '192.0.2.8', target: 'acme/dev' });
    expect(callers([...nightly, ...second])).toMatchObject([
      { cadence: { kind: 'daily' }, targets: ['acme/dev', 'acme/prod'] },
    ]);
  });

  it('that pick their targets at random are one of that owner', () => {
    const stacks = ['a/x', 'b/x', 'c/x', 'd/x'];
    const fleet = Array.from({ length: 120 }, (_, nth) =>
      call(msOf('2026-03-02T08:00Z') + nth * 5 * msPerHour, `2001:db8:a001::${nth + 1}`, {
        target: stacks[(nth * 7) % 4],
      }),
    );
    expect(callers(fleet)).toHaveLength(1);
  });

  it('of different owners are different, and the busiest comes first', () => {
    const elsewhere = daily({ from: '2026-03-02T02:17Z', times: 9, ip: '198.51.100.9', target: 'acme/prod' });
    expect(callers([...elsewhere, ...nightly]).map(({ network }) => network.owner?.name)).toEqual([
      'Example Cloud',
      'Example Hosting',
    ]);
  });

  it('of a hosted fleet are one even where no table tells who owns its addresses', () => {
    const fleet = Array.from({ length: 200 }, (_, nth) =>
      call(msOf('2026-03-02T08:00Z') + nth * 3 * msPerHour, `2001:db8:${(nth + 16).toString(16)}::1`),
    );
    const found = callers(fleet, noOwners);
    expect(found).toMatchObject([{ ownerKey: '(many address ranges)', uses: 200 }]);
    // Not called by the one range that came last.
    expect(found.map(({ network }) => placeText(network))).toEqual(['many address ranges']);
  });

  it('count refused uses, since a job that fails is still a job', () => {
    const refused = nightly.map((event) => ({ ...event, outcome: 'failure' as const }));
    expect(callers(refused)).toMatchObject([{ uses: 28, refused: 28 }]);
  });

  it('are no people in the console', () => {
    const person = { ...ciToken, kind: 'user' as const };
    expect(callers(nightly.map((event) => ({ ...event, principal: person })))).toEqual([]);
  });

  it('keep within bounds whatever names are in the log', () => {
    const hostile = Array.from({ length: 3_000 }, (_, nth) =>
      call(msOf('2026-03-02T08:00Z') + nth * 1_000, `2001:db8:a001::${(nth % 500) + 1}`, {
        target: nth % 3 === 0 ? '__proto__' : `acme/${nth}`,
      }),
    );
    const uses = emptyUses();
    addUses(hostile, uses, rememberNetworks(exampleOwners));
    expect([...uses.tokens.values()][0]?.streams.size).toBeLessThanOrEqual(65);
  });
});

describe('a caller', () => {
  it('is gone when it was silent for several of its rounds', () => {
    const [caller] = callers(nightly);
    if (caller === undefined) throw new Error('no caller');
    expect(isActive(caller, caller.lastAtMs + 3 * msPerDay)).toBe(true);
    expect(isActive(caller, caller.lastAtMs + 5 * msPerDay)).toBe(false);
  });

  it('that keeps no rhythm is due by its last use, and never in the past', () => {
    const [caller] = callers(
      [0, 3, 4, 9, 11, 17].map((day) => call(msOf('2026-03-02T10:00Z') + day * msPerDay, '192.0.2.7')),
    );
    if (caller === undefined) throw new Error('no caller');
    expect(nextUseOf(caller, msOf('2026-03-20T00:00Z'))?.dueMs).toBe(msOf('2026-03-22T10:00Z'));
    expect(nextUseOf(caller, msOf('2026-03-30T00:00Z'))?.dueMs).toBe(msOf('2026-03-30T00:00Z'));
  });
});
