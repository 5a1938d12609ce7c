import type { SensitiveKind } from './action.ts';
import type { AuditEvent } from './event.ts';
import type { Cadence } from './inventory/cadence.ts';
import type { HealthFinding } from './inventory/health.ts';
import type { Network, OwnerClass } from './network.ts';
import type { Principal } from './principal.ts';

/** What a person is told about an incident, as numbers. `report/` turns it into words. */

export type Severity = 'low' | 'medium' | 'high' | 'critical';
export const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical'];
export const isAbove = (a: Severity, b: Severity): boolean => severities.indexOf(a) > severities.indexOf(b);

/** From the finest to the coarsest; a network that is new at one level is new at all finer ones. */
export type NetworkLevel = 'address' | 'prefix' | 'owner' | 'class' | 'country';

/** Use that needs no statistics to be told. */
export type TokenFact =
  | 'used-after-deletion'
  | 'used-after-expiry'
  | 'dormant-woke'
  /** The token that the monitor reads with did something that the monitor never does. */
  | 'own-token-used'
  /** The vendor's list of tokens shows a use that the log does not. Comes of a survey and of no detector. */
  | 'use-not-logged';

/** What is counted by the day: all events, distinct targets, and the kinds of action that carry something away. */
export type DayCount = 'events' | 'targets' | Extract<SensitiveKind, 'secrets' | 'state' | 'credentials'>;

export type Evidence =
  | {
      readonly detector: 'unfamiliar-network';
      readonly network: Network;
      /** The coarsest level at which it is new. */
      readonly newAt: NetworkLevel;
      /** Days on which the principal was active, and on how many of them it showed something new at this level; recent days weigh more. */
      readonly daysActive: number;
      readonly daysWithNew: number;
      /** What it uses otherwise, most recent first: owners where known, else prefixes. At most three. */
      readonly usual: readonly string[];
      readonly usualClass: OwnerClass | undefined;
      /** Other principals of the organization lately seen in the same prefix. */
      readonly othersOnPrefix: number;
    }
  | {
      readonly detector: 'odd-hours';
      readonly atMs: number;
      /** How busy this hour is for the principal, as a multiple of a flat day: 1 is average, 0.01 almost never. */
      readonly density: number;
      /** Sessions learned from; recent ones weigh more. */
      readonly sessions: number;
      /** The shortest stretch of the day that holds nine tenths of its sessions, in hours UTC; `to` may be below `from`. */
      readonly usualFromHour: number;
      readonly usualToHour: number;
      /** 0: any hour alike, 1: always the same minute. The check has power from about 0.6. */
      readonly concentration: number;
      /** It keeps a minute of the hour, and this is another. */
      readonly isOffSchedule?: boolean;
    }
  | {
      readonly detector: 'usage-spike';
      /** Absent: events. Else it is about a crowd, and counts principals never seen before: see `newcomers.ts`. */
      readonly of?: 'newcomers';
      /** End of the window: the event at which the count was judged. */
      readonly atMs: number;
      readonly windowHours: number;
      readonly count: number;
      readonly expected: number;
      /** The count that one window in a thousand exceeds. */
      readonly rarelyAbove: number;
    }
  | {
      readonly detector: 'usage-day';
      readonly of: DayCount;
      /** The event at which the day's running count was judged. */
      readonly atMs: number;
      /** Of targets an estimate, a few percent off. */
      readonly count: number;
      readonly expected: number;
      /** The count that one such day in a thousand exceeds. */
      readonly rarelyAbove: number;
      /** Days learned from, of those that had any; recent ones weigh more. */
      readonly days: number;
    }
  | {
      readonly detector: 'sensitive-action';
      readonly kind: SensitiveKind;
      readonly action: string;
      readonly target: string | undefined;
      /** Sessions learned from, and how many of them held an action of this kind. */
      readonly sessions: number;
      readonly sessionsWithKind: number;
      /** May blind whoever reads this log: told however usual it is. */
      readonly isTampering: boolean;
    }
  | {
      readonly detector: 'authentication-failures';
      readonly failures: number;
      readonly expected: number;
      readonly firstAtMs: number;
      readonly lastAtMs: number;
      /** A log-in from the same network that got in after them. */
      readonly gotInAtMs: number | undefined;
    }
  | {
      readonly detector: 'simultaneous-networks';
      readonly atMs: number;
      /** Where this event came from, and the owner of the network used in between. */
      readonly network: Network;
      readonly besideOwner: string;
      readonly besideCountry: string | undefined;
      readonly apartMs: number;
      /** Sessions learned from, and how many of them went back and forth between networks. */
      readonly sessions: number;
      readonly sessionsPaired: number;
    }
  | {
      readonly detector: 'unfamiliar-target';
      readonly target: string;
      readonly action: string;
      readonly targetsKnown: number;
      /** Sessions learned from, and how many of them touched something new. */
      readonly sessions: number;
      readonly sessionsWithNew: number;
    }
  | {
      readonly detector: 'token-life';
      readonly fact: TokenFact;
      /** Deletion, expiry, or the last use before this one. */
      readonly sinceMs: number;
      readonly atMs: number;
    }
  | RotationEvidence
  | HealthEvidence;

/** From a survey of the vendor's API: what keeps the monitor from seeing, or soon will. */
export type HealthEvidence = { readonly detector: 'health' } & HealthFinding;

/** A caller of a token, as the words about it need it. */
export type CallerSketch = {
  readonly network: Network;
  readonly cadence: Cadence;
  readonly targets: readonly string[];
  readonly moreTargets: number;
};

type OfRotation = {
  readonly detector: 'rotation';
  /** The old token's name, and the new one's where somebody said it. */
  readonly old: string;
  readonly replacement: string | undefined;
  readonly startedAtMs: number;
};

/** From the watch over a rotation, not from a detector: facts about who has come over to the new token and who has not. */
export type RotationEvidence =
  | (OfRotation & {
      readonly fact: 'old-token-used' | 'caller-late';
      readonly caller: CallerSketch;
      /** When its first use of the new token was due; undefined where it keeps no rhythm. */
      readonly dueMs: number | undefined;
      /** Of the old token since then, and how many of them were refused. */
      readonly uses: number;
      readonly refused: number;
      readonly lastAtMs: number | undefined;
    })
  | (OfRotation & {
      readonly fact: 'stranger';
      readonly token: 'old' | 'new';
      readonly network: Network;
      readonly uses: number;
      readonly refused: number;
    })
  | (OfRotation & {
      readonly fact: 'over';
      readonly endedAtMs: number;
      readonly callers: number;
      readonly moved: number;
      /** Not seen on the new token, or still on the old one. */
      readonly open: readonly CallerSketch[];
      readonly strangers: number;
    });

/** A rotation's facts come from its watch, those of health from a survey, and neither from a detector. */
export type DetectorName = Exclude<Evidence['detector'], 'rotation' | 'health'>;

export type Finding = {
  /** Minus log10 of the probability that ordinary behaviour looks at least this odd: 3 is one in a thousand. */
  readonly surprise: number;
  readonly evidence: Evidence;
};

export type Alert = {
  /** Stable: the same log gives the same id, live and replayed. */
  readonly id: string;
  readonly source: string;
  readonly principal: Principal;
  readonly openedAtMs: number;
  readonly firstEventAtMs: number;
  readonly lastEventAtMs: number;
  readonly severity: Severity;
  readonly surprise: number;
  /** Strongest first, at most one of each detector. */
  readonly findings: readonly Finding[];
  readonly eventCount: number;
  /** The events that best show it, in time order; at most `sampleEventsMax`. */
  readonly sampleEvents: readonly AuditEvent[];
  /** Where the incident's events came from, unfamiliar ones first; at most four. */
  readonly networks: readonly Network[];
  /** What people said of some of its findings: “that was us”. Absent where nobody said anything. */
  readonly acknowledged?: readonly {
    readonly by: string;
    readonly note: string | undefined;
    readonly atMs: number;
    readonly untilMs: number;
  }[];
};

/** Enough to recognize what happened; the rest is in the vendor's log. */
export const sampleEventsMax = 5;
