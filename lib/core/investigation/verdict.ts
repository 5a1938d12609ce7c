/**
 * The answer, and what it lacks. `no-sign` is said only where a thief would have been seen: the log whole from the leak
 * until now, and enough history to know strangers by. Whatever stands in the way of that is listed, not glossed over.
 */
import type { Stretch } from '../time.ts';
import type { JudgedSession } from './judge-place.ts';
import type { Survey } from './survey.ts';
import type { Traces } from './traces.ts';

export type Answer = 'used-by-others' | 'probably' | 'no-sign' | 'cannot-tell';

/** What was read of the log, told by whoever read it. */
export type LogCoverage = {
  /** From here on nothing is left out of what was read; for files the first event in them. */
  readonly fromMs: number;
  readonly toMs: number;
  /** `read`: asked of the vendor, stretch by stretch, each whole. `recorded`: files, whole as far as whoever made them says. */
  readonly kind: 'read' | 'recorded';
  readonly events: number;
  /** How far short of the end a log may stop without meaning that something is missing: the silence that is usual for it. */
  readonly toleranceMs: number;
  /** Silences of the whole log that may be holes. */
  readonly silences: readonly Stretch[];
  /** Seconds that hold more events than one reading may, and were passed over. */
  readonly tooFull: readonly Stretch[];
  readonly unreadRecords: number;
  /** The vendor shows nothing older: so long was asked before it in vain. */
  readonly historyEnd: { readonly emptyMs: number } | undefined;
};

/** Why it cannot be said that nobody used it. */
export type Missing =
  | { readonly missing: 'log-before'; readonly logFromMs: number; readonly leakedAtMs: number }
  | { readonly missing: 'log-after'; readonly logToMs: number; readonly neededToMs: number }
  | { readonly missing: 'silence'; readonly silence: Stretch }
  | { readonly missing: 'too-full'; readonly seconds: readonly Stretch[] }
  | { readonly missing: 'unread-records'; readonly count: number }
  /** Sessions that nothing came before to compare them with. */
  | { readonly missing: 'history'; readonly sessions: number; readonly firstAtMs: number }
  /** Sessions that only people can explain. */
  | { readonly missing: 'answer'; readonly sessions: number }
  | { readonly missing: 'unlisted-sessions'; readonly count: number };

export type Verdict = {
  readonly answer: Answer;
  /** Where the answer is `cannot-tell`, never empty; with others, what would make it surer. */
  readonly missing: readonly Missing[];
  /** When the earliest foreign session began. */
  readonly firstForeignMs: number | undefined;
  /** Sessions that were judged in the time asked about, that is after the leak, where it is known. */
  readonly judged: number;
};

export const verdictOn = (
  sessions: readonly JudgedSession[],
  { traces, coverage }: { readonly traces: Traces; readonly coverage: LogCoverage },
): Verdict => {
  const { survey } = traces;
  const { leakedAtMs } = survey.question;
  const asked = leakedAtMs === undefined ? sessions : sessions.filter(({ lastMs }) => lastMs >= leakedAtMs);
  const foreign = sessions.filter(({ judgement }) => judgement === 'foreign');
  const missing = [
    ...missingBefore(leakedAtMs, coverage),
    ...missingInSessions(asked, survey),
    ...missingInLog(traces, coverage),
  ];
  return {
    answer: foreign.some(({ isCertain }) => isCertain)
      ? 'used-by-others'
      : foreign.length > 0
        ? 'probably'
        : missing.length > 0
          ? 'cannot-tell'
          : 'no-sign',
    missing,
    firstForeignMs: foreign[0]?.startMs,
    judged: asked.filter(({ judgement }) => judgement !== 'learned').length,
  };
};

const missingBefore = (leakedAtMs: number | undefined, { fromMs }: LogCoverage): readonly Missing[] =>
  leakedAtMs === undefined || fromMs <= leakedAtMs ? [] : [{ missing: 'log-before', logFromMs: fromMs, leakedAtMs }];

const missingInLog = (traces: Traces, coverage: LogCoverage): readonly Missing[] => {
  const { leakedAtMs } = traces.survey.question;
  const { fromMs, toMs, silences, tooFull, unreadRecords, toleranceMs } = coverage;
  const neededToMs = neededUntil(traces);
  const sinceMs = leakedAtMs ?? fromMs;
  const isAsked = (stretch: Stretch): boolean => stretch.toMs > sinceMs && stretch.fromMs < neededToMs;
  const seconds = tooFull.filter(isAsked);
  return [
    ...(neededToMs - toMs > toleranceMs ? [{ missing: 'log-after', logToMs: toMs, neededToMs } as const] : []),
    ...silences.filter(isAsked).map((silence) => ({ missing: 'silence', silence }) as const),
    ...(seconds.length > 0 ? [{ missing: 'too-full', seconds } as const] : []),
    ...(unreadRecords > 0 ? [{ missing: 'unread-records', count: unreadRecords } as const] : []),
  ];
};

/** A deleted token does nothing more: from then on the log need not have been read. */
const neededUntil = ({ survey, deletedAtMs }: Traces): number => {
  const { subjects, untilMs } = survey.question;
  const ends = subjects.map(({ key }) => deletedAtMs.get(key) ?? untilMs);
  return Math.min(untilMs, Math.max(...ends));
};

const missingInSessions = (
  asked: readonly JudgedSession[],
  { question, sessions, unlistedSessions }: Survey,
): readonly Missing[] => {
  const learned = asked.filter(({ judgement }) => judgement === 'learned');
  const unclear = asked.filter(({ judgement }) => judgement === 'unclear');
  // Without a time of leak the first sessions are what the rest is compared with; somebody has to be believed.
  const isTooShort = question.leakedAtMs === undefined ? learned.length === asked.length : learned.length > 0;
  const [first] = learned;
  return [
    ...(unclear.length > 0 ? [{ missing: 'answer', sessions: unclear.length } as const] : []),
    ...(isTooShort && first !== undefined
      ? [{ missing: 'history', sessions: learned.length, firstAtMs: first.startMs } as const]
      : []),
    ...(question.leakedAtMs === undefined && sessions.length === 0
      ? [{ missing: 'history', sessions: 0, firstAtMs: question.untilMs } as const]
      : []),
    ...(unlistedSessions > 0 ? [{ missing: 'unlisted-sessions', count: unlistedSessions } as const] : []),
  ];
};
