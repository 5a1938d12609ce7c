import { describe, expect, it } from '@jest/globals';
import { type Allowance, parseLastDay, parseRange } from '../../lib/core/allowance.ts';
import { allowanceSentence, allowanceTroubles } from '../../lib/report/allowance-text.ts';

const nowMs = Date.parse('2026-03-14T10:00:00Z');

const office = (until: string, note = 'office move'): Allowance => {
  const range = parseRange('198.51.100.0/24');
  if (typeof range === 'string') throw new RangeError(range);
  return { network: { kind: 'addresses', ...range }, untilMs: parseLastDay(until) ?? Number.NaN, note };
};
const vpn = (until: string): Allowance => ({ ...office(until, 'new VPN'), network: { kind: 'owner', asn: 64500 } });

describe('what is allowed, in a sentence', () => {
  it.each([
    [[], ''],
    [[office('2026-12-31')], '1 network is allowed; the allowance ends after 2026-12-31.'],
    [[office('2026-12-31'), vpn('2026-06-30')], '2 networks are allowed; the first allowance ends after 2026-06-30.'],
    [[office('2026-03-13')], '1 allowance has expired and counts no longer.'],
    [[office('2026-03-14')], '1 network is allowed; the allowance ends after 2026-03-14.'],
    [
      [office('2026-12-31'), vpn('2026-01-31'), office('2025-12-31')],
      '1 network is allowed; the allowance ends after 2026-12-31. 2 allowances have expired and count no longer.',
    ],
  ])('%#', (allowances, sentence) => {
    expect(allowanceSentence(allowances, nowMs)).toBe(sentence);
  });
});

describe('an allowance that deserves a second look', () => {
  const detailsOf = (allowances: readonly Allowance[], hasOwners = true): readonly string[] =>
    allowanceTroubles(allowances, { nowMs, hasOwners }).map(({ detail }) => detail);

  it('has expired', () => {
    expect(detailsOf([office('2026-03-13')])).toEqual([
      'No longer allowed: 198.51.100.0/24 (office move, through 2026-03-13).',
    ]);
  });

  it('reaches further than a year', () => {
    expect(detailsOf([office('2027-03-14')])).toEqual([]);
    expect(detailsOf([office('2030-01-01')])).toEqual([
      'Allowed for more than a year: 198.51.100.0/24 (office move, through 2030-01-01).',
    ]);
  });

  it('names an owner where no table tells owners', () => {
    expect(detailsOf([vpn('2026-12-31')])).toEqual([]);
    expect(detailsOf([vpn('2026-12-31')], false)).toEqual([
      'Cannot be recognized without an ownership table: AS64500 (new VPN, through 2026-12-31).',
    ]);
  });

  it('is named among at most five, and its note cannot act on a screen', () => {
    const [detail = ''] = detailsOf(Array.from({ length: 9 }, () => office('2026-01-01', 'x\u001b[2J')));
    expect(detail.match(/198\.51\.100\.0/g)).toHaveLength(5);
    expect(detail).toContain('and 4 more.');
    expect(detail).not.toContain('\u001b');
  });
});
