import { afterEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../../../lib/adapters/sources/http/transport.ts';
import { pulumiTransport } from '../../../../lib/adapters/sources/pulumi/transport.ts';
import { scalrTransport } from '../../../../lib/adapters/sources/scalr/transport.ts';
import { Secret } from '../../../../lib/config/secret.ts';
import { closeServers, serve, virtualClock } from '../pulumi/server.ts';

afterEach(closeServers);

const connectionTo = (baseUrl: string): Connection => ({
  baseUrl,
  readToken: async () => new Secret('made-up-token'),
  clock: virtualClock(),
  fetch,
});

describe.each([
  ['Pulumi Cloud', pulumiTransport, ''],
  ['Scalr', scalrTransport, '/api/iacp/v3'],
])('the token for %s', (_, transport, root) => {
  it.each([
    ['over plain http to another machine', 'http://api.example.com', /unencrypted/],
    ['to an address with a password', 'https://alice:hunter2@api.example.com', /^(?!.*hunter2).*password/],
    ['to what is no address', 'api.example.com', /write the address/],
  ])('never goes %s', (_way, baseUrl, problem) => {
    expect(() => transport(connectionTo(baseUrl))).toThrow(problem);
  });

  it.each(['.evil.example.com/', '@evil.example.com/', ':1/', ''])(
    'never goes to the host that %j would make of the address',
    async (path) => {
      const { baseUrl, seen } = await serve(() => ({}));
      await expect(transport(connectionTo(baseUrl))({ path, what: 'it' })).rejects.toThrow(/begins with a slash/);
      expect(seen).toEqual([]);
    },
  );

  it('goes below the address that was configured', async () => {
    const { baseUrl, seen } = await serve(() => ({}));
    await transport(connectionTo(`${baseUrl}/proxy/`))({ path: '/it', query: { q: 'a b' }, what: 'it' });
    expect(seen).toMatchObject([{ path: `/proxy${root}/it` }]);
    expect(seen[0]?.query.get('q')).toBe('a b');
  });

  it.each([301, 302, 303, 307, 308])('is not sent on where a %i points elsewhere', async (status) => {
    const elsewhere = await serve(() => ({}));
    const { baseUrl, seen } = await serve(() => ({ status, headers: { location: elsewhere.baseUrl } }));
    await expect(transport(connectionTo(baseUrl))({ path: '/it', what: 'it' })).rejects.toMatchObject({
      failure: 'misunderstood',
      message: expect.stringContaining(`to ${elsewhere.baseUrl}, where the token was not sent`),
    });
    expect([seen.length, elsewhere.seen.length]).toEqual([1, 0]);
  });
});
