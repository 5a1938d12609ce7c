import type { Alert, CallerSketch } from '../../lib/core/alert.ts';
import type { Digest } from '../../lib/core/digest.ts';
import type { Network } from '../../lib/core/network.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { finding, nightMs, theft, theftSaying } from '../report/examples.ts';

/** Alerts and digests with one text in every place that somebody else can fill; what is not text is always the same. */

const networkSaying = (text: string): Network => ({
  address: text,
  prefix: text,
  owner: { asn: 64500, name: text, class: 'hosting' },
  class: 'hosting',
  country: text,
});

const callerSaying = (text: string): CallerSketch => ({
  network: networkSaying(text),
  cadence: { kind: 'daily', atMinute: 137, spreadMinutes: 4 },
  targets: [text, text],
  moreTargets: 1,
});

/** Every kind of evidence, in as few alerts as may hold them. */
export const alertsSaying = (text: string): readonly Alert[] => {
  const stolen = theftSaying(text);
  const rotation = { detector: 'rotation', old: text, replacement: text, startedAtMs: nightMs - msPerDay } as const;
  return [
    stolen,
    {
      ...stolen,
      principal: { provider: text, kind: 'service-account', id: text, name: '' },
      severity: 'critical',
      acknowledged: [{ by: text, note: text, atMs: nightMs, untilMs: nightMs + msPerDay }],
      findings: [
        finding({
          detector: 'simultaneous-networks',
          atMs: nightMs,
          network: networkSaying(text),
          besideOwner: text,
          besideCountry: text,
          apartMs: 60_000,
          sessions: 40,
          sessionsPaired: 0,
        }),
        finding({
          detector: 'unfamiliar-target',
          target: text,
          action: text,
          targetsKnown: 4,
          sessions: 40,
          sessionsWithNew: 1,
        }),
        finding({ detector: 'token-life', fact: 'used-after-deletion', sinceMs: nightMs - msPerDay, atMs: nightMs }),
      ],
    },
    {
      ...stolen,
      findings: [
        finding({
          ...rotation,
          fact: 'old-token-used',
          caller: callerSaying(text),
          dueMs: nightMs,
          uses: 3,
          refused: 1,
          lastAtMs: nightMs,
        }),
      ],
    },
    {
      ...stolen,
      findings: [
        finding({
          ...rotation,
          fact: 'over',
          endedAtMs: nightMs,
          callers: 4,
          moved: 1,
          open: [callerSaying(text), callerSaying(text)],
          strangers: 1,
        }),
      ],
    },
  ];
};

export const digestSaying = (text: string): Digest => ({
  atMs: nightMs,
  sources: [
    {
      source: `pulumi:${text}`,
      standing: 'late',
      seen: {
        fromMs: nightMs - 30 * msPerDay,
        throughMs: nightMs - 3 * msPerHour,
        events: 1_200,
        lateEvents: 3,
        newestEventMs: nightMs - 4 * msPerHour,
      },
      silent: { sinceMs: nightMs - 40 * msPerHour, silence: { quietHours: 40, usualHours: 30, heard: 'rhythm' } },
      missed: {
        gaps: [{ fromMs: nightMs - msPerHour, toMs: nightMs }],
        pauses: [{ fromMs: nightMs - msPerHour, toMs: nightMs, cause: 'not-running' }],
        found: 1,
      },
      principals: 20,
      activePrincipals: 7,
      alerts: 4,
      untold: { count: 1, sinceMs: nightMs - 5 * msPerHour },
      badRecords: 2,
      kept: undefined,
      isBudgetExceeded: false,
    },
  ],
  alerts: alertsSaying(text),
  moreAlerts: 2,
  care: [
    {
      source: text,
      care: 'rotation',
      old: text,
      replacement: text,
      startedAtMs: nightMs - msPerDay,
      endsAtMs: nightMs + msPerDay,
      callers: 4,
      moved: 1,
      stillOnOld: 1,
      late: 1,
      strangers: 1,
    },
    { source: text, care: 'acknowledgement-ends', alertId: text, principalName: text, by: text, untilMs: nightMs },
    { source: undefined, care: 'allowance-ends', network: text, note: text, untilMs: nightMs },
  ],
  moreCare: 0,
});

/** The same alerts with a name that means no harm, of an organization that gets no links either. */
export const harmlessText = 'harmless name';
export const plainAlert = theft();
