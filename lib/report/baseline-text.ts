import { type ActionKind, actionKinds } from '../core/action.ts';
import type { Baseline } from '../core/baseline.ts';
import { concentration, dayProfile, hasPower, usualHours } from '../core/detectors/odd-hours.ts';
import { isLearning } from '../core/detectors/unfamiliar-network.ts';
import { usualPerHour } from '../core/detectors/usage-spike.ts';
import { isoSeconds } from '../core/time.ts';
import { bars } from './bars.ts';
import { paintOf } from './colours.ts';
import { columnsOf, named, shownText } from './safe-text.ts';
import { headlineOf } from './sentences.ts';
import { type Column, table } from './table.ts';
import { dayText, hoursText, instantText } from './times.ts';
import { counted, listed, numberText, ownerColumnsMax, principalNouns, principalText } from './words.ts';
import { wrapped } from './wrap.ts';

/** What was learned of principals: all of them as a table, one of them as text and picture, either as JSON. */

export type Learned = {
  readonly source: string;
  readonly baseline: Baseline;
  /** A person's name for the owner of a network. */
  readonly labelOf: (ownerKey: string) => string;
};

const columns: readonly Column[] = [
  { title: 'Name', least: 16 },
  { title: 'Kind', spare: 3 },
  { title: 'Since', keep: true, spare: 4 },
  { title: 'Last seen', keep: true },
  { title: 'Events', align: 'right', keep: true },
  { title: 'Sessions', align: 'right', keep: true, spare: 1 },
  { title: 'Networks', align: 'right', spare: 2 },
  { title: 'Hours (UTC)', keep: true },
  { title: 'State', keep: true },
];

/** Names beyond that are somebody's joke. */
const nameColumnsMax = 40;

/** What `any` means among the hours. */
export const baselineLegend =
  'Hours: when nine tenths of its sessions begin; any: it keeps no hours that an odd one could stand out from.';

/** One line for each principal. */
export const baselineTable = (
  learned: readonly Learned[],
  { width, colour }: { readonly width: number; readonly colour: boolean },
): readonly string[] =>
  table(
    columns,
    learned.map(({ baseline }) => {
      const { principal, firstAtMs, lastAtMs, events, network, hours } = baseline;
      return [
        shownText(principal.name.trim() === '' ? principal.id : principal.name, nameColumnsMax),
        principalNouns[principal.kind],
        dayText(firstAtMs),
        dayText(lastAtMs),
        numberText(events),
        numberText(network.sessions),
        numberText(network.owners.length),
        isLearning(network) ? '-' : hasPower(hours) ? hoursRange(baseline) : 'any',
        stateWord(baseline),
      ];
    }),
    { width, heading: paintOf(colour).dim },
  );

const stateWord = ({ network }: Baseline): 'learning' | 'judged' => (isLearning(network) ? 'learning' : 'judged');

/** `07:00-17:30` */
const hoursRange = ({ hours }: Baseline): string => {
  const { usualFromHour, usualToHour } = usualHours(hours);
  return `${hourText(usualFromHour)}-${hourText(usualToHour)}`;
};

const hourText = (hour: number): string =>
  `${String(Math.floor(hour)).padStart(2, '0')}:${String(Math.round((hour % 1) * 60)).padStart(2, '0')}`;

export type BaselineTextSettings = {
  readonly width: number;
  readonly colour: boolean;
  /** Block characters, where the terminal can show them. */
  readonly hasBlocks: boolean;
  readonly zone?: string | undefined;
};

const labelColumns = 11;

/** One principal, in full. */
export const baselineText = (learned: Learned, settings: BaselineTextSettings): readonly string[] => {
  const { baseline, source } = learned;
  const { principal } = baseline;
  const paint = paintOf(settings.colour);
  const room = settings.width - labelColumns;
  const section = (label: string, lines: readonly string[]): readonly string[] =>
    lines.map((line, at) =>
      at === 0
        ? paint.dim(label) + ' '.repeat(labelColumns - columnsOf(label)) + line
        : ' '.repeat(labelColumns) + line,
    );
  const words = (label: string, ...texts: readonly string[]): readonly string[] =>
    section(
      label,
      texts.flatMap((text) => wrapped(text, room)),
    );
  const idText = principal.id === principal.name ? '' : ` (id ${named(principal.id)})`;
  return [
    ...wrapped(`${principalText({ principal })}${idText} in ${named(source)}`, settings.width),
    '',
    ...words('Seen', seenText(baseline)),
    ...words('Judged', judgedText(baseline)),
    '',
    ...section('Hours', hoursPicture(baseline, settings)),
    ...words('', ...hoursWords(baseline, settings.zone)),
    '',
    ...words('Volume', volumeText(baseline)),
    ...words('Networks', ...networkWords(learned)),
    ...words('Actions', actionsText(baseline)),
    ...words('Incident', incidentText(baseline)),
  ];
};

const seenText = ({ firstAtMs, lastAtMs, events, network }: Baseline): string =>
  `Since ${instantText(firstAtMs)}, last on ${instantText(lastAtMs)}: ${counted(events, 'event')}, learned from ${counted(network.sessions, 'session')}.`;

const judgedText = ({ network }: Baseline): string =>
  isLearning(network)
    ? 'Not yet: there is too little past to compare with, so nothing about it is told but facts.'
    : 'Yes.';

/** Half an hour to a column. */
const pictureColumns = 48;
const pictureRows = 3;
const scale = '0     3     6     9     12    15    18    21   24';

const hoursPicture = ({ hours }: Baseline, { hasBlocks }: BaselineTextSettings): readonly string[] => {
  const quarters = dayProfile(hours);
  const halves = Array.from(
    { length: pictureColumns },
    (_, half) => (quarters[2 * half] ?? 0) + (quarters[2 * half + 1] ?? 0),
  );
  return [...bars(halves, { rows: pictureRows, hasBlocks }), `${scale} UTC`];
};

const hoursWords = (baseline: Baseline, zone: string | undefined): readonly string[] => {
  const { hours, lastAtMs, network } = baseline;
  if (isLearning(network)) return ['Its hours are not known yet.'];
  const { usualFromHour: fromHour, usualToHour: toHour } = usualHours(hours);
  const usual = `Nine tenths of its sessions begin from ${hoursText({ fromHour, toHour, onMs: lastAtMs }, zone)}.`;
  const tightness = `Concentration ${concentration(hours).toFixed(2)} (0: any hour alike, 1: always the same)`;
  return [
    usual,
    hasPower(hours)
      ? `${tightness}: an odd hour can be told.`
      : `${tightness}: it keeps no hours that an odd one could stand out from.`,
  ];
};

const volumeText = ({ spike }: Baseline): string => {
  const perHour = usualPerHour(spike);
  if (perHour <= 0) return 'Not known yet.';
  const rate = perHour < 1 ? `${numberText(24 * perHour)} events a day` : `${numberText(perHour)} events an hour`;
  return `About ${rate}, nights and weekends counted in.`;
};

const networkWords = ({ baseline: { network }, labelOf }: Learned): readonly string[] => {
  const label = (key: string): string => shownText(labelOf(key), ownerColumnsMax);
  const known = network.owners.map(({ key }) => label(key));
  const waiting = network.probations
    .filter(({ owner }) => !owner.startsWith('#'))
    .map(({ owner, days }) => `${label(owner)} (${counted(days, 'day')} so far)`);
  return [
    known.length === 0 ? 'None known.' : `Known: ${known.join('; ')}.`,
    ...(waiting.length === 0 ? [] : [`On probation, not familiar yet: ${waiting.join('; ')}.`]),
  ];
};

const kindWords: Readonly<Record<ActionKind, string>> = {
  credentials: 'creates or changes credentials',
  secrets: 'opens secrets',
  state: 'reads stack state',
  'members-and-roles': 'changes members or roles',
  'login-controls': 'changes how people log in',
  'log-pipeline': 'changes the audit log',
  'code-execution': 'makes code run',
  destruction: 'deletes or destroys',
  'log-in': 'logs in',
  refused: 'is refused',
  deploy: 'deploys',
  read: 'reads',
  administer: 'administers',
  other: 'does what we do not know',
};

/** Shares below one in two hundred are what it does not do. */
const shareMin = 0.005;

const actionsText = (baseline: Baseline): string => {
  const done = actionShares(baseline).filter(({ share }) => share >= shareMin);
  if (done.length === 0) return 'None known yet.';
  const parts = done.map(
    ({ kind, share }, at) => `${percent(share)}${at === 0 ? ' of its sessions' : ''} it ${kindWords[kind]}`,
  );
  return `In ${listed(parts)}.`;
};

const percent = (share: number): string => `${share < 0.1 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;

const actionShares = ({ action }: Baseline): readonly { readonly kind: ActionKind; readonly share: number }[] =>
  actionKinds
    .map((kind, at) => ({ kind, share: action.sessions === 0 ? 0 : (action.withKind[at] ?? 0) / action.sessions }))
    .sort((a, b) => b.share - a.share);

const incidentText = ({ incident }: Baseline): string =>
  incident === undefined
    ? 'None open.'
    : `${headlineOf(incident.alert)} (${incident.alert.severity}, ${incident.alert.id})`;

/** One line of JSON; keys may be added, never renamed. What is not known yet is null. */
export const baselineJson = ({ source, baseline, labelOf }: Learned): string => {
  const { principal, network, hours, spike, incident } = baseline;
  const isKnown = !isLearning(network);
  const usual = usualHours(hours);
  return JSON.stringify({
    source,
    principal: { provider: principal.provider, kind: principal.kind, id: principal.id, name: principal.name },
    since: isoSeconds(baseline.firstAtMs),
    lastSeen: isoSeconds(baseline.lastAtMs),
    events: baseline.events,
    sessions: network.sessions,
    state: stateWord(baseline),
    usualFromHour: isKnown ? usual.usualFromHour : null,
    usualToHour: isKnown ? usual.usualToHour : null,
    concentration: rounded(concentration(hours)),
    oddHoursCanBeTold: hasPower(hours),
    eventsPerHour: rounded(usualPerHour(spike)),
    networks: network.owners.map(({ key }) => labelOf(key)),
    networksOnProbation: network.probations
      .filter(({ owner }) => !owner.startsWith('#'))
      .map(({ owner, days }) => ({ network: labelOf(owner), days })),
    actions: actionShares(baseline)
      .filter(({ share }) => share >= shareMin)
      .map(({ kind, share }) => ({ kind, shareOfSessions: rounded(share) })),
    openIncident: incident?.alert.id ?? null,
  });
};

const rounded = (value: number): number => Number(value.toPrecision(4));
