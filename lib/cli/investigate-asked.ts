import { msPerSecond } from '../core/time.ts';
import { instantText } from '../report/times.ts';
import { UsageError } from './failure.ts';
import { timeGiven } from './investigate-time.ts';
import type { Screen } from './screen.ts';

/** What `investigate` was asked: whom it is about, and what stretch of time. */

export type InvestigateFlags = {
  readonly user?: string;
  readonly leakedAt?: string;
  readonly until?: string;
  readonly from?: readonly string[];
  readonly organization?: string;
  readonly settings?: string;
  readonly baseUrl?: string;
  readonly historyDays?: string;
  readonly html?: string;
  readonly force?: true;
  readonly json?: true;
  readonly mmdb?: readonly string[];
};

export type Wanted = { readonly token: string } | { readonly user: string };

export const wantedOf = (token: string | undefined, { user }: InvestigateFlags): Wanted => {
  if (token !== undefined && user !== undefined) {
    throw new UsageError('Give either a token or --user: a user means all of their tokens.');
  }
  if (token !== undefined && token.trim() !== '') return { token: token.trim() };
  if (user !== undefined && user.trim() !== '') return { user: user.trim() };
  throw new UsageError('Say whom to investigate: the name or id of a token, or --user LOGIN.');
};

export type Times = { readonly leakedAtMs: number | undefined; readonly untilMs: number };

export const timesOf = (
  { leakedAt, until }: InvestigateFlags,
  { nowMs, screen }: { readonly nowMs: number; readonly screen: Screen },
): Times => {
  const leaked = leakedAt === undefined ? undefined : timeGiven('--leaked-at', leakedAt);
  const ended = until === undefined ? undefined : timeGiven('--until', until);
  // The second of now is not over: what was logged in it counts.
  const untilMs = ended?.atMs ?? (Math.floor(nowMs / msPerSecond) + 1) * msPerSecond;
  if (leaked !== undefined && leaked.atMs > nowMs) {
    throw new UsageError(
      `--leaked-at ${instantText(leaked.atMs)} is in the future: it is now ${instantText(nowMs)}. Check date and zone.`,
    );
  }
  if (ended !== undefined && ended.atMs > nowMs + msPerSecond) {
    throw new UsageError(`--until ${instantText(ended.atMs)} is in the future: leave it out to mean now.`);
  }
  if (leaked !== undefined && leaked.atMs >= untilMs) {
    throw new UsageError('--until must be after --leaked-at: what happened in between is the question.');
  }
  if (leaked?.isZoneAssumed === true) screen.warn(`--leaked-at without a zone: taken as ${instantText(leaked.atMs)}.`);
  if (ended?.isZoneAssumed === true) screen.warn(`--until without a zone: taken as ${instantText(ended.atMs)}.`);
  return { leakedAtMs: leaked?.atMs, untilMs };
};
