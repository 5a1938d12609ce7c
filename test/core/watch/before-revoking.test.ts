import { describe, expect, it } from '@jest/globals';
import { inOrder } from '../../../lib/core/event.ts';
import { msPerDay, msPerHour } from '../../../lib/core/time.ts';
import { alertsOf } from '../../../lib/core/watch/alerts.ts';
import { beforeRevoking } from '../../../lib/core/watch/before-revoking.ts';
import { follow } from '../../../lib/core/watch/follow.ts';
import { strangersMax, type Watch } from '../../../lib/core/watch/watch.ts';
import {
  adminDoes,
  after,
  before,
  hourly,
  networks,
  newToken,
  nightly,
  oldToken,
  onWeekdays,
  rotatedMs,
  watchStarted,
} from '../../stories/rotated-token.ts';
import { call, msOf } from '../having.ts';

const alone = watchStarted(before, { replacement: undefined });
const followed = (watch: Watch, events: Parameters<typeof follow>[1], throughMs: number): Watch =>
  follow(
    watch,
    [...events].sort(inOrder).filter(({ atMs }) => atMs < throughMs),
    { networks, throughMs },
  );
const verdict = (watch: Watch) => beforeRevoking(watch).verdict;
const stranger = call('2026-03-31T15:00Z', '198.51.100.66', { principal: oldToken });

describe('before the old token is revoked', () => {
  it('is too early to say anything in the hour of the start, whether or not a new token was named', () => {
    expect(verdict(alone)).toBe('not-yet');
    expect(verdict(followed(watchStarted(before), [], rotatedMs + msPerHour))).toBe('not-yet');
  });

  it('waits for the last regular caller: silence of two says nothing of the third', () => {
    const oneDay = followed(alone, [], rotatedMs + msPerDay);
    expect(beforeRevoking(oneDay)).toMatchObject({ verdict: 'unused' });
    const untilNight = followed(alone, [], rotatedMs + 6 * msPerHour);
    expect(beforeRevoking(untilNight)).toMatchObject({ verdict: 'not-yet' });
    expect(beforeRevoking(untilNight).waiting.length).toBeGreaterThan(0);
  });

  it('counts a caller as a user until the use due after its last one fails to come', () => {
    const job = nightly(oldToken, { fromMs: rotatedMs, toMs: rotatedMs + msPerDay });
    expect(beforeRevoking(followed(alone, job, rotatedMs + msPerDay))).toMatchObject({
      verdict: 'in-use',
      users: [{ each: { caller: { targets: ['acme/prod'] } } }],
    });
    expect(verdict(followed(alone, job, rotatedMs + 4 * msPerDay))).toBe('unused');
  });

  it('answers for a stranger first, and tells callers from strangers', () => {
    const job = nightly(oldToken, { fromMs: rotatedMs, toMs: rotatedMs + 2 * msPerDay });
    const answer = beforeRevoking(followed(alone, [...job, stranger], rotatedMs + 2 * msPerDay));
    expect(answer).toMatchObject({ verdict: 'foreign', strangers: [{ token: 'old' }], users: [{}] });
  });

  it('says that it is deleted, and who still tries', () => {
    const deleted = adminDoes('2026-03-30T18:00Z', 'organization-token-deleted', 'ci-deploy');
    const tries = nightly(oldToken, { fromMs: rotatedMs + msPerDay, toMs: rotatedMs + 3 * msPerDay });
    expect(beforeRevoking(followed(alone, [deleted, ...tries], rotatedMs + 3 * msPerDay))).toMatchObject({
      verdict: 'deleted',
      users: [{ each: { caller: { targets: ['acme/prod'] } } }],
    });
  });
});

describe('strangers after the deletion', () => {
  const deleted = adminDoes('2026-03-30T18:00Z', 'organization-token-deleted', 'ci-deploy');
  const from = (nth: number, outcome: 'success' | 'failure') =>
    call(msOf('2026-03-31T00:00Z') + nth * msPerHour, `203.0.${nth}.66`, { principal: oldToken, outcome });

  it('are told apart from those before it, and make no alert of their own, for the engine tells', () => {
    const watch = followed(alone, [deleted, stranger], rotatedMs + 2 * msPerDay);
    expect(beforeRevoking(watch)).toMatchObject({
      verdict: 'deleted',
      strangers: [],
      strangersAfterDeletion: [{ token: 'old', seen: { events: 1, refused: 0 } }],
    });
    expect(alertsOf(watch)).toEqual([]);
  });

  it('hide nobody who got through, however many are refused before', () => {
    const refused = Array.from({ length: 3 * strangersMax }, (_, nth) => from(nth, 'failure'));
    const through = from(3 * strangersMax, 'success');
    const watch = followed(alone, [deleted, ...refused, through], rotatedMs + 5 * msPerDay);
    const { strangersAfterDeletion } = beforeRevoking(watch);
    expect(strangersAfterDeletion).toHaveLength(strangersMax);
    expect(strangersAfterDeletion[0]).toMatchObject({ seen: { events: 1, refused: 0, firstAtMs: through.atMs } });
  });
});

describe('a watch of which nothing was followed', () => {
  it('does not call the old token unused, though no caller is waited for', () => {
    const nobody = watchStarted([]);
    expect(verdict(nobody)).toBe('not-yet');
    expect(verdict(followed(nobody, [], rotatedMs + msPerHour))).toBe('unused');
  });
});

describe('the end of a watch without a new token', () => {
  const ended = rotatedMs + 20 * msPerDay;

  it('is well when everybody fell silent', () => {
    expect(alertsOf(followed(alone, [], ended)).map(({ severity }) => severity)).toEqual(['low']);
  });

  it('leaves open who goes on as ever, and awaits nobody on another token', () => {
    const watch = followed(alone, hourly(oldToken, after), ended);
    expect(alertsOf(watch).map(({ severity }) => severity)).toEqual(['critical', 'medium']);
    expect(alertsOf(watch).at(-1)?.findings[0]?.evidence).toMatchObject({ fact: 'over', open: [{}] });
  });

  it('is of no concern where a new token was named and all came over', () => {
    const moved = [...nightly(newToken, after), ...hourly(newToken, after), ...onWeekdays(newToken, after)];
    expect(verdict(followed(watchStarted(before), moved, ended))).toBe('unused');
  });
});
