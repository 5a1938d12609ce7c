import { describe, expect, it } from '@jest/globals';
import {
  afterRefusal,
  afterSurvey,
  isOwnIn,
  isSurveyDue,
  type LastSurvey,
  neverSurveyed,
  replacedOwnIn,
  withOwn,
} from '../../../lib/core/inventory/last-survey.ts';
import type { ListedToken } from '../../../lib/core/inventory/listing.ts';
import type { Survey } from '../../../lib/core/inventory/survey.ts';
import { readLastSurvey, StoredShapeError, writeLastSurvey } from '../../../lib/core/stored.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../../lib/core/time.ts';
import { ciToken, msOf } from '../having.ts';

const nowMs = msOf('2026-03-30T12:00Z');
const source = 'scalr:acme';
const observed = { fromMs: nowMs - 60 * msPerDay, toMs: nowMs - 15 * 60_000 };
const at = {
  source,
  nowMs,
  hasFixedAddress: true,
  newestEventMs: nowMs - msPerHour,
  observed,
  lastLogged: () => undefined,
};

const token = (name: string, changes: Partial<ListedToken> = {}): ListedToken => ({
  id: `id-of-${name}`,
  name,
  kind: 'service-account',
  owner: undefined,
  description: undefined,
  createdBy: undefined,
  createdAtMs: nowMs - 90 * msPerDay,
  expiresAtMs: undefined,
  lastUsedAtMs: undefined,
  isAdmin: false,
  role: undefined,
  ...changes,
});

const survey = (changes: Partial<Survey> & { readonly tokens?: readonly ListedToken[] } = {}): Survey => {
  const { tokens = [], ...rest } = changes;
  return {
    listing: { tokens, members: undefined, missing: [] },
    allowedAddresses: undefined,
    logExport: { state: 'active', status: 'active', problem: undefined },
    lastRequestMs: undefined,
    ownTokenEndsMs: undefined,
    ...rest,
  };
};
const stopped = survey({ logExport: { state: 'inactive', status: 'failed', problem: 'no bus' } });

const factsIn = ({ alerts }: ReturnType<typeof afterSurvey>) =>
  alerts.map(({ severity, findings: [finding] }) => [
    severity,
    finding?.evidence.detector === 'health' ? finding.evidence.finding : finding?.evidence.detector,
  ]);

describe('a survey', () => {
  it('is due an hour after it was asked, a day after all was refused, and after the clock was set back', () => {
    const asked = { ...neverSurveyed, askedAtMs: nowMs };
    expect(isSurveyDue(neverSurveyed, nowMs)).toBe(true);
    expect(isSurveyDue(asked, nowMs + 59 * 60_000)).toBe(false);
    expect(isSurveyDue(asked, nowMs + msPerHour)).toBe(true);
    expect(isSurveyDue({ ...asked, isRefused: true }, nowMs + 23 * msPerHour)).toBe(false);
    expect(isSurveyDue({ ...asked, isRefused: true }, nowMs + 24 * msPerHour)).toBe(true);
    expect(isSurveyDue(asked, nowMs - 2 * msPerHour)).toBe(true);
  });

  it('tells of a use after the end of a token, once for each use', () => {
    const expiresAtMs = nowMs - 3 * msPerDay;
    const ended = (lastUsedAtMs: number) => survey({ tokens: [token('old', { expiresAtMs, lastUsedAtMs })] });
    const first = afterSurvey(neverSurveyed, ended(nowMs - 2 * msPerDay), at);
    const told = first.alerts.filter(({ severity }) => severity === 'high');
    expect(told.map(({ findings }) => findings[0]?.evidence)).toEqual([
      { detector: 'token-life', fact: 'used-after-expiry', sinceMs: expiresAtMs, atMs: nowMs - 2 * msPerDay },
    ]);
    const expired = ({ alerts }: ReturnType<typeof afterSurvey>) =>
      alerts.filter(({ severity }) => severity === 'high');
    const second = afterSurvey(first.last, ended(nowMs - 2 * msPerDay), { ...at, nowMs: nowMs + msPerHour });
    expect(expired(second)).toEqual([]);
    const third = afterSurvey(second.last, ended(nowMs), { ...at, nowMs: nowMs + 2 * msPerHour });
    expect(expired(third)).toHaveLength(1);
    const inTime = afterSurvey(neverSurveyed, ended(expiresAtMs + 60_000), at);
    expect(expired(inTime)).toEqual([]);
  });

  it('tells what does not stand well when it begins, and again only after it stood well', () => {
    const first = afterSurvey(neverSurveyed, stopped, at);
    expect(factsIn(first)).toEqual([['high', 'log-export-stopped']]);
    const later = { ...at, nowMs: nowMs + msPerDay };
    const second = afterSurvey(first.last, stopped, later);
    expect([factsIn(second), second.last.health]).toEqual([[], first.last.health]);
    const well = afterSurvey(second.last, survey(), later);
    expect(well.last.health).toEqual([]);
  });

  it('leaves to the log’s own judgement what it tells as an event', () => {
    const active = afterSurvey(neverSurveyed, survey(), at).last;
    const now = afterSurvey(active, stopped, { ...at, nowMs: nowMs + msPerHour });
    expect(now.last.seen?.events).toMatchObject([{ action: 'log-export-stopped' }]);
    expect([factsIn(now), now.last.health.length]).toEqual([[], 1]);
  });

  it('gives an alert that comes twice on a day the same id', () => {
    const [first] = afterSurvey(neverSurveyed, stopped, at).alerts;
    const [again] = afterSurvey(neverSurveyed, stopped, { ...at, nowMs: nowMs + msPerHour }).alerts;
    const [tomorrow] = afterSurvey(neverSurveyed, stopped, { ...at, nowMs: nowMs + msPerDay }).alerts;
    expect(again?.id).toBe(first?.id);
    expect(tomorrow?.id).not.toBe(first?.id);
  });

  it('notes tokens in use that end within a week, but for our own, which is told', () => {
    const soon = { expiresAtMs: nowMs + 3 * msPerDay, lastUsedAtMs: nowMs - msPerDay };
    const { last, alerts } = afterSurvey(
      neverSurveyed,
      survey({
        tokens: [
          token('ci', soon),
          token('idle', { ...soon, lastUsedAtMs: nowMs - 50 * msPerDay }),
          token('later', { ...soon, expiresAtMs: nowMs + 20 * msPerDay }),
          token('ended', { ...soon, expiresAtMs: nowMs - 1 }),
          token('watch', { ...soon, isOwn: true }),
        ],
        ownTokenEndsMs: soon.expiresAtMs,
      }),
      at,
    );
    expect(last.ending).toEqual([{ name: 'ci', endsMs: soon.expiresAtMs }]);
    expect(factsIn({ last, alerts })).toEqual([['medium', 'own-token-ends']]);
  });

  it('that is refused is told once, in the vendor’s words cut short', () => {
    const first = afterRefusal(neverSurveyed, 'x'.repeat(9_999), at);
    expect(factsIn(first)).toEqual([['medium', 'api-refused']]);
    expect(first.last).toMatchObject({ isRefused: true, health: [{ reason: 'x'.repeat(300) }] });
    expect(afterRefusal(first.last, 'still', at).alerts).toEqual([]);
  });
});

const replaced = withOwn(
  withOwn(neverSurveyed, { name: 'ci-deploy', isShared: false }, nowMs - msPerDay),
  { name: 'watch-2', isShared: false },
  nowMs,
);

describe('our own token', () => {
  it('is known by name or id, and stays ours after it was replaced', () => {
    const own = replaced;
    const isOwn = isOwnIn(own);
    expect(own.own.map(({ name }) => name)).toEqual(['watch-2', 'ci-deploy']);
    expect([isOwn(ciToken), isOwn({ ...ciToken, name: 'x', id: 'watch-2' })]).toEqual([true, true]);
    expect([isOwn({ ...ciToken, name: 'x' }), isOwn({ ...ciToken, kind: 'user' })]).toEqual([false, false]);
  });

  it('is nobody’s own where others work with it', () => {
    expect(isOwnIn(withOwn(neverSurveyed, { name: 'ci-deploy', isShared: true }, nowMs))(ciToken)).toBe(false);
  });

  it('that was replaced must lie still ten minutes later, and the present one need not', () => {
    const since = replacedOwnIn(replaced);
    expect(since(ciToken)).toBe(nowMs + 10 * msPerMinute);
    expect(since({ ...ciToken, id: 'watch-2', name: 'watch-2' })).toBeUndefined();
    expect(since({ ...ciToken, kind: 'user' })).toBeUndefined();
  });

  it('that was replaced is measured from its first replacement, until the monitor takes it up again', () => {
    const third = withOwn(replaced, { name: 'watch-3', isShared: false }, nowMs + msPerDay);
    expect(replacedOwnIn(third)(ciToken)).toBe(nowMs + 10 * msPerMinute);
    const again = withOwn(third, { name: 'ci-deploy', isShared: false }, nowMs + 2 * msPerDay);
    expect(replacedOwnIn(again)(ciToken)).toBeUndefined();
    expect(again.own[0]).toEqual({ name: 'ci-deploy', isShared: false });
  });

  it('that others worked with may be used after it was replaced', () => {
    const shared = withOwn(neverSurveyed, { name: 'ci-deploy', isShared: true }, nowMs - msPerDay);
    expect(replacedOwnIn(withOwn(shared, { name: 'watch', isShared: false }, nowMs))(ciToken)).toBeUndefined();
  });

  it('that was replaced before the time was noted must lie still already', () => {
    const own = [
      { name: 'watch-2', isShared: false },
      { name: 'ci-deploy', isShared: false },
    ];
    expect(replacedOwnIn({ ...neverSurveyed, own })(ciToken)).toBe(10 * msPerMinute);
  });

  it('is remembered with the few before it', () => {
    const many = Array.from({ length: 9 }, (_, nth) => ({ name: `watch-${nth}`, isShared: false }));
    const { own } = many.reduce((last, each) => withOwn(last, each, nowMs), neverSurveyed);
    expect(own.map(({ name }) => name)).toEqual(['watch-8', 'watch-7', 'watch-6', 'watch-5']);
  });
});

describe('what is remembered of a survey', () => {
  it('comes back from store as it was', () => {
    const { last } = afterSurvey(
      replaced,
      survey({ tokens: [token('ci', { lastUsedAtMs: nowMs - msPerDay })], allowedAddresses: ['192.0.2.0/24'] }),
      { ...at, hasFixedAddress: false },
    );
    for (const each of [neverSurveyed, last]) expect(readLastSurvey(writeLastSurvey(each))).toEqual(each);
  });

  it('cannot be read from a damaged text, nor from one of another shape', () => {
    const text = writeLastSurvey(neverSurveyed);
    expect(() => readLastSurvey({ ...text, body: text.body.replace('[]', '[1]') })).toThrow(StoredShapeError);
    const without = { ...neverSurveyed, own: undefined } as unknown as LastSurvey;
    expect(() => readLastSurvey(writeLastSurvey(without))).toThrow('The stored survey is damaged');
  });

  it('fits a stored item for as many tokens as there may be', () => {
    const tokens = Array.from({ length: 20_000 }, (_, n) => token(`service-account-${n}@acme.scalr.io/aB3_x9`));
    const { last } = afterSurvey(neverSurveyed, survey({ tokens }), at);
    expect(writeLastSurvey(last).body.length).toBeLessThan(390_000);
  });
});
