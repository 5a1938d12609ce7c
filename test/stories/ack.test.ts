/** “That was us”: what an answer to an alert silences, for how long, and what it does not. */
import { describe, expect, it } from '@jest/globals';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { sqliteState } from '../../lib/adapters/state/sqlite.ts';
import { answer } from '../../lib/app/acknowledge.ts';
import type { StateStore } from '../../lib/app/ports.ts';
import { allowancesOf } from '../../lib/core/acknowledgement.ts';
import type { Alert } from '../../lib/core/alert.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { alertText } from '../../lib/report/alert-text.ts';
import { emptyFolder, run } from '../cli/test-world.ts';
import { call, msOf, type Said } from '../core/having.ts';
import { flat } from './leaked-token.ts';
import { before, beganMs, hourly, nightly, oldToken, onWeekdays, type ToldAt, watched } from './rotated-token.ts';

const startMs = msOf('2026-04-01T00:00Z');
const until = (days: number): number => startMs + days * msPerDay;

/** Everything goes on as ever, on the same token. */
const usual = [
  ...before.filter(({ principal }) => principal.kind === 'user'),
  ...[nightly, hourly, onWeekdays].flatMap((job) => job(oldToken, { fromMs: beganMs, toMs: until(60) })),
];

/** Somebody takes state out, from a hosting company that the token never came from. */
const export_ = (at: string, said: Said = {}): readonly AuditEvent[] =>
  Array.from({ length: 3 }, (_, nth) =>
    call(msOf(at) + nth * msPerMinute, '198.51.100.66', {
      principal: oldToken,
      action: 'stack-exported',
      target: 'acme/prod',
      ...said,
    }),
  );

const toldOf = (told: readonly ToldAt[], fromMs: number): readonly Alert[] =>
  told
    .filter(({ atMs, alert }) => atMs >= fromMs && alert.principal.id === oldToken.id && alert.networks.some(isHosting))
    .map(({ alert }) => alert);
const isHosting = ({ class: ownerClass }: Alert['networks'][number]): boolean => ownerClass === 'hosting';

/** Watched until the first alert was told and answered, and then until the end. */
const answeredThen = async (
  log: readonly AuditEvent[],
  {
    days,
    endMs,
    state = memoryState(),
  }: { readonly days: number; readonly endMs: number; readonly state?: StateStore },
) => {
  const answeredMs = startMs + msPerDay;
  const first = await watched(log, { fromMs: startMs, untilMs: answeredMs, state });
  const [alert] = toldOf(first.told, startMs);
  if (alert === undefined) throw new Error('the first one was not told');
  const allowances = allowancesOf(alert);
  if (allowances === undefined) throw new Error('it is a fact');
  await answer(state, alert, {
    by: 'anna',
    note: 'migration',
    atMs: answeredMs,
    untilMs: answeredMs + days * msPerDay,
    allowances,
  });
  const then = await watched(log, { fromMs: answeredMs + msPerHour, untilMs: endMs, state });
  return { alert, told: toldOf(then.told, answeredMs), alerts: await state.alerts('pulumi:acme') };
};

const first = export_('2026-04-01T14:00Z');

describe('an answered alert', () => {
  it('keeps the same from being told for its time', async () => {
    const log = [...usual, ...first, ...export_('2026-04-18T14:10Z')];
    const unanswered = await watched(log, { fromMs: startMs, untilMs: until(20) });
    expect(toldOf(unanswered.told, startMs)).toHaveLength(2);

    const { told, alerts } = await answeredThen(log, { days: 30, endMs: until(20) });
    expect(told).toEqual([]);
    expect(alerts.filter(({ networks }) => networks.some(isHosting))).toHaveLength(2);
  }, 60_000);

  it('no longer: what comes after its end is told, however lately it came before', async () => {
    const log = [...usual, ...first, ...export_('2026-04-18T14:10Z'), ...export_('2026-04-22T14:05Z')];
    const { told } = await answeredThen(log, { days: 19, endMs: until(23) });
    expect(told.map(({ openedAtMs }) => openedAtMs)).toEqual([msOf('2026-04-22T14:05Z')]);
    expect(told[0]?.acknowledged).toBeUndefined();
  }, 60_000);

  it('does not cover a thief on the same network who does something else, and shows who vouched', async () => {
    const elsewhere = export_('2026-04-18T14:10Z', { action: 'organization-token-created', target: 'backdoor' });
    const { told } = await answeredThen([...usual, ...first, ...elsewhere], { days: 30, endMs: until(20) });
    expect(told).toHaveLength(1);
    const text = told[0] === undefined ? '' : flat(alertText(told[0]));
    expect(text).toContain('created or changed credentials');
    expect(text).toContain(
      'Partly acknowledged by anna on 2 Apr 2026 00:00 UTC until 2 May 2026 00:00 UTC: migration.',
    );
  }, 60_000);
});

describe('tokenwatch ack', () => {
  const file = `${emptyFolder()}/state.db`;
  const at = (ms: number) => ({ clock: { nowMs: () => ms, sleep: async () => undefined } });
  const ack = (...args: readonly string[]) => run(['ack', ...args, '--state', file], at(startMs + msPerDay));
  let id = '';

  it('answers an alert by the command that stands in it', async () => {
    const state = sqliteState({ file });
    const { told } = await watched([...usual, ...first], { fromMs: startMs, untilMs: startMs + msPerDay, state });
    const [alert] = toldOf(told, startMs);
    id = alert?.id ?? '';
    const place = { program: 'tokenwatch', state: file };
    const lines = alert === undefined ? [] : alertText(alert, { width: 60, place }).split('\n');
    const command = lines.find((line) => line.includes('tokenwatch ack'))?.trim() ?? '';
    expect(command).toBe(`tokenwatch ack ${id} --until 30d --by YOUR-NAME --state ${file}`);
    await state.close();

    // Copied as it stands, in another folder and long after: it asks for the name, and runs with one.
    const words = command.split(' ').slice(1);
    const late = at(startMs + 400 * msPerDay);
    expect((await run(words, late)).stderr).toContain('--by: write your own name in place of YOUR-NAME');
    const copied = await run(
      words.map((word) => (word === 'YOUR-NAME' ? 'anna' : word)),
      late,
    );
    expect(flat(copied.stdout)).toContain('Recorded for ci-deploy until 5 Jun 2027 00:00 UTC, by anna');
    const undone = await run(['ack', id.slice(0, 14), '--withdraw', '--state', file], late);
    expect(undone.stdout).toContain(`Withdrawn: what alert ${id} showed`);

    const { stdout, code } = await ack(id, '--until', '2026-05-01', '--by', 'anna', '--note', 'migration');
    expect(code).toBe(0);
    expect(flat(stdout)).toContain(
      'Recorded for ci-deploy until 1 May 2026 00:00 UTC, by anna: the network of Example Hosting',
    );
  }, 60_000);

  it('lists answers, and withdraws them', async () => {
    expect(flat((await ack('list')).stdout)).toMatch(new RegExp(`${id} ci-deploy anna 2026-05-01 00:00 in force`));
    expect((await ack(id.slice(0, 14), '--withdraw')).stdout).toContain('is judged as before, from now on');
    expect((await ack('list')).stdout).toContain('withdrawn');
    expect((await ack(id, '--withdraw')).stderr).toContain('No answer to');
  });

  it.each([
    [
      ['nothing-like-it', '--until', '2026-05-01', '--by', 'anna'],
      'No alert is called nothing-like-it. The latest are:',
    ],
    [['ID', '--until', '2026-03-01', '--by', 'anna'], '--until lies in the past'],
    [['ID', '--until', '2026-08-01', '--by', 'anna'], '--until is further away than 90 days'],
    [['ID', '--until', 'tomorrow', '--by', 'anna'], '--until is no time that can be understood'],
    [['ID', '--by', 'anna'], 'Say until when'],
    [['ID', '--until', '2026-05-01'], 'Say who says so'],
  ])('refuses %j', async (args, words) => {
    const { code, stderr } = await ack(...args.map((word) => (word === 'ID' ? id : word)));
    expect(flat(stderr)).toContain(words);
    expect(code).toBe(2);
  });
});
