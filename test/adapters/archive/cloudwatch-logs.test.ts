import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batchesOf, cloudWatchLogsArchive } from '../../../lib/adapters/archive/cloudwatch-logs.ts';
import type { Archive } from '../../../lib/app/ports.ts';
import { msPerDay, msPerMinute } from '../../../lib/core/time.ts';
import { describeArchive, nowMs, words } from '../../contracts/archive.ts';
import { acme, alert, telling } from '../../contracts/state-store-samples.ts';
import { call } from '../../core/having.ts';
import { closeStandIns, type HandClock, handClock } from '../secrets/stand-in.ts';
import { group, type LogsStandIn, logsStandIn } from './cloudwatch-logs-stand-in.ts';

let logs: LogsStandIn;
let clock: HandClock;
beforeEach(async () => {
  clock = handClock(nowMs);
  logs = await logsStandIn(clock);
});
afterEach(closeStandIns);

const open = ({ retentionDays = 400, name = group } = {}): Archive =>
  cloudWatchLogsArchive({
    group: name,
    retentionDays,
    clock,
    ...words,
    client: new CloudWatchLogsClient({
      endpoint: logs.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'none' },
      maxAttempts: 1,
    }),
  });

const lines = (): readonly string[] => [...logs.streams.values()].flat().map(({ message }) => message);
const keep = (archive: Archive, events: readonly ReturnType<typeof call>[], revision = 7): Promise<void> =>
  archive.keep({ source: acme, revision, events, tellings: [] });
const eventsOf = (count: number, everyMs = msPerMinute, said = {}) =>
  Array.from({ length: count }, (_, at) => call(nowMs - (count - at) * everyMs, '192.0.2.7', said));
const asked = (name: string): number =>
  logs.got.filter(({ headers }) => headers['x-amz-target'] === `Logs_20140328.${name}`).length;

describeArchive('CloudWatch Logs', () => ({ open, lines }));

describe('an archive in CloudWatch Logs', () => {
  it('has a stream for each revision, whose names sort as the revisions do', async () => {
    await keep(open(), eventsOf(1), 7);
    await keep(
      open(),
      eventsOf(1).map((event) => ({ ...event, id: 'another' })),
      12,
    );
    expect([...logs.streams.keys()]).toEqual(['pulumi/acme/0000000007', 'pulumi/acme/0000000012']);
  });

  it('has a stream for each piece of news, apart from those of the events', async () => {
    const news = telling('2026-03-14-0123456789ab/opened', alert('2026-03-14-0123456789ab', '2026-03-14T09:00:00Z'));
    await open().keep({ source: acme, revision: 7, events: eventsOf(1), tellings: [news] });
    expect([...logs.streams.keys()]).toEqual([
      'pulumi/acme/0000000007',
      'alerts/pulumi/acme/2026-03-14-0123456789ab/opened',
    ]);
  });

  it('asks once for what was there before it began', async () => {
    const archive = open();
    for (let revision = 7; revision < 12; revision += 1) await keep(archive, eventsOf(1, revision), revision);
    expect(asked('DescribeLogStreams')).toBe(1);
    expect(asked('GetLogEvents')).toBe(0);
  });

  it('cuts a month into batches of a day, and keeps what is too old for CloudWatch under the oldest time allowed', async () => {
    const month = eventsOf(30 * 4, msPerDay / 4);
    await keep(open(), month);
    expect(lines()).toHaveLength(month.length);
    expect(asked('PutLogEvents')).toBeGreaterThan(13);
    const times = [...logs.streams.values()].flat().map(({ timestamp }) => timestamp);
    expect(Math.min(...times)).toBeGreaterThan(nowMs - 14 * msPerDay);
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ at: '2026-02-12T12:00:00Z' });
  });

  it('heeds a retention shorter than two weeks', async () => {
    logs.retentionDays = 3;
    await keep(open({ retentionDays: 3 }), eventsOf(20, msPerDay));
    expect(lines()).toHaveLength(20);
  });

  it('cuts batches at 10,000 lines', () => {
    const short = Array.from({ length: 10_001 }, (_, at) => ({ key: `event ${at}`, atMs: nowMs, text: '{}' }));
    expect(batchesOf(short, { nowMs, retentionDays: 400 }).map(({ length }) => length)).toEqual([10_000, 1]);
  });

  it('cuts batches at 1 MB, counted in bytes and not in characters', async () => {
    await keep(open(), eventsOf(800, 1, { description: '\u{1f600}'.repeat(400) }));
    expect(lines()).toHaveLength(800);
    expect(asked('PutLogEvents')).toBe(2);
  });

  it('waits while it is throttled', async () => {
    logs.mishaps.push({ of: 'CreateLogStream', what: 'throttled' }, { of: 'PutLogEvents', what: 'throttled' });
    await keep(open(), eventsOf(9));
    expect(lines()).toHaveLength(9);
  });

  it('looks before it repeats: an answer that was lost may stand for lines that were written', async () => {
    logs.mishaps.push({ of: 'PutLogEvents', what: 'lost' });
    await keep(open(), eventsOf(9));
    expect(lines()).toHaveLength(9);
    expect(asked('PutLogEvents')).toBe(1);
  });

  it('looks when lines show that were written seconds ago', async () => {
    logs.showsAfterMs = 8_000;
    logs.mishaps.push({ of: 'PutLogEvents', what: 'lost' });
    await keep(open(), eventsOf(9));
    expect(lines()).toHaveLength(9);
    expect(clock.nowMs()).toBe(nowMs + 10_000);
  });

  it('leaves what is lost again to the next run, which finds what was written, also under another revision', async () => {
    const archive = open();
    logs.mishaps.push({ of: 'PutLogEvents', what: 'half' }, { of: 'PutLogEvents', what: 'lost' });
    await expect(keep(archive, eventsOf(9))).rejects.toThrow('InternalServerException');
    await keep(archive, eventsOf(9), 12);
    expect(new Set(lines()).size).toBe(9);
    expect(lines()).toHaveLength(9);
  });

  it('adds the rest of a batch that was written in part', async () => {
    logs.mishaps.push({ of: 'PutLogEvents', what: 'half' });
    await keep(open(), eventsOf(9));
    expect(new Set(lines()).size).toBe(9);
    expect(lines()).toHaveLength(9);
  });

  it('gives up on what does not pass, and says it', async () => {
    logs.mishaps.push({ of: 'PutLogEvents', what: 'refused' });
    await expect(keep(open(), eventsOf(1))).rejects.toThrow('role may not write to it');
    for (let time = 0; time < 4; time += 1) logs.mishaps.push({ of: 'PutLogEvents', what: 'throttled' });
    await expect(keep(open(), eventsOf(1))).rejects.toThrow('ThrottlingException');
    await expect(keep(open({ name: '/no/such/group' }), eventsOf(1))).rejects.toThrow('There is no such group');
  });

  it('never takes for kept what CloudWatch refused', async () => {
    logs.retentionDays = 1;
    await expect(keep(open(), eventsOf(5, msPerDay))).rejects.toThrow('refused lines of the archive');
  });
});
