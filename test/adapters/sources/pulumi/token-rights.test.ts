import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers, cloudOf, pageOf, type Reply, startMs } from './server.ts';

afterEach(closeServers);

const nowSecond = startMs / 1_000;
const daySeconds = 86_400;

const person = { githubLogin: 'alice', organizations: [{ githubLogin: 'acme', role: 'admin' }] };
const machine = { githubLogin: 'acme', tokenInfo: { name: 'monitor', organization: 'acme', team: '' } };
const teamMachine = { ...machine, tokenInfo: { ...machine.tokenInfo, team: 'platform' } };
const refused: Reply = { status: 403, body: { code: 403, message: 'Forbidden' } };

type Answers = {
  readonly user: unknown;
  readonly tokens?: readonly unknown[];
  /** In place of the list of tokens. */
  readonly instead?: Reply;
  readonly customRolesEnabled?: boolean;
};

/** What doctor says of the token itself, and where it asked for tokens. */
const rightsOf = async ({ user, tokens, instead = refused, customRolesEnabled = true }: Answers) => {
  const { cloud, seen } = await cloudOf(({ path }) => {
    if (path === '/api/user') return { body: user };
    if (path.endsWith('/metadata')) return { body: { features: { auditLogsEnabled: true, customRolesEnabled } } };
    if (path.endsWith('/tokens')) return tokens === undefined ? instead : { body: { tokens } };
    return pageOf([]);
  });
  const checks = await cloud.checkAccess();
  return {
    privileges: checks.find(({ name }) => name === 'privileges'),
    expiry: checks.find(({ name }) => name === 'expiry'),
    asked: seen.filter(({ path }) => path.endsWith('/tokens')).map(({ path }) => path),
  };
};

describe('what a token may do', () => {
  it.each([
    ['a personal token of an admin', { user: person }, 'all that an admin of the organization may'],
    ['an admin token', { user: machine, tokens: [{ name: 'monitor', admin: true }] }, 'It is an admin token'],
    [
      'a token with the admin role',
      { user: machine, tokens: [{ name: 'monitor', role: { name: 'Admin', defaultIdentifier: 'admin' } }] },
      'It is an admin token',
    ],
  ])('is too much with %s, and how to make the right one is said', async (_, answers, detail) => {
    expect((await rightsOf(answers)).privileges).toMatchObject({
      ok: true,
      detail: expect.stringContaining(detail),
      advice: expect.stringContaining('a custom role with the scope audit_logs:read alone'),
    });
  });

  it('is no more than it must be where the edition has no custom roles', async () => {
    const tokens = [{ name: 'monitor', admin: true }];
    const { privileges } = await rightsOf({ user: machine, tokens, customRolesEnabled: false });
    expect(privileges).toEqual({ name: 'privileges', ok: true, detail: expect.stringContaining('no narrower one') });
  });

  it.each([
    [[{ name: 'monitor', admin: false, role: { name: 'audit-reader' } }], 'It has the role audit-reader'],
    [[{ name: 'monitor', admin: false }], 'It is no admin token.'],
    [undefined, 'It may not list tokens, as is right for it'],
  ])('is well otherwise: %j', async (tokens, detail) => {
    const { privileges } = await rightsOf({ user: machine, ...(tokens !== undefined && { tokens }) });
    expect(privileges).toEqual({ name: 'privileges', ok: true, detail: expect.stringContaining(detail) });
  });
});

describe('what a token may do, where it cannot be looked up,', () => {
  const admin = { name: 'monitor', admin: true };
  it.each([
    ['the server fails', { instead: { status: 503, body: { code: 503, message: 'down' } } }],
    ['the server slows us down', { instead: { status: 429, body: { code: 429, message: 'slow' } } }],
    ['the answer is another', { instead: { status: 200, body: { tokens: 'many' } } }],
    ['two tokens have its name', { tokens: [admin, admin] }],
    ['no token has its name', { tokens: [{ name: 'another' }] }],
    ['the list is empty', { tokens: [] }],
  ])('is called unknown and not well: %s', async (_, answers: Omit<Answers, 'user'>) => {
    const { privileges, expiry } = await rightsOf({ user: machine, ...answers });
    expect(privileges).toMatchObject({
      detail: expect.stringContaining('What it may do could not be looked up.'),
      advice: expect.stringContaining('Settings, Access Tokens'),
    });
    expect(expiry).toMatchObject({ ok: true, detail: expect.stringContaining('When it ends is not known') });
  });
});

describe('when a token ends', () => {
  const ends = async (expires: number) =>
    (await rightsOf({ user: machine, tokens: [{ name: 'monitor', expires }] })).expiry;

  it('is told, with advice when it is soon', async () => {
    const later = { name: 'expiry', ok: true, detail: 'It ends at 2026-04-13T02:10:00Z.' };
    expect(await ends(nowSecond + 30 * daySeconds)).toEqual(later);
    expect(await ends(nowSecond + 13 * daySeconds)).toMatchObject({ advice: expect.stringContaining('its successor') });
    expect(await ends(0)).toMatchObject({ detail: expect.stringContaining('It never ends') });
    expect(await ends(1e300)).toMatchObject({ detail: expect.stringContaining('is not known') });
    expect((await rightsOf({ user: machine })).expiry).toMatchObject({
      detail: expect.stringContaining('is not known'),
    });
  });

  it('is looked up where tokens of its kind are listed', async () => {
    expect((await rightsOf({ user: machine, tokens: [] })).asked).toEqual(['/api/orgs/acme/tokens']);
    expect((await rightsOf({ user: teamMachine, tokens: [] })).asked).toEqual(['/api/orgs/acme/teams/platform/tokens']);
    expect((await rightsOf({ user: person, tokens: [] })).asked).toEqual(['/api/user/tokens']);
  });

  it('of a personal token is that of the one just used, since nothing else says which it is', async () => {
    const expires = nowSecond + 30 * daySeconds;
    const old = { name: 'old', lastUsed: nowSecond - daySeconds, expires: nowSecond + daySeconds };
    const used = { name: 'used', lastUsed: nowSecond - 5, expires };
    const detail = 'It ends at 2026-04-13T02:10:00Z.';
    expect((await rightsOf({ user: person, tokens: [old, used] })).expiry).toMatchObject({ detail });
    expect((await rightsOf({ user: person, tokens: [{ ...used, lastUsed: 0 }] })).expiry).toMatchObject({ detail });
    expect((await rightsOf({ user: person, tokens: [used, used] })).expiry).toMatchObject({
      detail: expect.stringContaining('is not known'),
    });
  });
});
