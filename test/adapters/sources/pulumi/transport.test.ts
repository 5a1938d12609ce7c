import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ReadToken, userAgent } from '../../../../lib/adapters/sources/http/transport.ts';
import { pulumiTransport } from '../../../../lib/adapters/sources/pulumi/transport.ts';
import { SecretError } from '../../../../lib/app/ports.ts';
import { Secret } from '../../../../lib/config/secret.ts';
import {
  type Answering,
  closeServers,
  errorOf,
  organizationToken,
  type Reply,
  readToken,
  serve,
  startMs,
  transportTo,
  virtualClock,
} from './server.ts';

afterEach(closeServers);

const minuteMs = 60_000;

const fine: Reply = { body: { fine: true } };
const once =
  (first: Reply, then: Reply = fine): Answering =>
  (_, ordinal) =>
    ordinal === 0 ? first : then;

describe('asking Pulumi Cloud', () => {
  it('sends the token and the headers that the API documents', async () => {
    const { ask, seen } = await transportTo(() => fine);
    await ask();
    expect(seen[0]?.headers).toMatchObject({
      authorization: `token ${organizationToken}`,
      accept: 'application/vnd.pulumi+8',
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': userAgent,
    });
  });

  it('names itself by the version in package.json', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'));
    expect(userAgent).toBe(`tokenwatch/${version}`);
  });

  it('asks at most twice a second, also when several ask at once', async () => {
    const { ask, seen, clock } = await transportTo(() => fine);
    await Promise.all([ask(), ask(), ask(), ask()]);
    await ask();
    expect(seen).toHaveLength(5);
    expect(clock.sleeps).toEqual([500, 500, 500, 500]);
  });

  it('is not held up by a clock that is set back', async () => {
    const clock = virtualClock();
    let backMs = 0;
    const { baseUrl } = await serve(() => fine, clock);
    const setBack = { ...clock, nowMs: () => clock.nowMs() - backMs };
    const transport = pulumiTransport({ baseUrl, readToken, clock: setBack, fetch });
    await transport({ path: '/', what: 'it' });
    backMs = 60 * minuteMs;
    await transport({ path: '/', what: 'it' });
    expect(clock.sleeps).toEqual([500]);
  });

  it('unpacks a compressed answer, declared or not', async () => {
    const body = gzipSync('{"fine":true}');
    const declared = await transportTo(() => ({ body, headers: { 'content-encoding': 'gzip' } }));
    expect((await declared.ask()).body).toEqual({ fine: true });
    const undeclared = await transportTo(() => ({ body, headers: { 'content-type': 'text/plain' } }));
    expect((await undeclared.ask()).body).toEqual({ fine: true });
  });

  it('tells how far the clock of the server is from ours', async () => {
    const { ask } = await transportTo(() => ({ ...fine, headers: { date: 'Sat, 14 Mar 2026 02:12:00 GMT' } }));
    expect((await ask()).clockDifferenceMs).toBe(2 * minuteMs);
  });

  it('refuses a token that cannot stand in a header, without quoting it', async () => {
    const ask = pulumiTransport({
      baseUrl: 'https://api.pulumi.com',
      readToken: async () => new Secret('schlüssel€'),
      clock: virtualClock(),
      fetch,
    });
    await expect(ask({ path: '/', what: 'it' })).rejects.toThrow(/^(?!.*schl).*copy it again/);
  });
});

describe('trying again', () => {
  it.each([500, 502, 503, 504, 408])(
    'follows a %i, after 1, 2 and 4 seconds, and gives up after four tries',
    async (status) => {
      const { ask, seen } = await transportTo(() => ({ status }));
      await expect(ask()).rejects.toMatchObject({ failure: 'unavailable' });
      expect(seen.map(({ atMs }) => atMs - startMs)).toEqual([0, 1_000, 3_000, 7_000]);
    },
  );

  it('is enough when the server recovers', async () => {
    const { ask, seen } = await transportTo(once({ status: 503 }));
    expect((await ask()).body).toEqual({ fine: true });
    expect(seen).toHaveLength(2);
  });

  it.each<[string, Reply]>([
    ['a connection that breaks before the answer', { by: (response) => response.destroy() }],
    [
      'a connection that breaks within the answer',
      {
        by: (response) => {
          response.writeHead(200, { 'content-length': '1000' });
          response.write('{"fine":', () => response.destroy());
        },
      },
    ],
    ['compressed text that is cut off', { body: gzipSync('{"fine":true}').subarray(0, 20) }],
    ['JSON that is cut off', { body: '{"fine":' }],
    ['an HTML page', { body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }],
    ['nothing', { body: '' }],
  ])('follows %s', async (_, reply) => {
    const { ask, seen } = await transportTo(once(reply));
    expect((await ask()).body).toEqual({ fine: true });
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['JSON that stays cut off', '{"fine":', 'application/json'],
    ['an HTML page that stays', '<html>Sign in</html>', 'text/html'],
  ])('ends by misunderstanding %s, and says what came', async (_, body, type) => {
    const error = await errorOf({ body, headers: { 'content-type': type } });
    expect(error).toMatchObject({
      failure: 'misunderstood',
      message: expect.stringContaining(`not whole JSON but ${type}`),
    });
  });

  it('ends with the reason when nobody listens', async () => {
    const { ask, baseUrl } = await transportTo(() => fine);
    await closeServers();
    await expect(ask()).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringMatching(new RegExp(`Pulumi Cloud at ${baseUrl} could not be asked .*ECONNREFUSED`)),
    });
  });

  it('ends an answer that only drips', async () => {
    const drip: Reply = {
      by: (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(timer));
      },
    };
    const { ask, seen } = await transportTo(() => drip, { requestMsMax: 100 });
    await expect(ask()).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('no whole answer within 0.1 s'),
    });
    expect(seen).toHaveLength(4);
  });

  it('refuses an answer larger than memory should hold, also when it is small while compressed', async () => {
    const error = await errorOf({ body: gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1, ' ')) });
    expect(error).toMatchObject({ failure: 'too-much', message: expect.stringContaining('64 MiB') });
  });
});

describe('being told to wait', () => {
  it.each([429, 503])('waits as long as Retry-After says after a %i', async (status) => {
    const { ask, seen } = await transportTo(once({ status, headers: { 'retry-after': '17' } }));
    await ask();
    expect(seen.map(({ atMs }) => atMs - startMs)).toEqual([0, 17_000]);
  });

  it('understands a date in Retry-After by the clock of the server', async () => {
    const headers = { date: 'Sat, 14 Mar 2026 05:00:00 GMT', 'retry-after': 'Sat, 14 Mar 2026 05:00:09 GMT' };
    const { ask, seen } = await transportTo(once({ status: 429, headers }));
    await ask();
    expect(seen[1]?.atMs).toBe(startMs + 9_000);
  });

  it.each(['0', '-5', 'soon', '1e9', 'Fri, 13 Mar 2026 02:10:00 GMT'])(
    'waits its own second when told %j',
    async (told) => {
      const { ask, seen } = await transportTo(once({ status: 429, headers: { 'retry-after': told } }));
      await ask();
      expect(seen[1]?.atMs).toBe(startMs + 1_000);
    },
  );

  it('leaves a longer wait to the caller, and says until when', async () => {
    const { ask, seen } = await transportTo(() => ({ status: 429, headers: { 'retry-after': '120' } }));
    await expect(ask()).rejects.toMatchObject({ failure: 'rate-limited', retryAtMs: startMs + 2 * minuteMs });
    expect(seen).toHaveLength(1);
  });

  it('leaves a longer wait for maintenance to the caller too', async () => {
    const error = await errorOf({ status: 503, headers: { 'retry-after': '600' } });
    expect(error).toMatchObject({ failure: 'unavailable', retryAtMs: startMs + 10 * minuteMs });
  });

  it('does not let a server send it away for more than an hour', async () => {
    const error = await errorOf({ status: 429, headers: { 'retry-after': '999999999' } });
    expect(error.retryAtMs).toBe(startMs + 60 * minuteMs);
  });

  it('stays away for the five minutes over which the firewall counts, when short waits do not help', async () => {
    const { ask, seen } = await transportTo(() => ({ status: 429, body: 'Too many requests' }));
    await expect(ask()).rejects.toMatchObject({ failure: 'rate-limited', retryAtMs: startMs + 7_000 + 5 * minuteMs });
    expect(seen).toHaveLength(4);
  });
});

describe('being stopped', () => {
  it('ends a request at once, with the reason it was given', async () => {
    const stopping = new AbortController();
    const silent: Reply = { by: () => stopping.abort(new Error('out of time')) };
    const { ask, seen } = await transportTo(() => silent);
    await expect(ask(stopping.signal)).rejects.toThrow('out of time');
    expect(seen).toHaveLength(1);
  });

  it('asks nothing when it is stopped before', async () => {
    const { ask, seen } = await transportTo(() => fine);
    await expect(ask(AbortSignal.abort(new Error('out of time')))).rejects.toThrow('out of time');
    expect(seen).toHaveLength(0);
  });

  it('asks nothing more when it is stopped while it waits', async () => {
    const stopping = new AbortController();
    const clock = virtualClock();
    const { baseUrl, seen } = await serve(() => ({ status: 503 }), clock);
    const sleep = async (): Promise<void> => stopping.abort(new Error('out of time'));
    const transport = pulumiTransport({ baseUrl, readToken, clock: { ...clock, sleep }, fetch });
    await expect(transport({ path: '/', what: 'it', signal: stopping.signal })).rejects.toThrow('out of time');
    expect(seen).toHaveLength(1);
  });
});

describe('a token that was rotated', () => {
  const kept = (...values: readonly string[]) => {
    const asked: boolean[] = [];
    const read: ReadToken = async ({ fresh = false } = {}) => {
      asked.push(fresh);
      return new Secret(values[Math.min(asked.filter(Boolean).length, values.length - 1)] ?? '');
    };
    return { asked, read };
  };

  const askingWith = async (read: ReadToken, answering: Answering) => {
    const clock = virtualClock();
    const { baseUrl, seen } = await serve(answering, clock);
    const ask = pulumiTransport({ baseUrl, readToken: read, clock, fetch });
    return { ask: () => ask({ path: '/api/user', what: 'the owner of the token' }), seen };
  };

  const onlyNew: Answering = ({ headers }) =>
    headers.authorization === 'token made-up-new' ? fine : { status: 401, body: { message: 'Unauthorized' } };

  it('is read anew when the old one is refused, and the question is asked again', async () => {
    const { asked, read } = kept('made-up-old', 'made-up-new');
    const { ask, seen } = await askingWith(read, onlyNew);
    expect((await ask()).body).toEqual({ fine: true });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['token made-up-old', 'token made-up-new']);
    expect(asked).toEqual([false, true]);
  });

  it('is not asked with again where the store holds the same one', async () => {
    const { read } = kept('made-up-old');
    const { ask, seen } = await askingWith(read, onlyNew);
    await expect(ask()).rejects.toMatchObject({ failure: 'credentials' });
    expect(seen).toHaveLength(1);
  });

  it('is read anew once only: a new one that is refused too is for a person', async () => {
    const { asked, read } = kept('made-up-1', 'made-up-2', 'made-up-3');
    const { ask, seen } = await askingWith(read, onlyNew);
    await expect(ask()).rejects.toMatchObject({ failure: 'credentials' });
    expect([seen.length, asked]).toEqual([2, [false, true]]);
  });

  it.each([
    ['unavailable', 'unavailable'],
    ['permission', 'credentials'],
    ['missing', 'credentials'],
  ] as const)('is a trouble of the source when it cannot be read: %s', async (secretFailure, failure) => {
    const read: ReadToken = async () => {
      throw new SecretError(secretFailure, 'Vault at https://vault.example.com is sealed.');
    };
    const { ask, seen } = await askingWith(read, onlyNew);
    await expect(ask()).rejects.toMatchObject({ failure, message: expect.stringContaining('is sealed') });
    expect(seen).toEqual([]);
  });
});
