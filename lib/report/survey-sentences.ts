import type { Evidence, HealthEvidence } from '../core/alert.ts';
import type { HealthFinding } from '../core/inventory/health.ts';
import type { Principal } from '../core/principal.ts';
import { named, shownText } from './safe-text.ts';
import { durationText, instantText } from './times.ts';
import { counted } from './words.ts';

/**
 * What a survey of the vendor's API found, in words: what keeps the monitor from seeing, a use of a token that the log does
 * not show, and the monitor's own token in other hands.
 */

type Zone = string | undefined;
type TokenFact = Extract<Evidence, { readonly detector: 'token-life' }>;
type Unlogged = Pick<TokenFact, 'sinceMs' | 'atMs'>;

/** A vendor's own words for what is wrong. */
const saidColumnsMax = 200;

export const healthStory = (finding: HealthFinding, zone: Zone): string => {
  switch (finding.finding) {
    case 'log-export-stopped': {
      const { status, problem } = finding.logExport;
      const said =
        problem === undefined || problem === '' ? '' : ` The vendor says: ${shownText(problem, saidColumnsMax)}.`;
      return `The integration that hands the audit log on is not active (${shownText(status, saidColumnsMax)}), so nothing new reaches tokenwatch.${said}`;
    }
    case 'allow-list-without-fixed-address':
      return `The account takes requests from ${counted(finding.addresses.length, 'listed address', 'listed addresses')} only, and the monitor's own address changes with every start: its questions will be refused sooner or later. The log itself is not affected.`;
    case 'own-token-ends':
      return `The token that tokenwatch itself asks with ends on ${instantText(finding.atMs, zone)}; from then on it sees less, or nothing.`;
    case 'api-refused':
      return `The vendor's API refuses tokenwatch's own token, while the log can still be read: tokens, allow list and integration are not looked at. ${shownText(finding.reason, saidColumnsMax)}`;
    case 'log-behind': {
      const newest =
        finding.newestEventMs === undefined
          ? 'the log shows nothing at all'
          : `the newest in the log is of ${instantText(finding.newestEventMs, zone)}`;
      return `Somebody started a run on ${instantText(finding.requestMs, zone)}, which the audit log must show, and ${newest}: it is switched off, or does not arrive.`;
    }
  }
};

/** The whole headline: no principal did anything. */
export const healthHeadline = (finding: HealthFinding): string => {
  switch (finding.finding) {
    case 'log-export-stopped':
      return 'The audit log is no longer handed on';
    case 'allow-list-without-fixed-address':
      return "The account has an allow list, and the monitor's address changes";
    case 'own-token-ends':
      return `tokenwatch's own token ends on ${instantText(finding.atMs)}`;
    case 'api-refused':
      return "The vendor's API refuses tokenwatch's own token";
    case 'log-behind':
      return 'The audit log does not show what it must';
  }
};

const replaceOwn =
  'Make its successor, put it where the settings point, and delete the old one: a running watch takes it up by itself.';

export const healthSteps = ({ finding }: Pick<HealthEvidence, 'finding'>): readonly string[] => {
  switch (finding) {
    case 'log-export-stopped':
      return [
        'Ask who changed the integration: whoever wants to act unseen begins there.',
        'Mend it in the vendor’s settings, and accept its event source in AWS if it is a new one; docs/scalr.md has the order.',
        'Nobody can send again what happened meanwhile: look it up in the vendor’s own pages.',
      ];
    case 'allow-list-without-fixed-address':
      return ['Give the monitor a fixed address (a NAT gateway) and list it, or leave the token out of the settings.'];
    case 'own-token-ends':
      return [replaceOwn];
    case 'api-refused':
      return ['Run tokenwatch doctor: it says what the token may not, and how the right one is made.'];
    case 'log-behind':
      return [
        'Check that the audit log is switched on and points to the integration; docs/scalr.md has the order of set-up.',
        'Ask who switched it off, if it was on.',
      ];
  }
};

/** Pulumi's own catalogue has no event for it; of Scalr nothing is documented. */
const readsNote = (provider: string): string =>
  provider === 'pulumi'
    ? 'Pulumi Cloud does not log reading, listing or previews, so this may be no more than that; it is also all that a finder leaves who asks what a token is for.'
    : 'Whether the vendor logs plain reading is not documented, so this may be no more than that; it is also all that a finder leaves who asks what a token is for.';

export const unloggedStory = (
  { sinceMs, atMs }: Unlogged,
  { provider }: Pick<Principal, 'provider'>,
  zone: Zone,
): string =>
  `By the vendor's list of tokens it was last used on ${instantText(atMs, zone)}, and the audit log shows nothing of that. The last sign of it before was on ${instantText(sinceMs, zone)}, ${durationText(Math.max(0, atMs - sinceMs))} earlier. ${readsNote(provider)} It is told once for each token.`;

export const unloggedNews = ({ sinceMs, atMs }: Unlogged): string =>
  `was used without a line in the log, ${durationText(Math.max(0, atMs - sinceMs))} after the last sign of it`;

export const unloggedSteps = (name: string): readonly string[] => [
  `Ask whoever owns ${named(name)} whether something of theirs reads with it since then.`,
  'If nobody claims it, replace it: it costs less than finding out.',
];

/** A former one, since the time that it should lie still; the present one was used at once, as far as its story goes. */
export const ownUseStory = ({ sinceMs, atMs }: Unlogged, zone: Zone): string =>
  sinceMs < atMs
    ? `tokenwatch read with it until it was replaced, shortly before ${instantText(sinceMs, zone)}, and it was used on ${instantText(atMs, zone)}: somebody still holds it, and can see what the monitor sees.`
    : `It is the token that tokenwatch itself reads with, and on ${instantText(atMs, zone)} it did what tokenwatch never does: it only ever reads. Somebody else holds it, and can see what the monitor sees.`;

export const ownUseNews = "was used by somebody else, and it is tokenwatch's own";

export const ownUseSteps = ({ sinceMs, atMs }: Unlogged): readonly string[] => [
  sinceMs < atMs
    ? 'Delete it at the vendor at once, if that was not done when it was replaced: tokenwatch does not need it any more.'
    : `Replace it at once. ${replaceOwn}`,
  'Look how it got out: who may read the secret where it is kept, and what else lies there.',
  'If another job of yours uses it too, give tokenwatch one of its own: then each use of it tells something.',
];
