import { afterEach, describe, expect, it } from '@jest/globals';
import { closeServers, cloudOf, type Reply } from './server.ts';

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

  it('is the only personal one of a person, and unknown among several', async () => {
    expect(await ownIn(user({}))).toEqual(['laptop']);
    expect(await ownIn(user({}), [token('laptop', 'personal'), token('desk', 'personal')])).toEqual([]);
    const { cloud } = await acmeWith(user({}));
    expect(await cloud.ownToken()).toBeUndefined();
  });

  it('is unknown where the API does not say, which does not end the listing', async () => {
    expect(await ownIn({ status: 403, body: { code: 403, message: 'Forbidden' } })).toEqual([]);
  });
});
