import { describe, expect, it } from '@jest/globals';
import type { ListedToken } from '../../../lib/core/inventory/listing.ts';
import { type KnownUse, lastLoggedOf, unseenNews, unseenUse } from '../../../lib/core/inventory/unseen-use.ts';
import { addUses, emptyUses } from '../../../lib/core/inventory/uses.ts';
import { rememberNetworks } from '../../../lib/core/network.ts';
import { msPerDay, msPerHour } from '../../../lib/core/time.ts';
import { call, ciToken, exampleOwners, msOf } from '../having.ts';

const loggedMs = msOf('2026-03-20T02:17Z');
const observed = { fromMs: msOf('2026-03-01T00:00Z'), toMs: msOf('2026-03-30T12:00Z') };

const uses = emptyUses();
addUses([call(loggedMs, '192.0.2.7')], uses, rememberNetworks(exampleOwners));

const unseen = (lastUsedAtMs: number | undefined, changes: Partial<ListedToken> = {}) => {
  const token: ListedToken = {
    id: ciToken.id,
    name: ciToken.name,
    kind: 'organization',
    owner: undefined,
    description: undefined,
    createdBy: undefined,
    createdAtMs: undefined,
    expiresAtMs: undefined,
    lastUsedAtMs,
    isAdmin: false,
    role: undefined,
    ...changes,
  };
  const listing = { tokens: [token], members: undefined, missing: [] };
  const seen = [...uses.tokens.values()].map(({ principal, lastAtMs }) => ({ ...principal, lastAtMs }));
  return unseenUse(listing, { lastLogged: lastLoggedOf(seen), observed });
};

describe('a use that the log does not show', () => {
  it('is one that the vendor counts more than a day after the last in the log', () => {
    expect(unseen(loggedMs + 25 * msPerHour)).toMatchObject([{ loggedMs, listedMs: loggedMs + 25 * msPerHour }]);
    expect(unseen(loggedMs + 23 * msPerHour)).toEqual([]);
  });

  it('is one of a token that the log does not have at all', () => {
    expect(unseen(loggedMs, { id: 'other', name: 'other' })).toMatchObject([{ loggedMs: undefined }]);
  });

  it('is none where the log was not read, or nothing was used', () => {
    expect(unseen(undefined)).toEqual([]);
    expect(unseen(observed.toMs + msPerDay)).toEqual([]);
    expect(unseen(observed.fromMs - msPerDay, { id: 'other', name: 'other' })).toEqual([]);
  });

  it('is none of our own, which reads all day', () => {
    expect(unseen(loggedMs + 5 * msPerDay, { isOwn: true })).toEqual([]);
  });

  it('is none of a token that the log would not name', () => {
    expect(unseen(loggedMs + 5 * msPerDay, { isUnnamedInLog: true })).toEqual([]);
  });
});

describe('a use that the log does not show, as news', () => {
  const startMs = msOf('2026-03-01T00:00Z');
  const day = (nth: number): number => startMs + nth * msPerDay;
  const token = (lastUsedAtMs: number | undefined, changes: Partial<ListedToken> = {}): ListedToken => ({
    id: 'tok-1',
    name: 'old-laptop',
    kind: 'organization',
    owner: undefined,
    description: undefined,
    createdBy: undefined,
    createdAtMs: day(-200),
    expiresAtMs: undefined,
    lastUsedAtMs,
    isAdmin: false,
    role: undefined,
    ...changes,
  });

  type Shown = { readonly day: number; readonly used: number | undefined; readonly logged?: number };

  /** One survey after the other, each of one token; what was told on which day, and why. */
  const told = (shown: readonly Shown[], changes: Partial<ListedToken> = {}) => {
    let known: readonly KnownUse[] = [];
    return shown.flatMap(({ day: at, used, logged }) => {
      const { news, uses } = unseenNews(
        { tokens: [token(used === undefined ? undefined : day(used), changes)], members: undefined, missing: [] },
        {
          known,
          lastLogged: () => (logged === undefined ? undefined : day(logged)),
          observed: { fromMs: startMs, toMs: day(at) - 15 * 60_000 },
          surveyedSinceMs: day(shown[0]?.day ?? 0),
          nowMs: day(at),
        },
      );
      known = uses;
      return news.map(({ why, sinceMs }) => [at, why, (sinceMs - startMs) / msPerDay]);
    });
  };

  it('is a token that lay still for a month: whoever finds one asks first whose it is', () => {
    expect(
      told([
        { day: 2, used: -80 },
        { day: 5, used: 4.9 },
        { day: 6, used: 4.9 },
      ]),
    ).toEqual([[5, 'woke', -80]]);
  });

  it('is one that was never used at all, since it was made', () => {
    expect(
      told([
        { day: 2, used: undefined },
        { day: 5, used: 4.9 },
      ]),
    ).toEqual([[5, 'woke', -200]]);
  });

  it('is told of a token in steady use from then on, although its last use is always of just now', () => {
    const steady = [5, 5.1, 5.2, 5.3].map((at) => ({ day: at, used: at - 0.001 }));
    expect(told([{ day: 2, used: -80 }, ...steady])).toEqual([[5.1, 'woke', -80]]);
  });

  it('is one that showed in the log whenever it was used, after two weeks of looking', () => {
    const shown = (at: number) => ({ day: at, used: at - 0.5, logged: at - 0.6 });
    const early = [1, 5, 9].map(shown);
    expect(told([...early, { day: 12, used: 11.5, logged: 9 }])).toEqual([]);
    const late = [1, 5, 9, 16].map(shown);
    expect(told([...late, { day: 20, used: 19.5, logged: 16 }])).toEqual([[20, 'always-logged', 16]]);
  });

  it('is none of a token that only reads, nor of a new one', () => {
    const reading = Array.from({ length: 40 }, (_, nth) => ({ day: nth + 1, used: nth + 0.5 }));
    expect(told(reading)).toEqual([]);
    expect(
      told(
        [
          { day: 20, used: 19.5 },
          { day: 40, used: 39.5 },
        ],
        { createdAtMs: day(19) },
      ),
    ).toEqual([]);
  });

  it('is told once for each token', () => {
    const wakes = [3, 50, 100, 150].map((at) => ({ day: at, used: at - 0.5 }));
    expect(told([{ day: 2, used: -80 }, ...wakes])).toHaveLength(1);
  });

  it('is none of what the log showed within a day, of our own, or of one that the log would not name', () => {
    const woken = [
      { day: 2, used: -80 },
      { day: 5, used: 4.9, logged: 4.5 },
    ];
    const unlogged = [
      { day: 2, used: -80 },
      { day: 5, used: 4.9 },
    ];
    expect(told(woken)).toEqual([]);
    expect(told(unlogged, { isOwn: true })).toEqual([]);
    expect(told(unlogged, { isUnnamedInLog: true })).toEqual([]);
  });

  it('comes ten at a time, and the rest with the next survey', () => {
    const many = (used: number) => ({
      tokens: Array.from({ length: 15 }, (_, nth) => token(day(used), { id: `t${nth}`, name: `t${nth}` })),
      members: undefined,
      missing: [],
    });
    const at = {
      lastLogged: () => undefined,
      observed: { fromMs: startMs, toMs: day(6) },
      surveyedSinceMs: day(2),
      nowMs: day(6),
    };
    const first = unseenNews(many(-80), { ...at, known: [] });
    const second = unseenNews(many(5), { ...at, known: first.uses });
    const third = unseenNews(many(5), { ...at, known: second.uses });
    expect([first, second, third].map(({ news }) => news.length)).toEqual([0, 10, 5]);
  });
});
