import { afterEach, describe, expect, it } from '@jest/globals';
import type { PulumiCheck } from '../../../../lib/adapters/sources/pulumi/account.ts';
import { closeServers, cloudOf, pageOf, type Reply, record, startMs } from './server.ts';

afterEach(closeServers);

const nowSecond = startMs / 1_000;

const person = {
  githubLogin: 'alice',
  name: 'Alice',
  organizations: [{ githubLogin: 'acme', name: 'Acme', avatarUrl: '', role: 'admin' }],
};
const machine = { githubLogin: 'acme', tokenInfo: { name: 'monitor', organization: 'acme', team: '' } };
const metadata = { id: '1', userRole: 'admin', product: 'enterprise', features: { auditLogsEnabled: true } };

type Answers = { readonly user?: Reply; readonly metadata?: Reply; readonly log?: Reply };

const checksOf = async (answers: Answers): Promise<readonly PulumiCheck[]> => {
  const { cloud } = await cloudOf(({ path }) => {
    if (path === '/api/user') return answers.user ?? { body: person };
    if (path === '/api/orgs/acme/metadata') return answers.metadata ?? { body: metadata };
    return answers.log ?? pageOf([record(nowSecond - 60), record(nowSecond - 90)]);
  });
  return cloud.checkAccess();
};

const checkOf = async (name: PulumiCheck['name'], answers: Answers): Promise<PulumiCheck | undefined> =>
  (await checksOf(answers)).find((check) => check.name === name);

const refused: Reply = { status: 403, body: { code: 403, message: 'Forbidden' } };

describe('checking access to Pulumi Cloud', () => {
  it('says whose the token is, what the plan holds, what the log shows, and how the clocks compare', async () => {
    expect(await checksOf({})).toEqual([
      { name: 'token', ok: true, detail: 'a personal token of alice, admin in acme' },
      { name: 'organization', ok: true, detail: 'It has edition enterprise, with audit logs.' },
      {
        name: 'audit log',
        ok: true,
        detail: 'It can be read; the last hour has 2 events, the newest at 2026-03-14T02:09:00Z.',
      },
      expect.objectContaining({ name: 'privileges', ok: true }),
      expect.objectContaining({ name: 'expiry', ok: true }),
      { name: 'clock', ok: true, detail: expect.stringMatching(/^This clock is \d s/) },
    ]);
  });

  it.each([
    ['an organization token', machine, 'monitor, a token of the organization acme'],
    [
      'a team token',
      { ...machine, tokenInfo: { ...machine.tokenInfo, team: 'platform' } },
      'monitor, a token of the team platform in acme',
    ],
    [
      'a machine token of few words',
      { ...machine, tokenInfo: { name: 'monitor' } },
      'monitor, a token of the organization acme',
    ],
    ['a personal token of few words', { githubLogin: 'alice' }, 'a personal token of alice'],
  ])('knows %s', async (_, body, detail) => {
    expect(await checkOf('token', { user: { body } })).toEqual({ name: 'token', ok: true, detail });
  });

  it.each([
    ['a person', { ...person, organizations: [{ githubLogin: 'other' }] }],
    ['a machine', { ...machine, tokenInfo: { ...machine.tokenInfo, organization: 'other' } }],
  ])('notices that the token is of %s in another organization', async (_, body) => {
    expect(await checkOf('token', { user: { body } })).toMatchObject({
      ok: false,
      detail: expect.stringContaining('does not belong to acme'),
      fix: expect.stringContaining('spelling'),
    });
  });

  it('stops at a token that does not work, and says to make a new one', async () => {
    const checks = await checksOf({ user: { status: 401, body: { code: 401, message: 'Unauthorized' } } });
    expect(checks).toMatchObject([{ name: 'token', ok: false, fix: expect.stringContaining('new access token') }]);
  });

  it('says which editions have audit logs where the plan has none', async () => {
    const body = { ...metadata, product: 'team', features: { auditLogsEnabled: false } };
    const log: Reply = { status: 400, body: { code: 400, message: 'available only with an Enterprise subscription' } };
    const checks = await checksOf({ metadata: { body }, log });
    expect(checks[1]).toMatchObject({ ok: false, detail: 'It has edition team, without audit logs.' });
    expect(checks[2]).toMatchObject({ ok: false, fix: expect.stringContaining('Essentials') });
  });

  it('names the scope where the role may not read the log', async () => {
    expect(await checkOf('audit log', { log: refused })).toMatchObject({
      ok: false,
      fix: expect.stringContaining('audit_logs:read'),
    });
  });

  it('is content with a role that may read the log and nothing else', async () => {
    expect(await checkOf('organization', { metadata: refused })).toMatchObject({ ok: true });
    expect(await checkOf('organization', { metadata: refused, log: refused })).toMatchObject({ ok: false });
  });

  it('says that the last hour was quiet', async () => {
    expect(await checkOf('audit log', { log: pageOf([]) })).toMatchObject({
      ok: true,
      detail: expect.stringContaining('no event'),
    });
  });

  it('counts one page only, and says that there is more', async () => {
    const log = pageOf([record(nowSecond - 60)], 'more');
    expect(await checkOf('audit log', { log })).toMatchObject({ detail: expect.stringContaining('1 or more events') });
  });

  it('notices a clock that is wrong', async () => {
    const user: Reply = { body: person, headers: { date: 'Sat, 14 Mar 2026 02:15:00 GMT' } };
    expect(await checkOf('clock', { user })).toEqual({
      name: 'clock',
      ok: false,
      detail: "This clock is 300 s behind Pulumi Cloud's.",
      fix: 'Set this machine’s clock from a time server.',
    });
  });

  it('shows nothing from the server that could steer a terminal', async () => {
    const user: Reply = { body: { githubLogin: 'ali\u001b[2Jce' } };
    expect((await checkOf('token', { user }))?.detail).toBe('a personal token of ali [2Jce');
  });

  it('ends with the reason it was given when it is stopped', async () => {
    const { cloud } = await cloudOf(() => ({ body: person }));
    await expect(cloud.checkAccess(AbortSignal.abort(new Error('out of time')))).rejects.toThrow('out of time');
  });
});
