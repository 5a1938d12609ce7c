import { describe, expect, it } from '@jest/globals';
import { parseSettings, SettingsError } from '../../lib/config/settings.ts';

const settingsWith = (allow: unknown): string =>
  JSON.stringify({ sources: [{ pulumi: { organization: 'acme' } }], allow });

const allowed = (...entries: readonly unknown[]) => parseSettings(settingsWith(entries), 'tokenwatch.json').allow;

const problemsOf = (allow: unknown): readonly string[] => {
  try {
    parseSettings(settingsWith(allow), 'tokenwatch.json');
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ path, text }) => `${path}: ${text}`);
  }
};

const entry = { network: '198.51.100.0/24', until: '2026-12-31', note: 'office move' };
const { network: _, ...nameless } = entry;

describe('networks that are allowed', () => {
  it('are ranges or owners, each through its last day', () => {
    expect(allowed(entry, { asn: 64500, until: '2026-06-30', note: 'new VPN' })).toEqual([
      {
        network: { kind: 'addresses', text: '198.51.100.0/24', bytes: [198, 51, 100, 0], bits: 24 },
        untilMs: Date.parse('2027-01-01T00:00:00Z'),
        note: 'office move',
      },
      { network: { kind: 'owner', asn: 64500 }, untilMs: Date.parse('2026-07-01T00:00:00Z'), note: 'new VPN' },
    ]);
  });

  it.each([['198.51.100.7'], ['2001:db8::/48'], [' 198.51.100.0/24 ']])('may be %p', (network) => {
    expect(problemsOf([{ ...entry, network }])).toEqual([]);
  });
});

describe('what is no allowance', () => {
  const advice = 'write { "network": "198.51.100.0/24", "until": "2026-12-31", "note": "office move" }';

  it.each([
    [
      { ...entry, network: 'office' },
      'allow.0.network: write an address or a range, such as 198.51.100.0/24 or 2001:db8::/48',
    ],
    [
      { ...entry, network: ' ' },
      'allow.0.network: is blank: write an address or a range, such as 198.51.100.0/24 or 2001:db8::/48',
    ],
    [
      { ...entry, network: 64500 },
      'allow.0.network: write an address or a range, such as 198.51.100.0/24 or 2001:db8::/48',
    ],
    [
      { ...entry, network: '198.51.100.7/24' },
      'allow.0.network: is an address inside its range: write the first one, such as 198.51.100.0/24',
    ],
    [
      { ...entry, network: '0.0.0.0/0' },
      'allow.0.network: allows too much: write a range of at most /8, or /16 of IPv6',
    ],
    [
      { ...nameless, asn: '64500' },
      'allow.0.asn: is a text: write the number of a network owner (ASN), such as 64500, without quotes',
    ],
    [{ ...nameless, asn: 0 }, 'allow.0.asn: write the number of a network owner (ASN), such as 64500'],
    [{ ...nameless, asn: 4_294_967_295 }, 'allow.0.asn: write the number of a network owner (ASN), such as 64500'],
    [
      { ...entry, until: undefined },
      'allow.0.until: is missing: write the last day (UTC) on which it is allowed, such as 2026-12-31',
    ],
    [
      { ...entry, until: '31.12.2026' },
      'allow.0.until: write the last day (UTC) on which it is allowed, such as 2026-12-31',
    ],
    [
      { ...entry, until: '2026-02-30' },
      'allow.0.until: write the last day (UTC) on which it is allowed, such as 2026-12-31',
    ],
    [
      { ...entry, note: undefined },
      'allow.0.note: is missing: write why, in at most 200 characters, such as "office move"',
    ],
    [{ ...entry, note: '  ' }, 'allow.0.note: is blank: write why, in at most 200 characters, such as "office move"'],
    [{ ...entry, note: 'x'.repeat(201) }, 'allow.0.note: write why, in at most 200 characters, such as "office move"'],
    [{ ...entry, untill: '2026-12-31' }, 'allow.0.untill: is no setting: write until, or remove it'],
    [{ ...entry, asn: 64500 }, 'allow.0: names both network and asn: write two entries'],
    [nameless, `allow.0: names no network: ${advice}`],
    ['198.51.100.0/24', `allow.0: ${advice}`],
  ])('%j is told with its place and what to write', (wrong, problem) => {
    expect(problemsOf([wrong])).toEqual([problem]);
  });

  it('is a list of more than a person looks through', () => {
    expect(problemsOf(Array.from({ length: 101 }, () => entry))).toEqual([
      'allow: write at most 100 networks; wider ranges hold more',
    ]);
  });

  it('is no list', () => {
    expect(problemsOf(entry)).toEqual([`allow: write a list of networks, such as [${advice.slice('write '.length)}]`]);
  });

  it('is told all at once, and never repeats a value', () => {
    const problems = problemsOf([
      { network: 'secret-office', until: 'someday', note: '' },
      { asn: -5, until: '2026-12-31', note: 'x' },
    ]);
    expect(problems.map((text) => text.slice(0, text.indexOf(': ')))).toEqual([
      'allow.0.network',
      'allow.0.until',
      'allow.0.note',
      'allow.1.asn',
    ]);
    expect(problems.join('\n')).not.toMatch(/secret-office|someday|-5/);
  });
});
