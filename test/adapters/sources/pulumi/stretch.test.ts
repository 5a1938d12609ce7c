import { afterEach, describe, expect, it } from '@jest/globals';
import { msPerSecond } from '../../../../lib/core/time.ts';
import { idsOf, type Liberties, madeUpLog, minute, readIds, second } from './made-up-log.ts';
import { closeServers, cloudOf, pageOf, record, type Seen } from './server.ts';

afterEach(closeServers);

const ordinary: Liberties = {
  pageSize: 3,
  token: 'exact',
  includesLower: true,
  includesUpper: true,
  hasEmptyPages: false,
  order: 'newest first',
  version: 'v2',
};

describe('reading a stretch of the Pulumi audit log', () => {
  it('gives the events of the stretch in order of time, from the first millisecond up to but without the last', async () => {
    const records = [record(second + 60), record(second + 59), record(second), record(second - 1)];
    const { cloud } = await cloudOf(() => pageOf(records));
    const { events, requests } = await cloud.read(minute);
    expect(events.map(({ atMs }) => atMs)).toEqual([second * msPerSecond, (second + 59) * msPerSecond]);
    expect(requests).toBe(1);
  });

  it('asks one second wider on either side, because nobody says whether the bounds are included', async () => {
    const { cloud, seen } = await cloudOf(() => pageOf([]));
    await cloud.read(minute);
    expect(seen.map(({ path, query }) => `${path}?${query}`)).toEqual([
      `/api/orgs/acme/auditlogs/v2?startTime=${second - 1}&endTime=${second + 60}`,
    ]);
  });

  it('covers the seconds that a stretch begins and ends within', async () => {
    const { cloud, seen } = await cloudOf(() => pageOf([record(second), record(second + 1)]));
    const { events } = await cloud.read({ fromMs: minute.fromMs + 1, toMs: minute.fromMs + 1_001 });
    expect(seen[0]?.query.toString()).toBe(`startTime=${second - 1}&endTime=${second + 2}`);
    expect(events.map(({ atMs }) => atMs)).toEqual([(second + 1) * msPerSecond]);
  });

  it('asks nothing for an empty stretch', async () => {
    const { cloud, seen } = await cloudOf(() => pageOf([record(second)]));
    expect(await cloud.read({ fromMs: minute.fromMs, toMs: minute.fromMs })).toEqual({
      events: [],
      badRecords: [],
      requests: 0,
    });
    expect(seen).toHaveLength(0);
  });

  it('counts records that are alike to the letter as the several events that they are', async () => {
    const records = [record(second), record(second), record(second)];
    expect(new Set(await readIds(records, { ...ordinary, pageSize: 10 })).size).toBe(3);
  });

  it('repeats the bounds with the continuation token, which it returns as it came', async () => {
    const token = 'eyJ0Ijp7IiI6MX19+/=&?#%20 é';
    const { cloud, seen } = await cloudOf(({ query }) =>
      query.get('continuationToken') === null ? pageOf([record(second - 1)], token) : pageOf([]),
    );
    await cloud.read(minute);
    expect(seen.map(({ query }) => query.get('continuationToken'))).toEqual([null, token]);
    expect(seen[1]?.query.get('startTime')).toBe(String(second - 1));
    expect(seen[1]?.query.get('endTime')).toBe(String(second + 60));
  });

  it.each([undefined, null, ''])('takes a continuation token of %p for the end', async (continuationToken) => {
    const { cloud, seen } = await cloudOf(() => ({ body: { auditLogEvents: [], continuationToken } }));
    await cloud.read(minute);
    expect(seen).toHaveLength(1);
  });

  it('goes on after an empty page that has a continuation token', async () => {
    const { cloud } = await cloudOf(({ query }) =>
      query.has('continuationToken') ? pageOf([record(second)]) : pageOf([], 'more'),
    );
    expect((await cloud.read(minute)).events).toHaveLength(1);
  });

  /** Requests for the second alone: those without a token, after the first. */
  const alone = (seen: readonly Seen[]): readonly string[] =>
    seen.flatMap(({ query }) => (query.has('continuationToken') ? [] : [query.toString()])).slice(1);

  it('asks again for a second that a page boundary cut, and for no other', async () => {
    const records = [10, 9, 7, 7, 5, 4].map((offset, place) => record(second + offset, `Exported stack ${place}`));
    const { cloud, seen } = await cloudOf(madeUpLog(records, { ...ordinary, pageSize: 3, token: 'skips' }));
    const { events, requests } = await cloud.read(minute);
    expect(events.map(({ id }) => id)).toEqual(idsOf(records, minute));
    expect(alone(seen)).toEqual([`startTime=${second + 6}&endTime=${second + 8}`]);
    expect(requests).toBe(3);
  });

  it('asks within narrower bounds for a cut second whose neighbours crowd it off the page', async () => {
    const records = [9, 8, 7, 7, 6, 5].map((offset, place) => record(second + offset, `Exported stack ${place}`));
    const { cloud, seen } = await cloudOf(madeUpLog(records, { ...ordinary, pageSize: 3, token: 'skips' }));
    expect((await cloud.read(minute)).events.map(({ id }) => id)).toEqual(idsOf(records, minute));
    expect(alone(seen)).toEqual([
      `startTime=${second + 6}&endTime=${second + 8}`,
      `startTime=${second + 7}&endTime=${second + 8}`,
    ]);
  });

  it('does not ask again when everything came on one page', async () => {
    const records = [2, 1, 1, 1].map((offset) => record(second + offset));
    const { cloud, seen } = await cloudOf(madeUpLog(records, { ...ordinary, pageSize: 4 }));
    await cloud.read(minute);
    expect(seen).toHaveLength(1);
  });

  it('counts an event once although a late arrival shifts it onto the next page too', async () => {
    const records = [9, 8, 7, 6, 5, 4].map((offset) => record(second + offset));
    const log = madeUpLog(records, { ...ordinary, pageSize: 4 });
    const { cloud } = await cloudOf((request, ordinal) => {
      if (ordinal === 1) records.unshift(record(second + 30));
      return log(request, ordinal);
    });
    expect((await cloud.read(minute)).events.map(({ atMs }) => atMs / msPerSecond - second)).toEqual([
      4, 5, 6, 7, 8, 9,
    ]);
  });

  it('gives the same ids however the log is cut into pages', async () => {
    const records = [5, 5, 5, 4, 3, 3, 3].map((offset) => record(second + offset));
    const whole = await readIds(records, { ...ordinary, pageSize: 100 });
    for (const token of ['exact', 'repeats', 'skips'] as const) {
      expect(await readIds(records, { ...ordinary, pageSize: 4, token })).toEqual(whole);
    }
  });

  it('stops with an error when a continuation token comes twice', async () => {
    let page = 0;
    const { cloud } = await cloudOf(() => pageOf([record(second + 30 - page++)], page % 2 === 0 ? 'a' : 'b'));
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'misunderstood' });
  });

  it('stops with an error when the same page comes again under ever new tokens', async () => {
    let page = 0;
    const { cloud, seen } = await cloudOf(() => pageOf([record(second + 1), record(second)], `token-${page++}`));
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'misunderstood' });
    expect(seen).toHaveLength(2);
  });

  it('is not stopped by somebody who fills several pages with the same event within one second', async () => {
    const records = Array.from({ length: 10 }, () => record(second));
    const ids = await readIds(records, { ...ordinary, pageSize: 3 });
    expect(ids).toEqual(idsOf(records.slice(0, 3), minute));
  });

  it('asks for a shorter stretch when the pages do not end', async () => {
    let page = 0;
    const { cloud, seen } = await cloudOf(() => pageOf([record(second + (page % 60))], `token-${page++}`));
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'too-much' });
    expect(seen).toHaveLength(200);
  });

  it('asks for a shorter stretch when there are more events than it may hold', async () => {
    const records = Array.from({ length: 50_001 }, (_, place) => record(second, `${place}`));
    const { cloud } = await cloudOf(() => pageOf(records));
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'too-much' });
  });

  it('puts a record that is none aside, with its time where it has one, and takes the rest of the page', async () => {
    const nameless = { timestamp: second, event: 'stack-exported' };
    const { cloud } = await cloudOf(() => pageOf([record(second), nameless, 'not a record', record(second + 1)]));
    const { events, badRecords } = await cloud.read(minute);
    expect(events).toHaveLength(2);
    expect(badRecords).toMatchObject([
      { where: 'pulumi:acme 2026-03-14T02:00:00Z', outcome: 'rejected', text: JSON.stringify(nameless) },
      { where: 'pulumi:acme at an unknown time', outcome: 'rejected', text: '"not a record"' },
    ]);
  });

  it('keeps an event without the part that is wrong, and says so', async () => {
    const { cloud } = await cloudOf(() => pageOf([{ ...record(second), sourceIP: '192.0.2.777' }]));
    const { events, badRecords } = await cloud.read(minute);
    expect(events).toMatchObject([{ ip: undefined, action: 'stack-exported' }]);
    expect(badRecords).toMatchObject([{ outcome: 'kept', reason: expect.stringContaining('sourceIP') }]);
  });

  it('reports a bad record once, however many pages show it, and none from beside the stretch', async () => {
    const bad = (offset: number) => ({ timestamp: second + offset, event: '' });
    const records = [bad(60), record(second + 5), bad(5), bad(-1)];
    const { cloud } = await cloudOf(({ query }) => pageOf(records, query.has('continuationToken') ? '' : 'more'));
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'misunderstood' });
    const { cloud: other } = await cloudOf(({ query }) =>
      query.has('continuationToken') ? pageOf(records.slice(1)) : pageOf(records, 'more'),
    );
    expect((await other.read(minute)).badRecords.map(({ where }) => where)).toEqual([
      'pulumi:acme 2026-03-14T02:00:05Z',
    ]);
  });

  it('cuts a bad record to 2,000 characters and keeps tokens out of it', async () => {
    const { cloud } = await cloudOf(() => pageOf([`pul-made-up ${'x'.repeat(5_000)}`]));
    const [bad] = (await cloud.read(minute)).badRecords;
    expect(bad?.text).toHaveLength(2_000);
    expect(bad?.text).toMatch(/^"\[secret\] x+$/);
  });

  it.each([
    ['has no list of events', { continuationToken: 'x' }],
    ['has events that are no list', { auditLogEvents: {} }],
    ['is a bare list', []],
    ['is null', null],
    ['has a continuation token that is no text', { auditLogEvents: [], continuationToken: 7 }],
    ['has a continuation token beyond all measure', { auditLogEvents: [], continuationToken: 'x'.repeat(5_000) }],
  ])('misunderstands an answer that %s', async (_, body) => {
    const { cloud } = await cloudOf(() => ({ body: JSON.stringify(body) }));
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'misunderstood' });
  });

  it('takes a list of null, as Go writes an empty one, for empty', async () => {
    const { cloud } = await cloudOf(() => ({ body: { auditLogEvents: null } }));
    expect((await cloud.read(minute)).events).toEqual([]);
  });
});

describe('the first version of the API, where a server knows no other', () => {
  const old: Liberties = { ...ordinary, version: 'v1', includesUpper: false };

  it('is asked from the end of the stretch backwards, and only as far as the stretch goes', async () => {
    const records = Array.from({ length: 50 }, (_, place) => record(second + 29 - place));
    const { cloud, seen } = await cloudOf(madeUpLog(records, { ...old, pageSize: 10 }));
    const { events } = await cloud.read({ fromMs: minute.fromMs, toMs: minute.fromMs + 30_000 });
    expect(events.map(({ id }) => id)).toEqual(idsOf(records, minute));
    const main = seen.filter(({ query }) => query.get('startTime') === String(second + 30) && !query.has('endTime'));
    expect(main.map(({ query }) => query.get('continuationToken'))).toEqual([null, '10', '20', '30']);
  });

  it('is remembered: the newer version is not tried again', async () => {
    const { cloud, seen } = await cloudOf(madeUpLog([record(second)], old));
    await cloud.read(minute);
    await cloud.read(minute);
    expect(seen.map(({ path }) => path)).toEqual([
      '/api/orgs/acme/auditlogs/v2',
      '/api/orgs/acme/auditlogs',
      '/api/orgs/acme/auditlogs',
    ]);
  });

  it('is not tried once the newer version has answered', async () => {
    const { cloud, seen } = await cloudOf((_, ordinal) => (ordinal === 0 ? pageOf([]) : { status: 404 }));
    await cloud.read(minute);
    await expect(cloud.read(minute)).rejects.toMatchObject({ failure: 'not-found' });
    expect(seen).toHaveLength(2);
  });

  it('answering 404 too means that the organization is misspelt or hidden from the token', async () => {
    const { cloud } = await cloudOf(() => ({ status: 404, body: { code: 404, message: 'Organization not found' } }));
    await expect(cloud.read(minute)).rejects.toMatchObject({
      failure: 'not-found',
      message: expect.stringMatching(/audit log of acme.*hidden from this token.*spelling/),
    });
  });
});
