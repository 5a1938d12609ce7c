/** Rotations, from the log to the words people read. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import type { Watch } from '../../lib/core/watch/watch.ts';
import { alertJson } from '../../lib/report/alert-json.ts';
import { alertText } from '../../lib/report/alert-text.ts';
import { beforeRevokingText } from '../../lib/report/rotation-revoking-text.ts';
import { rotationText } from '../../lib/report/rotation-text.ts';
import { call, msOf } from '../core/having.ts';
import { flat } from './leaked-token.ts';
import {
  adminDoes,
  after,
  before,
  hourly,
  newToken,
  nightly,
  ofRotation,
  oldToken,
  onWeekdays,
  rotatedMs,
  type ToldAt,
  watched,
  watchStarted,
} from './rotated-token.ts';

const screen = { width: 140, colour: false, place: { program: 'tokenwatch', state: 'state.db' } };
const textOf = (told: ToldAt | undefined): string => (told === undefined ? '' : flat(alertText(told.alert)));
const table = (watch: Watch | undefined): string =>
  watch === undefined ? '' : flat(rotationText(watch, screen).join('\n'));

describe('a rotation that goes well', () => {
  const log = [...before, ...nightly(newToken, after), ...hourly(newToken, after), ...onWeekdays(newToken, after)];
  let told: readonly ToldAt[];
  let watches: readonly Watch[];
  beforeAll(async () => {
    ({ told, watches } = await watched(log, { start: watchStarted(log) }));
  }, 60_000);

  it('is told of once: at its end, that nothing is left to do', () => {
    expect(ofRotation(told).map(({ alert }) => alert.severity)).toEqual(['low']);
    const text = textOf(ofRotation(told)[0]);
    expect(text).toContain('Token ci-deploy was rotated, and nothing is left to do');
    expect(text).toContain('3 of 3 callers came over to ci-deploy-2. Nobody else used either token.');
    expect(text).toContain('If ci-deploy still exists, delete it.');
  });

  it('shows when each caller came over', () => {
    expect(table(watches[0])).toContain('3 moved. Nothing is left to do.');
    expect(table(watches[0])).toMatch(/moved Example Cloud, IE daily 02:01 31 Mar 02:01 31 Mar 02:0\d - acme\/prod/);
  });
});

describe('a rotation where one forgotten job keeps the old token', () => {
  const log = [...before, ...nightly(oldToken, after), ...hourly(newToken, after), ...onWeekdays(newToken, after)];
  let told: readonly ToldAt[];
  let watches: readonly Watch[];
  beforeAll(async () => {
    ({ told, watches } = await watched(log, { start: watchStarted(log) }));
  }, 60_000);

  it('is told of as critical in the night in which the job runs, and the job is named', () => {
    const [first] = ofRotation(told);
    expect(first?.alert.severity).toBe('critical');
    expect((first?.atMs ?? 0) - msOf('2026-03-31T02:00Z')).toBeLessThanOrEqual(msPerHour + 3 * msPerMinute);
    expect(textOf(first)).toContain(
      'The nightly job on acme/prod from Example Cloud still uses the old token ci-deploy',
    );
    expect(textOf(first)).toContain('It was due there about 31 Mar 2026 02:01 UTC.');
  });

  it('is one alert however often the job runs, and an end that says what is open', () => {
    expect(ofRotation(told).map(({ key }) => key.split('/')[1])).toEqual(['opened', 'opened']);
    const end = ofRotation(told)[1];
    expect(end?.alert.severity).toBe('medium');
    expect(textOf(end)).toContain('2 of 3 callers came over');
    expect(textOf(end)).toContain('Still open: nightly job on acme/prod from Example Cloud.');
  });

  it('shows in the table, and says not to revoke the old token yet', () => {
    expect(table(watches[0])).toContain('2 moved and 1 still on old. 1 caller to bring over.');
    const [watch] = watches;
    const text = watch === undefined ? '' : flat(beforeRevokingText(watch, screen).join('\n'));
    expect(text).toContain(
      'DO NOT REVOKE ci-deploy YET: 1 caller still uses it. As far as the log shows, read through 13 Apr 2026 12:00 UTC. Still using it, and broken by revoking it: - nightly job on acme/prod',
    );
  });
});

describe('a rotation where one job stops', () => {
  const log = [...before, ...hourly(newToken, after), ...onWeekdays(newToken, after)];

  it('names the straggler when it is late by its own rhythm, and no sooner', async () => {
    const { told } = await watched(log, { start: watchStarted(log), untilMs: rotatedMs + 2 * msPerDay });
    const [late, ...others] = ofRotation(told);
    expect(others).toEqual([]);
    expect(late?.alert.severity).toBe('medium');
    expect(late?.atMs).toBeGreaterThan(msOf('2026-03-31T02:31Z'));
    expect(late?.atMs).toBeLessThan(msOf('2026-03-31T04:31Z'));
    expect(textOf(late)).toContain(
      'The nightly job on acme/prod from Example Cloud has not been seen on ci-deploy-2 since the rotation on 30 Mar 2026 12:00 UTC. It was due there about 31 Mar 2026 02:01 UTC.',
    );
  }, 60_000);
});

describe('a rotation with an overlap', () => {
  const overlapEndsMs = rotatedMs + 7 * msPerDay;
  const during = { fromMs: rotatedMs, toMs: rotatedMs + 3 * msPerDay };
  const moved = { fromMs: during.toMs, toMs: after.toMs };
  const log = [
    ...before,
    ...nightly(oldToken, during),
    ...nightly(newToken, moved),
    ...hourly(newToken, after),
    ...onWeekdays(newToken, after),
  ];

  it('lets callers use the old token meanwhile, and says who still does', async () => {
    const { told, watches } = await watched(log, {
      start: watchStarted(log, { overlapEndsMs }),
      untilMs: rotatedMs + 2 * msPerDay,
    });
    expect(ofRotation(told)).toEqual([]);
    const [watch] = watches;
    expect(watch === undefined ? '' : flat(beforeRevokingText(watch, screen).join('\n'))).toContain(
      'DO NOT REVOKE ci-deploy YET: 1 caller still uses it.',
    );
  }, 60_000);

  it('does not let a stranger use it', async () => {
    const theft = call('2026-03-31T15:00Z', '198.51.100.66', { principal: oldToken, action: 'stack-exported' });
    const { told } = await watched([...log, theft], {
      start: watchStarted(log, { overlapEndsMs }),
      untilMs: rotatedMs + 2 * msPerDay,
    });
    const [stranger] = ofRotation(told);
    expect(stranger?.alert.severity).toBe('critical');
    expect(textOf(stranger)).toContain('The old token ci-deploy was used from Example Hosting (AS64501, hosting, NL)');
  }, 60_000);
});

describe('a stranger on the new token', () => {
  it('is told though the engine knows nothing of that token yet', async () => {
    const log = [...before, ...nightly(newToken, after), ...hourly(newToken, after), ...onWeekdays(newToken, after)];
    const theft = call('2026-03-31T15:00Z', '198.51.100.66', { principal: newToken, action: 'stack-exported' });
    const { told } = await watched([...log, theft], {
      start: watchStarted(log),
      untilMs: rotatedMs + 2 * msPerDay,
    });
    const [stranger] = ofRotation(told);
    expect(stranger?.alert).toMatchObject({ severity: 'high', principal: newToken });
    expect(JSON.parse(alertJson(stranger?.alert ?? told[0]?.alert ?? never()))).toMatchObject({
      reasons: [{ detector: 'rotation', fact: 'stranger', token: 'new', network: { address: '198.51.100.66' } }],
    });
  }, 60_000);
});

const never = (): never => {
  throw new Error('nothing was told');
};

describe('a rotation that nobody announced', () => {
  const created = adminDoes('2026-03-30T11:50Z', 'organization-token-created', 'ci-deploy-2');
  const deleted = adminDoes('2026-03-30T18:00Z', 'organization-token-deleted', 'ci-deploy');
  const log = [...before, created, deleted, ...hourly(newToken, after), ...onWeekdays(newToken, after)];

  it('is recognized when the old token is deleted, with its callers and those already moved', async () => {
    const { told, watches } = await watched(log, { untilMs: rotatedMs + 2 * msPerDay });
    expect(watches).toMatchObject([{ startedBy: 'log', old: { name: 'ci-deploy' }, replacement: 'ci-deploy-2' }]);
    expect(table(watches[0])).toContain('2 moved and 1 late.');
    expect(ofRotation(told).map(({ alert }) => alert.severity)).toEqual(['medium']);
    expect(textOf(ofRotation(told)[0])).toContain('nightly job on acme/prod from Example Cloud has not been seen');
  }, 60_000);

  it('is not made of a creation alone', async () => {
    const { watches } = await watched([...before, created], { untilMs: rotatedMs + msPerDay });
    expect(watches).toEqual([]);
  }, 60_000);

  it('leaves it to the engine to tell of the deleted token’s use, so that nothing is told twice', async () => {
    const tried = call('2026-03-31T02:00Z', '192.0.2.7', {
      principal: oldToken,
      target: 'acme/prod',
      outcome: 'failure',
    });
    const { told, watches } = await watched([...log, tried], { untilMs: rotatedMs + 2 * msPerDay });
    expect(ofRotation(told)).toHaveLength(1);
    expect(textOf(ofRotation(told)[0])).toContain('It still tries the old token: 1 event, all refused.');
    expect(told.filter(({ alert }) => alert.principal.id === oldToken.id)).toHaveLength(2);
    expect(table(watches[0])).toContain('1 still on old');
  }, 60_000);
});
