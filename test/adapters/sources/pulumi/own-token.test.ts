import { afterEach, describe, expect, it } from '@jest/globals';
import { pulumiCloud } from '../../../../lib/adapters/sources/pulumi/cloud.ts';
import { Secret } from '../../../../lib/config/secret.ts';
import { closeServers, cloudOf, organizationToken, type Reply, serve, startMs, virtualClock } from './server.ts';

/** Which of the listed tokens is the one that asks. */

afterEach(closeServers);

const token = (name: string, type: string) => ({ id: `id-of-${name}`, name, type, created: '2026-01-05T10:00:00Z' });

const acmeWith = (user: Reply, own: readonly unknown[] = [token('laptop', 'personal')]) =>
  cloudOf(({ path }) => {
    if (path === '/api/user') return user;
    if (path === '/api/orgs/acme/tokens') {
      return { body: { tokens: [token('ci-deploy', 'organization'), token('watch', 'organization')] } };
    }
    if (path === '/api/user/tokens') return { body: { tokens: own } };
    return { status: 404, body: { code: 404, message: 'not found' } };
  });

const ownIn = async (...parts: Parameters<typeof acmeWith>) => {
  const { cloud } = await acmeWith(...parts);
  return (await cloud.listTokens()).tokens.filter(({ isOwn }) => isOwn).map(({ name }) => name);
};
const user = (more: object): Reply => ({ body: { githubLogin: 'acme', ...more } });

describe('our own token', () => {
  it('is the one whose name the API gives, and the log knows it by that', async () => {
    const answer = user({ tokenInfo: { name: 'watch', organization: 'acme' } });
    expect(await ownIn(answer)).toEqual(['watch']);
    const { cloud } = await acmeWith(answer);
    expect(await cloud.ownToken()).toBe('watch');
  });

  it('is asked for once, until there is another where it is kept', async () => {
    let kept = organizationToken;
    const clock = virtualClock();
    const { baseUrl, seen } = await serve(
      ({ headers }) => user({ tokenInfo: { name: headers.authorization === 'token opaque-2' ? 'watch-2' : 'watch' } }),
      clock,
    );
    const cloud = pulumiCloud({ organization: 'acme', readToken: async () => new Secret(kept), baseUrl, clock });
    expect([await cloud.ownToken(), await cloud.ownToken(), seen.length]).toEqual(['watch', 'watch', 1]);
    kept = 'opaque-2';
    expect([await cloud.ownToken(), await cloud.ownToken(), seen.length]).toEqual(['watch-2', 'watch-2', 2]);
  });

  it('is asked for again an hour after nothing was told', async () => {
    const { cloud, seen, clock } = await acmeWith(user({}));
    expect([await cloud.ownToken(), await cloud.ownToken(), seen.length]).toEqual([undefined, undefined, 1]);
    await clock.sleep(3_600_000);
    await cloud.ownToken();
    expect(seen).toHaveLength(2);
  });

  it('is the only personal one of a person, and unknown among several', async () => {
    expect(await ownIn(user({}))).toEqual(['laptop']);
    expect(await ownIn(user({}), [token('laptop', 'personal'), token('desk', 'personal')])).toEqual([]);
    const { cloud } = await acmeWith(user({}));
    expect(await cloud.ownToken()).toBeUndefined();
  });

  it('is the personal one that was used just now, as doctor finds it too', async () => {
    const nowSecond = startMs / 1_000;
    const used = { ...token('desk', 'personal'), lastUsed: nowSecond - 5 };
    const idle = { ...token('laptop', 'personal'), lastUsed: nowSecond - 3_600 };
    expect(await ownIn(user({}), [idle, used])).toEqual(['desk']);
    expect(await ownIn(user({}), [{ ...idle, lastUsed: nowSecond - 60 }, used])).toEqual([]);
  });

  it('is unknown where the API does not say, which does not end the listing', async () => {
    expect(await ownIn({ status: 403, body: { code: 403, message: 'Forbidden' } })).toEqual([]);
  });
});
