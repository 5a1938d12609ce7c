import { afterEach, describe, expect, it } from '@jest/globals';
import { filterLogEvents } from '../../../lib/adapters/sources/cloudwatch-client.ts';
import { type FilterLogEvents, type LogLine, logPages } from '../../../lib/adapters/sources/cloudwatch-logs.ts';
import { SecretError } from '../../../lib/app/ports.ts';
import { closeStandIns, standIn } from '../secrets/stand-in.ts';
import { cloudwatchStandIn, type GroupAnswer } from './cloudwatch-stand-in.ts';

afterEach(closeStandIns);

const nowMs = Date.parse('2026-03-14T02:10:00Z');
const stretch = { fromMs: nowMs - 60_000, toMs: nowMs };
const name = '/tokenwatch/scalr/acme';

const groupOf = (filter: FilterLogEvents) => ({ name, filter, nowMs: () => nowMs });

const linesIn = async (filter: FilterLogEvents): Promise<readonly LogLine[]> => {
  const lines: LogLine[] = [];
  for await (const page of logPages(groupOf(filter), stretch)) lines.push(...page);
  return lines;
};

const line = (message: string) => ({ eventId: message, message, timestamp: nowMs - 1, ingestionTime: nowMs });

describe('a log group', () => {
  it('is read to its end, over pages that are empty and carry a token', async () => {
    const asked: unknown[] = [];
    const pages = [
      { events: [], nextToken: 'a' },
      { events: [line('one')], nextToken: 'b' },
      { nextToken: 'c' },
      { events: [line('two')] },
    ];
    const lines = await linesIn(async (question) => {
      asked.push(question);
      return pages[asked.length - 1] ?? {};
    });
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(asked[0]).toEqual({ logGroupName: name, startTime: stretch.fromMs, endTime: stretch.toMs - 1 });
    expect(asked[3]).toMatchObject({ nextToken: 'c', startTime: stretch.fromMs });
  });

  it('goes in circles when a token comes twice, which is an error', async () => {
    await expect(linesIn(async () => ({ events: [line('one')], nextToken: 'again' }))).rejects.toMatchObject({
      failure: 'misunderstood',
      message: expect.stringContaining('goes in circles'),
    });
  });

  it('that never ends is given up, with what to look at', async () => {
    let page = 0;
    const endless: FilterLogEvents = async () => {
      page += 1;
      return { nextToken: `${page}` };
    };
    await expect(linesIn(endless)).rejects.toThrow(/more than 4000 pages.*see what else is written to it/);
  });

  it('is not asked any more once the signal comes', async () => {
    const stopping = new AbortController();
    let asked = 0;
    const filter: FilterLogEvents = async () => {
      asked += 1;
      stopping.abort(new Error('out of time'));
      return { nextToken: `${asked}` };
    };
    const all = async () => {
      for await (const _ of logPages(groupOf(filter), stretch, { signal: stopping.signal }));
    };
    await expect(all()).rejects.toThrow('out of time');
    expect(asked).toBe(1);
  });
});

const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'made-up-example-key',
};
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'made-up-example-key' });

const throughClient = async (answering: (nth: number) => GroupAnswer) => {
  const { url, got } = await cloudwatchStandIn((_, nth) => answering(nth));
  const filter = filterLogEvents({
    environment: { ...environment, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: url },
    credentials,
  });
  return { lines: linesIn(filter), got };
};

describe('AWS’s client', () => {
  it('asks for the group in its region, signed', async () => {
    const { lines, got } = await throughClient(() => ({ events: [line('one')] }));
    expect(await lines).toEqual([{ id: 'one', text: 'one', timestampMs: nowMs - 1, ingestedMs: nowMs }]);
    expect(got[0]?.headers.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/logs\/aws4_request/);
  });

  it('tries again by itself where AWS slows it down', async () => {
    const { lines, got } = await throughClient((nth) =>
      nth === 0 ? { error: 'ThrottlingException', message: 'Rate exceeded' } : { events: [line('one')] },
    );
    expect(await lines).toHaveLength(1);
    expect(got).toHaveLength(2);
  });

  it('does not wait for a server that says nothing', async () => {
    const silent = await standIn(() => new Promise(() => undefined));
    const filter = filterLogEvents({
      environment: { ...environment, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: silent.url },
      credentials,
      msMax: 20,
    });
    await expect(linesIn(filter)).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('ETIMEDOUT'),
    });
  });

  const arn = `arn:aws:logs:eu-west-1:111122223333:log-group:${name}`;
  it.each([
    [
      'AccessDeniedException',
      `User: arn:aws:sts::111122223333:assumed-role/x is not authorized to perform: logs:FilterLogEvents on resource: ${arn}:log-stream:`,
      'permission',
      `logs:FilterLogEvents on ${arn}`,
    ],
    ['ResourceNotFoundException', '', 'not-found', 'switch the audit log on in Scalr last'],
    ['UnrecognizedClientException', '', 'credentials', 'UnrecognizedClientException'],
    ['ExpiredTokenException', '', 'credentials', 'Sign in again'],
    ['InvalidParameterException', '', 'misunderstood', 'Check the name of the group'],
    ['SomethingNewException', '', 'unavailable', 'SomethingNewException'],
  ])('that is refused with %s says what to do', async (error, message, failure, words) => {
    const { lines } = await throughClient(() => ({ error, message }));
    await expect(lines).rejects.toMatchObject({ failure, message: expect.stringContaining(words) });
  });
});

describe('a client that fails', () => {
  it.each(['ThrottlingException', 'TooManyRequestsException'])('with %s says when to come back', async (kind) => {
    const filter: FilterLogEvents = async () => {
      throw Object.assign(new Error('slow down'), { name: kind });
    };
    await expect(linesIn(filter)).rejects.toMatchObject({ failure: 'rate-limited', retryAtMs: nowMs + 60_000 });
  });

  it('for want of a connection or a region is told apart', async () => {
    const failing =
      (error: Error): FilterLogEvents =>
      async () =>
        Promise.reject(error);
    const refused = Object.assign(new Error('connect'), { name: 'Error', code: 'ECONNREFUSED' });
    await expect(linesIn(failing(refused))).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await expect(linesIn(failing(new Error('Region is missing')))).rejects.toMatchObject({
      failure: 'credentials',
      message: expect.stringContaining('Set AWS_REGION'),
    });
    await expect(linesIn(failing(new SecretError('login', 'No AWS credentials were found.')))).rejects.toMatchObject({
      failure: 'credentials',
      message: expect.stringContaining('No AWS credentials were found.'),
    });
    await expect(linesIn(failing(new SecretError('unavailable', 'made up')))).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });
});
