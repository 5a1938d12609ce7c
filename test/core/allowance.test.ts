import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Allowance, allowedBy, parseLastDay, parseRange } from '../../lib/core/allowance.ts';
import { type Assessment, assess, type Memory } from '../../lib/core/assess.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { networkOf, rememberNetworks } from '../../lib/core/network.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { call, ciToken, daily, everySecond, exampleOwners, msOf, nothing, remember, source } from './having.ts';
import { history } from './history.ts';

const range = (text: string): Allowance['network'] => {
  const parsed = parseRange(text);
  if (typeof parsed === 'string') throw new RangeError(`${text}: ${parsed}`);
  return { kind: 'addresses', ...parsed };
};

const until = (network: Allowance['network'], day: string): Allowance => ({
  network,
  untilMs: parseLastDay(day) ?? Number.NaN,
  note: 'office move',
});

const place = (address: string) => networkOf(address, exampleOwners);
const noon = msOf('2026-03-06T12:00Z');

describe('a range of addresses', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['198.51.100.7/32', '198.51.100.7'],
    ['198.51.100.0/24', '198.51.100.0/24'],
    ['198.51.100.128/25', '198.51.100.128/25'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::/48', '2001:db8::/48'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
  ])('%s is understood', (text, canonical) => {
    expect(parseRange(text)).toMatchObject({ text: canonical });
  });

  it.each([
    ['example.com', 'not-a-range'],
    ['198.51.100.0/33', 'not-a-range'],
    ['198.51.100.0/024', 'not-a-range'],
    ['198.51.100.0/', 'not-a-range'],
    ['198.51.100.0/24/24', 'not-a-range'],
    ['198.51.100/24', 'not-a-range'],
    ['::ffff:198.51.100.0/120', 'not-a-range'],
    [`2001:db8::${'0'.repeat(60)}`, 'not-a-range'],
    ['198.51.100.7/24', 'inside-a-range'],
    ['2001:db8::1/64', 'inside-a-range'],
    ['0.0.0.0/0', 'too-wide'],
    ['::/0', 'too-wide'],
    ['192.0.0.0/7', 'too-wide'],
  ])('%s is refused: %s', (text, problem) => {
    expect(parseRange(text)).toBe(problem);
  });

  it('holds its addresses and none beside them, whatever its length', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.integer({ min: 8, max: 32 }), (inside, other, bits) => {
        const mask = (0xffffffff << (32 - bits)) >>> 0;
        const dotted = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 0xff).join('.');
        const isAllowed = allowedBy([until(range(`${dotted((inside & mask) >>> 0)}/${bits}`), '2026-12-31')]);
        const isSame = (inside & mask) >>> 0 === (other & mask) >>> 0;
        return isAllowed(place(dotted(inside)), noon) && isAllowed(place(dotted(other)), noon) === isSame;
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

describe('the last day of an allowance', () => {
  it.each(['2026-02-30', '2026-13-01', '31.12.2026', '2026-12-31T00:00:00Z', '1999-12-31', ''])('is not %p', (text) => {
    expect(parseLastDay(text)).toBeUndefined();
  });

  it('counts to its end, UTC, and not a millisecond longer', () => {
    const isAllowed = allowedBy([until(range('198.51.100.0/24'), '2026-12-31')]);
    expect(isAllowed(place('198.51.100.9'), msOf('2026-12-31T23:59:59Z'))).toBe(true);
    expect(isAllowed(place('198.51.100.9'), msOf('2027-01-01T00:00:00Z'))).toBe(false);
  });

  it('is the latest where several allow the same network', () => {
    const isAllowed = allowedBy([
      until(range('198.51.100.0/24'), '2026-03-01'),
      until({ kind: 'owner', asn: 64501 }, '2026-03-31'),
    ]);
    expect(isAllowed(place('198.51.100.9'), noon)).toBe(true);
  });
});

describe('what is allowed', () => {
  it('is an owner by its number, at whatever address', () => {
    const isAllowed = allowedBy([until({ kind: 'owner', asn: 64501 }, '2026-12-31')]);
    expect(isAllowed(place('198.51.100.9'), noon)).toBe(true);
    expect(isAllowed(place('192.0.2.7'), noon)).toBe(false);
  });

  it('is never an event without an address, nor one that nobody owns by way of an owner', () => {
    const isAllowed = allowedBy([
      until({ kind: 'owner', asn: 64501 }, '2026-12-31'),
      until(range('198.51.100.0/24'), '2026-12-31'),
    ]);
    expect(isAllowed(place('none'), noon)).toBe(false);
    expect(isAllowed(place('233.252.0.9'), noon)).toBe(false);
  });

  it('is IPv4 by IPv4 ranges and IPv6 by IPv6 ranges only', () => {
    const isAllowed = allowedBy([until(range('32.1.13.184/32'), '2026-12-31')]);
    expect(isAllowed(place('2001:db8::'), noon)).toBe(false);
  });
});

/** What is told of the next events after this past, while `allowances` hold all along. */
const judged = (allowances: readonly Allowance[], past: readonly AuditEvent[], next: readonly AuditEvent[]) => {
  const context = {
    networks: rememberNetworks(exampleOwners),
    alertBudgetPerWeek: 1,
    isAllowed: allowedBy(allowances),
  };
  const run = (memory: Memory, events: readonly AuditEvent[]): Assessment =>
    assess(memory, [...events].sort(inOrder), context);
  const assessment = run(remember(nothing, run(nothing, past)), next);
  const baseline = assessment.baselines.get(principalKey(source, ciToken));
  return { ...assessment, baseline };
};

const work = daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' });
const moved = [call('2026-03-06T09:10Z', '198.51.100.9')];
const office = until(range('198.51.100.0/24'), '2026-03-08');

const detectorsOf = ({ alerts }: Assessment) =>
  alerts.flatMap(({ alert }) => alert.findings.map(({ evidence }) => evidence.detector));

describe('an allowed network', () => {
  it('is not unfamiliar, and would be', () => {
    expect(detectorsOf(judged([], work, moved))).toContain('unfamiliar-network');
    expect(judged([office], work, moved).alerts).toEqual([]);
  });

  it('exempts nothing else: hours and actions are judged as ever', () => {
    const atNight = everySecond({
      from: '2026-03-06T21:40:00Z',
      times: 5,
      ip: '198.51.100.9',
      action: 'environment-decrypted',
    });
    const found = detectorsOf(judged([office], work, atNight));
    expect(found).toEqual(expect.arrayContaining(['odd-hours', 'sensitive-action']));
    expect(found).not.toContain('unfamiliar-network');
  });

  it('exempts no token that was deleted', () => {
    const deleted = call('2026-03-05T12:00Z', '203.0.113.5', {
      action: 'organization-token-deleted',
      target: 'ci-deploy',
      principal: { ...ciToken, id: 'tok-admin', name: 'admin' },
    });
    expect(detectorsOf(judged([office], [...work, deleted], moved))).toContain('token-life');
  });

  it('does not cover for another network of the same session', () => {
    const elsewhere = call('2026-03-06T09:20Z', '198.51.101.9');
    const owner = (text: string) => (text.startsWith('198.51.10') ? '198.51.100.9' : text);
    const networks = rememberNetworks((ip) => exampleOwners({ ...ip, text: owner(ip.text) }));
    const context = { networks, alertBudgetPerWeek: 1, isAllowed: allowedBy([office]) };
    const before = remember(nothing, assess(nothing, work, context));
    expect(assess(before, moved, context).alerts).toEqual([]);
    expect(detectorsOf(assess(before, [...moved, elsewhere], context))).toContain('unfamiliar-network');
  });

  it('goes back and forth with a usual one without being two thieves', () => {
    const forth = [0, 1, 2, 3].map((nth) =>
      call(msOf('2026-03-06T09:10Z') + nth * 240_000, nth % 2 === 0 ? '192.0.2.7' : '198.51.100.9'),
    );
    const heard = (allowances: readonly Allowance[]) =>
      judged(allowances, work, forth).baseline?.sessions.some(({ isPaired }) => isPaired);
    expect(heard([])).toBe(true);
    expect(heard([office])).toBe(false);
  });

  it('goes back and forth with a strange one, and that is seen', () => {
    const forth = [0, 1, 2, 3].map((nth) =>
      call(msOf('2026-03-06T09:10Z') + nth * 240_000, nth % 2 === 0 ? '203.0.113.5' : '198.51.100.9'),
    );
    expect(judged([office], work, forth).baseline?.sessions.some(({ isPaired }) => isPaired)).toBe(true);
  });

  it('is judged again from the first event after its last day, in the middle of a session too', () => {
    const lateEvening = daily({ from: '2026-01-05T23:50Z', times: 60, ip: '192.0.2.7' });
    const across = (minute: number) => call(msOf('2026-03-08T23:50Z') + minute * 60_000, '198.51.100.9');
    expect(judged([office], lateEvening, [across(0), across(5)]).alerts).toEqual([]);
    const after = judged([office], lateEvening, [across(0), across(5), across(11)]);
    expect(detectorsOf(after)).toContain('unfamiliar-network');
    expect(after.alerts[0]?.alert.openedAtMs).toBe(msOf('2026-03-09T00:01Z'));
  });

  it('is learned: used for a fortnight and more, it needs no allowance any longer', () => {
    const monthThere = daily({ from: '2026-03-06T09:10Z', times: 30, ip: '198.51.100.9' });
    const longer = until(range('198.51.100.0/24'), '2026-04-04');
    const next = [call('2026-04-06T09:10Z', '198.51.100.9')];
    expect(judged([longer], [...work, ...monthThere], next).alerts).toEqual([]);
  });

  it('is unfamiliar again where it was used a few times only', () => {
    const few = daily({ from: '2026-03-06T09:10Z', times: 3, ip: '198.51.100.9' });
    const home = daily({ from: '2026-03-09T09:10Z', times: 5, ip: '192.0.2.7' });
    const next = [call('2026-03-16T09:10Z', '198.51.100.9')];
    expect(detectorsOf(judged([office], [...work, ...few, ...home], next))).toContain('unfamiliar-network');
  });
});

describe('an allowance that has ended', () => {
  it('is as good as none, whatever happens after it', () => {
    const expired = [until(range('198.51.100.0/24'), '2025-12-31'), until({ kind: 'owner', asn: 64500 }, '2025-12-31')];
    const context = { networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 3 };
    fc.assert(
      fc.property(history, (events) => {
        expect(assess(nothing, events, { ...context, isAllowed: allowedBy(expired) })).toEqual(
          assess(nothing, events, context),
        );
      }),
      { seed: 4, numRuns: 8 },
    );
  });
});
