import { afterEach, describe, expect, it } from '@jest/globals';
import { listResources } from '../../../../lib/adapters/sources/scalr/resources.ts';
import { scalrTransport } from '../../../../lib/adapters/sources/scalr/transport.ts';
import { SecretError, type SourceError } from '../../../../lib/app/ports.ts';
import { Secret } from '../../../../lib/config/secret.ts';
import { type Answering, closeServers, type Reply, serve, startMs, virtualClock } from '../pulumi/server.ts';
import { monitorToken, transportTo } from './server.ts';

afterEach(closeServers);

const fine: Reply = { body: { data: [] } };
const once =
  (first: Reply, then: Reply = fine): Answering =>
  (_, ordinal) =>
    ordinal === 0 ? first : then;

const errorOf = async (reply: Reply): Promise<SourceError> => {
  const { ask } = await transportTo(() => reply);
  return ask().then(
    () => {
      throw new Error('no error came');
    },
    (error: SourceError) => error,
  );
};

describe('asking Scalr', () => {
  it('sends the token and the headers that the API documents, to the documented place', async () => {
    const { ask, seen } = await transportTo(() => fine);
    await ask();
    expect(seen[0]).toMatchObject({
      path: '/api/iacp/v3/accounts',
      headers: { authorization: `Bearer ${monitorToken}`, accept: 'application/vnd.api+json' },
    });
  });

  it('keeps to half of the requests a minute that it may send, also when several ask at once', async () => {
    const { ask, seen, clock } = await transportTo(() => fine);
    await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect(seen).toHaveLength(5);
    expect(clock.sleeps).toEqual([240, 240, 240, 240]);
  });

  it('refuses a token that cannot stand in a header, without quoting it', async () => {
    const clock = virtualClock();
    const readToken = async () => new Secret('schlüssel€');
    const ask = scalrTransport({ baseUrl: 'https://acme.scalr.io', readToken, clock, fetch });
    await expect(ask({ path: '/accounts', what: 'it' })).rejects.toThrow(/^(?!.*schl).*copy it again/);
  });

  it('takes up a token that was rotated as soon as the old one is refused', async () => {
    const { baseUrl, seen } = await serve(({ headers }) =>
      headers.authorization === 'Bearer newer-token' ? fine : { status: 401 },
    );
    const readToken = async (options?: { readonly fresh?: boolean }) =>
      new Secret(options?.fresh === true ? 'newer-token' : 'older-token');
    const ask = scalrTransport({ baseUrl, readToken, clock: virtualClock(), fetch });
    expect((await ask({ path: '/accounts', what: 'it' })).body).toEqual({ data: [] });
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['login', 'credentials'],
    ['unavailable', 'unavailable'],
  ] as const)('says so where the secret cannot be read: %s', async (failure, expected) => {
    const readToken = async () => Promise.reject(new SecretError(failure, 'aws-sm:x: no'));
    const ask = scalrTransport({ baseUrl: 'http://127.0.0.1:9', readToken, clock: virtualClock(), fetch });
    await expect(ask({ path: '/accounts', what: 'it' })).rejects.toMatchObject({
      failure: expected,
      message: 'aws-sm:x: no',
    });
  });
});

describe('an answer of Scalr', () => {
  it.each([
    [401, 'credentials', 'allow list'],
    [403, 'permission', 'read-only'],
    [404, 'permission', 'Scalr does not tell these apart'],
    [402, 'plan', 'plan'],
    [418, 'misunderstood', 'Check the address'],
  ])('of %i means %s', async (status, failure, words) => {
    const error = await errorOf({ status, body: { errors: [{ title: 'Odd', detail: 'made up' }] } });
    expect(error).toMatchObject({ failure, message: expect.stringContaining(words) });
    expect(error.message).toContain('It said: Odd: made up');
  });

  it('never carries a token into an error', async () => {
    const error = await errorOf({ status: 404, body: { errors: [{ detail: `no ${monitorToken}\u001b[31m` }] } });
    expect(error.message).not.toContain('Mon170');
    expect(error.message).not.toContain('\u001b');
  });

  it('that points elsewhere is not followed', async () => {
    const error = await errorOf({ status: 302, headers: { location: 'https://login.example.com/?a=b' } });
    expect(error).toMatchObject({
      failure: 'misunderstood',
      message: expect.stringContaining('to https://login.example.com, where the token was not sent'),
    });
  });

  it.each([500, 502, 503, 504, 408])('of %i is tried again after 1, 2 and 4 seconds', async (status) => {
    const { ask, seen } = await transportTo(() => ({ status }));
    await expect(ask()).rejects.toMatchObject({ failure: 'unavailable' });
    expect(seen.map(({ atMs }) => atMs - startMs)).toEqual([0, 1_000, 3_000, 7_000]);
  });

  it.each<[string, Reply]>([
    ['a connection that breaks', { by: (response) => response.destroy() }],
    ['JSON that is cut off', { body: '{"data":' }],
    ['an HTML page', { body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }],
  ])('that is %s is tried again', async (_, reply) => {
    const { ask, seen } = await transportTo(once(reply));
    expect((await ask()).body).toEqual({ data: [] });
    expect(seen).toHaveLength(2);
  });

  it('of 429 is waited out as Retry-After says, up to half a minute', async () => {
    const { ask, seen } = await transportTo(once({ status: 429, headers: { 'retry-after': '17' } }));
    await ask();
    expect(seen.map(({ atMs }) => atMs - startMs)).toEqual([0, 17_000]);
    expect(await errorOf({ status: 429, headers: { 'retry-after': '120' } })).toMatchObject({
      failure: 'rate-limited',
      retryAtMs: startMs + 120_000,
    });
  });

  it('of 429 without a word is left alone for the minute over which Scalr counts', async () => {
    expect(await errorOf({ status: 429 })).toMatchObject({ failure: 'rate-limited', retryAtMs: startMs + 67_000 });
  });

  it('ends at once when it is stopped', async () => {
    const stopping = new AbortController();
    const { ask } = await transportTo(() => ({ by: () => stopping.abort(new Error('out of time')) }));
    await expect(ask(stopping.signal)).rejects.toThrow('out of time');
  });
});

describe('a list of Scalr', () => {
  const listOf = async (answering: Answering) => {
    const { transport, seen } = await transportTo(answering);
    const listed = listResources(transport, { path: '/tokens', what: 'the tokens' });
    return { listed, seen };
  };
  const page = (ids: readonly unknown[], next: unknown): Reply => ({
    body: { data: ids.map((id) => ({ type: 't', id, attributes: {} })), meta: { pagination: { 'next-page': next } } },
  });

  it('is followed from page to page until none is named', async () => {
    const { listed, seen } = await listOf(({ query }) =>
      query.get('page[number]') === '1' ? page(['a', 'b'], 2) : page(['c'], null),
    );
    expect((await listed).resources.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(seen.map(({ query }) => query.get('page[size]'))).toEqual(['100', '100']);
  });

  it.each([1, 0, '2', 1.5])('goes in circles where the next page is %j', async (next) => {
    const { listed } = await listOf(() => page(['a'], next));
    await expect(listed).rejects.toMatchObject({
      failure: 'misunderstood',
      message: expect.stringContaining('circles'),
    });
  });

  it('that never ends is given up', async () => {
    const { listed } = await listOf(({ query }) => page(['a'], Number(query.get('page[number]')) + 1));
    await expect(listed).rejects.toMatchObject({ failure: 'too-much' });
  });

  it('leaves out what has no id, and is refused where it is no list', async () => {
    expect((await (await listOf(() => page([undefined, 'a', {}], null))).listed).resources).toHaveLength(1);
    const { listed } = await listOf(() => ({ body: { data: { id: 'one' } } }));
    await expect(listed).rejects.toMatchObject({ failure: 'misunderstood' });
  });
});
