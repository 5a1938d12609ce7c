/**
 * The same token, stolen in the same night, as either vendor's log names it: Pulumi Cloud by an id and a name, Scalr by
 * its owner and its last six characters. From the records to the words that people read.
 */
import { describe, expect, it } from '@jest/globals';
import {
  colleagues,
  eventsOf,
  flat,
  type Holder,
  investigated,
  msOf,
  type PulumiRecord,
  session,
} from './leaked-token.ts';

type Deed = 'deploy' | 'export';
type Visit = (atMs: number, ip: string, deeds: readonly Deed[]) => readonly PulumiRecord[];

const ci: Holder = { user: 'acme', token: 'ci-deploy' };
const inPulumi: Visit = (atMs, ip, deeds) =>
  session(
    atMs,
    ip,
    ci,
    deeds.map((deed) =>
      deed === 'deploy'
        ? ['stack-update-started', 'Started update "1" for stack "web/prod"']
        : ['stack-exported', 'Exported stack web/prod'],
    ),
  );

/** A person's, or with the last six characters of a token that of a service account. */
type Actor = { readonly email: string; readonly lastSix?: string };

const scalrRecord = (atMs: number, { email, lastSix }: Actor, ip: string, action: string): PulumiRecord => ({
  timestamp: new Date(atMs).toISOString(),
  actor: {
    id: lastSix === undefined ? `user-${email}` : `sa-${email}`,
    type: lastSix === undefined ? 'user' : 'service-account',
    email,
    'access-token': lastSix === undefined ? { type: 'session' } : { type: 'service-account', token: `...${lastSix}` },
  },
  request: { 'ip-address': ip, action, id: `${atMs}-${email}-${action}`, source: 'api' },
  hostname: 'acme.scalr.io',
  outcome: { result: 'SUCCESS', 'status-code': 200 },
  target: { context: { environment: { 'display-name': 'web' }, workspace: { 'display-name': 'prod' } } },
});

const scalrCi: Actor = { email: 'ci@acme.scalr.io', lastSix: 'B6wifA' };
const inScalr: Visit = (atMs, ip, deeds) =>
  deeds.map((deed, nth) =>
    scalrRecord(atMs + 30_000 * nth, scalrCi, ip, deed === 'deploy' ? 'create-run' : 'get-state-version-download'),
  );

const dayMs = 86_400_000;
const firstMs = msOf('2026-08-31T00:00Z');
const workingDays = Array.from({ length: 39 }, (_, day) => firstMs + day * dayMs).filter(
  (atMs) => ![0, 6].includes(new Date(atMs).getUTCDay()),
);

const scalrTeam = workingDays.flatMap((atMs) =>
  ['ada', 'ben', 'eva'].flatMap((name, nth) =>
    [8 + nth, 14].map((hour) =>
      scalrRecord(atMs + hour * 3_600_000, { email: `${name}@example.com` }, '2001:db8:e::1', 'list-workspaces'),
    ),
  ),
);

const month = (visit: Visit): readonly PulumiRecord[] =>
  workingDays.flatMap((atMs, nth) =>
    [9, 12, 16].flatMap((hour) => visit(atMs + (hour * 60 + ((nth * 7) % 13)) * 60_000, '192.0.2.10', ['deploy'])),
  );

const saturdayNight = (visit: Visit): readonly PulumiRecord[] =>
  visit(msOf('2026-10-03T23:10Z'), '198.51.100.66', ['export', 'deploy', 'export']);

const logs = {
  'Pulumi Cloud': [...colleagues('2026-08-31', 39), ...month(inPulumi), ...saturdayNight(inPulumi)],
  Scalr: [...scalrTeam, ...month(inScalr), ...saturdayNight(inScalr)],
};

describe.each([
  { vendor: 'Pulumi Cloud' as const, given: ['ci-deploy', 'CI-Deploy', 'id-of-ci-deploy'], shown: 'token ci-deploy' },
  {
    vendor: 'Scalr' as const,
    given: ['ci@acme.scalr.io/B6wifA', 'ci@acme.scalr.io …B6wifA'],
    shown: 'token “ci@acme.scalr.io …B6wifA”',
  },
])('a stolen token in the log of $vendor', ({ vendor, given, shown }) => {
  const asked = { leakedAt: '2026-10-03T20:00Z', until: '2026-10-09T18:00Z' };
  const told = investigated(logs[vendor], { token: given[0] ?? '', ...asked });

  it.each(given)('is found as %s', (token) => {
    expect(investigated(logs[vendor], { token, ...asked }).investigation.subjects).toHaveLength(1);
  });

  it('is said to be used by somebody else, by the name that people know it by', () => {
    expect(told.investigation.verdict.answer).toBe('used-by-others');
    expect(flat(told.text)).toMatch(/^USED BY SOMEBODY ELSE: /);
    expect(flat(told.text)).toContain(
      `${shown}, from Example Hosting (AS64501, hosting, NL), first on 3 Oct 2026 23:10 UTC`,
    );
  });

  it('has the same reasons and the same things to rotate', () => {
    expect(told.investigation.sessions[0]?.signs).toEqual(
      expect.arrayContaining(['new-network', 'far-away', 'sensitive-action']),
    );
    expect(told.investigation.opened.map(({ target }) => target)).toEqual(['web/prod']);
    expect(flat(told.text)).toContain('Rotate the secrets of web/prod: they were opened.');
  });

  it('says what the log of this vendor cannot show, and of no other', () => {
    const notShown = flat(told.text.slice(told.text.indexOf('\nNot shown'), told.text.indexOf('\nNext')));
    expect(notShown.includes('Scalr does not publish which requests it logs.')).toBe(vendor === 'Scalr');
    expect(notShown.includes('Personal tokens that their owner makes or deletes leave no line')).toBe(
      vendor === 'Pulumi Cloud',
    );
  });
});

describe('a stolen token of Scalr', () => {
  const { text } = investigated(logs.Scalr, {
    token: 'ci@acme.scalr.io/B6wifA',
    leakedAt: '2026-10-03T20:00Z',
    until: '2026-10-09T18:00Z',
  });
  const next = text.slice(text.indexOf('\nNext'));

  it('is revoked by its owner and last six characters, as Scalr’s own report lists it', () => {
    expect(flat(next)).toContain('look for the one of ci@acme.scalr.io that ends in B6wifA.');
    expect(next).toContain(
      'curl -g -H "Authorization: Bearer $SCALR_TOKEN" "https://$SCALR_HOSTNAME/api/iacp/v3/reports/access-tokens?page[size]=100&page[number]=1"\n',
    );
    expect(next).toContain('-X DELETE "https://$SCALR_HOSTNAME/api/iacp/v3/access-tokens/$TOKEN_ID"\n');
  });

  it('has no step of another vendor', () => {
    expect(next).not.toMatch(/pulumi/i);
  });
});

describe('logs of both vendors, read together', () => {
  const both = [...logs['Pulumi Cloud'], ...logs.Scalr];

  it('stay two logs with two tokens', () => {
    const sources = new Set(eventsOf(both).map(({ source }) => source));
    expect([...sources].sort()).toEqual(['pulumi:acme', 'scalr:acme']);
    const { investigation } = investigated(both, { token: 'ci-deploy', until: '2026-10-09T18:00Z' });
    expect(investigation.subjects.map(({ source, principal }) => [source, principal.id])).toEqual([
      ['pulumi:acme', 'id-of-ci-deploy'],
    ]);
  });
});
