import type { Finding } from '../../core/alert.ts';
import type { Caller, Investigation, Subject } from '../../core/investigation/investigation.ts';
import type { Explanation, JudgedSession, Judgement } from '../../core/investigation/judge-place.ts';
import type { Answer, Missing } from '../../core/investigation/verdict.ts';
import type { Stretch } from '../../core/time.ts';
import { named } from '../safe-text.ts';
import { sentenceOf } from '../sentences.ts';
import { clockText, durationText, instantText, spanText } from '../times.ts';
import { counted, listed, networkText, principalNouns, principalText } from '../words.ts';

/**
 * The verdict of an investigation in words, made once for terminal, JSON and HTML: what is the answer, why, and what
 * keeps it from being surer. It never says more than the numbers: "no sign" is not "no".
 */

export const answerWords: Readonly<Record<Answer, string>> = {
  'used-by-others': 'Used by somebody else',
  probably: 'Probably used by somebody else',
  'no-sign': 'No sign of use by somebody else',
  'cannot-tell': 'Cannot tell whether somebody else used it',
};

export const judgementWords: Readonly<Record<Judgement, string>> = {
  foreign: 'foreign',
  unclear: 'unclear',
  usual: 'usual',
  learned: 'learned from',
};

/** More subjects than this are counted, not named. */
const namesMax = 3;

/** `token ci-deploy`, `8 tokens and sessions of lena.w`. */
const subjectText = ({ subjects }: Pick<Investigation, 'subjects'>): string => {
  const [only, ...more] = subjects;
  if (only === undefined) return 'nobody';
  if (more.length === 0) return principalText(only);
  if (subjects.length <= namesMax) return listed(subjects.map((subject) => principalText(subject)));
  return `${listed(subjects.slice(0, namesMax - 1).map((subject) => principalText(subject)))} and ${counted(subjects.length - namesMax + 1, 'other', 'others')}`;
};

/** The line that everything else only explains: `Used by somebody else: token ci-deploy, from …, first on …`. */
export const headline = (investigation: Investigation): string =>
  `${answerWords[investigation.verdict.answer]}: ${headlineDetail(investigation)}`;

export const headlineDetail = (investigation: Investigation): string => {
  const { verdict, leakedAtMs, untilMs } = investigation;
  const subject = subjectText(investigation);
  switch (verdict.answer) {
    case 'used-by-others':
    case 'probably':
      return `${subject}, ${foreignText(investigation)}`;
    case 'no-sign': {
      const when = `${leakedAtMs === undefined ? '' : `from ${instantText(leakedAtMs)} `}until ${instantText(untilMs)}`;
      return verdict.judged === 0
        ? `${subject}, of which the log shows no use at all ${when}`
        : `${subject}, ${counted(verdict.judged, 'session')} ${when}, none unlike those before`;
    }
    case 'cannot-tell':
      return `${subject}; ${shortly(verdict.missing[0])}`;
  }
};

const foreignText = ({ callers, sessions }: Investigation): string => {
  const foreign = callers.filter(({ judgement }) => judgement === 'foreign');
  const [first] = sessions.filter(({ judgement }) => judgement === 'foreign');
  const [worst] = foreign;
  if (worst === undefined || first === undefined) return 'see below';
  const others = foreign.length > 1 ? ` and ${counted(foreign.length - 1, 'other network')}` : '';
  return `from ${networkText(worst.network)}${others}, first on ${instantText(first.startMs)}`;
};

/** The end of a sentence that says why it cannot be told. */
const shortly = (missing: Missing | undefined): string => {
  switch (missing?.missing) {
    case 'log-before':
      return `the log begins only ${durationText(missing.logFromMs - missing.leakedAtMs)} after the leak`;
    case 'log-after':
      return `the log ends on ${instantText(missing.logToMs)}`;
    case 'silence':
      return `the log is silent for ${durationText(missing.silence.toMs - missing.silence.fromMs)}, and may have a hole there`;
    case 'too-full':
      return `${counted(missing.seconds.length, 'second')} of the log could not be read`;
    case 'unread-records':
      return `${counted(missing.count, 'record')} of the log could not be read`;
    case 'history':
      return 'there is too little history to compare its use with';
    case 'answer':
      return missing.sessions === 1
        ? 'one session needs an answer from a person'
        : `${counted(missing.sessions, 'session')} need an answer from a person`;
    case 'unlisted-sessions':
      return 'it has more sessions than could be judged';
    case undefined:
      return 'the log does not say';
  }
};

/** What is missing, and what would mend it. */
export const missingText = (missing: Missing): string => {
  switch (missing.missing) {
    case 'log-before':
      return `The log begins on ${instantText(missing.logFromMs)}, after the leak on ${instantText(missing.leakedAtMs)}. What happened in between is not in it, nor what was usual before. Get the log from well before the leak.`;
    case 'log-after':
      return `The log ends on ${instantText(missing.logToMs)}; it would be needed until ${instantText(missing.neededToMs)}. Get the rest, or say with --until when the token was revoked.`;
    case 'silence':
      return `Nobody did anything ${spanText(missing.silence)}: ${durationText(missing.silence.toMs - missing.silence.fromMs)} is far longer than this log is ever silent. A part may be missing. Compare it with the vendor's own log.`;
    case 'too-full':
      return `${tooFullText(missing.seconds)}. Look at that time in the vendor's own console.`;
    case 'unread-records':
      return `${counted(missing.count, 'record')} could not be read and may have been of this token. "tokenwatch replay --list-bad" lists them.`;
    case 'history':
      return missing.sessions === 0
        ? 'The token is not in the log, so nothing is known of its use.'
        : `${counted(missing.sessions, 'session')}, from ${instantText(missing.firstAtMs)} on, had too little before them to compare them with: five sessions on three days are the least. Get an older log.`;
    case 'answer':
      return `${counted(missing.sessions, 'session')} ${missing.sessions === 1 ? 'is' : 'are'} unlike the others, yet may well be the owner's. Ask; the log cannot tell.`;
    case 'unlisted-sessions':
      return `${counted(missing.count, 'session')} more than can be judged one by one. Give a shorter log, or a narrower time.`;
  }
};

/** Without the stop at its end. */
export const tooFullText = (seconds: readonly Stretch[]): string => {
  const [first] = seconds;
  const at = first === undefined ? '' : `, the first at ${clockText(first.fromMs, { withDay: true })} UTC`;
  return `${counted(seconds.length, 'second')} held more events than can be asked for at once, and ${seconds.length === 1 ? 'was' : 'were'} passed over${at}: a flood, in which somebody may have hidden`;
};

const explanationWords: Readonly<Record<Explanation, string>> = {
  'known-to-organization': 'Others of the organization were there on several days before.',
  'owner-was-there':
    'The person behind the token logged in from the same network, which a thief of the token alone cannot.',
  moved: 'A network of the same kind and country fell silent when this one began, as when somebody moves house.',
  settled: 'It has been in use on so many days since that it may well be one of your own.',
};

/** A finding that alone would be seen less than once in twenty sessions is worth a sentence. */
const tellableSurprise = Math.log10(20);
const sentencesMax = 8;

/** The strongest finding of each detector in these sessions, strongest first. */
const bestFindings = (sessions: readonly JudgedSession[]): readonly (readonly [Finding, JudgedSession])[] => {
  const best = new Map<string, readonly [Finding, JudgedSession]>();
  for (const session of sessions) {
    for (const finding of session.findings) {
      const held = best.get(finding.evidence.detector);
      if (held === undefined || finding.surprise > held[0].surprise) {
        best.set(finding.evidence.detector, [finding, session]);
      }
    }
  }
  return [...best.values()]
    .filter(([{ surprise }]) => surprise >= tellableSurprise)
    .sort(([a], [b]) => b.surprise - a.surprise);
};

/** Sentences, most important first. */
export const whyTexts = (investigation: Investigation, zone?: string): readonly string[] => {
  const { verdict, sessions, callers, history, leakedAtMs } = investigation;
  const foreign = sessions.filter(({ judgement }) => judgement === 'foreign');
  const told = foreign.length > 0 ? foreign : sessions;
  const sentences = bestFindings(told).map(([finding, session]) =>
    sentenceOf(withOthers(finding, session, investigation), {
      principal: subjectOf(investigation, session.principalKey),
      zone,
    }),
  );
  return [
    ...(leakedAtMs !== undefined && verdict.firstForeignMs !== undefined && verdict.firstForeignMs < leakedAtMs
      ? [
          `The first foreign session, on ${instantText(verdict.firstForeignMs, zone)}, is older than the leak you gave: it leaked before.`,
        ]
      : []),
    ...(leakedAtMs === undefined && verdict.firstForeignMs !== undefined
      ? [
          `No time of leak was given. It leaked on ${instantText(verdict.firstForeignMs, zone)} at the latest, when the first foreign session began.`,
        ]
      : []),
    ...sentences.slice(0, sentencesMax),
    ...beforeIt(investigation, zone),
    ...explained(callers),
    ...(verdict.answer === 'no-sign' && verdict.judged > 0
      ? ['No session came from a place, at an hour, in a number or with an action that would be surprising for it.']
      : []),
    ...(verdict.answer === 'no-sign' || verdict.answer === 'cannot-tell'
      ? [comparedText(verdict.judged, history, leakedAtMs)]
      : []),
    ...(verdict.answer === 'probably'
      ? ['One strong sign is no proof: a service of your own in a new place looks the same until somebody is asked.']
      : []),
  ];
};

/** The monitor counts as seen there only whom it knew well by then; the log as a whole knows of everybody. */
const withOthers = (finding: Finding, { startMs }: JudgedSession, { followers }: Investigation): Finding => {
  const { evidence } = finding;
  if (evidence.detector !== 'unfamiliar-network' || evidence.othersOnPrefix > 0) return finding;
  const othersOnPrefix = followers.filter(({ events: [first] }) => first !== undefined && first.atMs < startMs).length;
  return { ...finding, evidence: { ...evidence, othersOnPrefix } };
};

/** Where one token leaked, others often did: who came from there first is as much in question. */
const beforeIt = ({ verdict, followers }: Investigation, zone: string | undefined): readonly string[] => {
  const firstMs = verdict.firstForeignMs;
  if (firstMs === undefined) return [];
  const earlier = followers
    .flatMap(({ principal, events: [first] }) =>
      first !== undefined && first.atMs < firstMs ? [{ principal, atMs: first.atMs }] : [],
    )
    .sort((a, b) => a.atMs - b.atMs);
  const [first] = earlier;
  if (first === undefined) return [];
  const who = earlier.slice(0, namesMax).map((each) => principalText(each));
  const more = earlier.length > namesMax ? [counted(earlier.length - namesMax, 'other', 'others')] : [];
  return [
    `From the same network came ${listed([...who, ...more])}, first on ${instantText(first.atMs, zone)}: more may have leaked than this.`,
  ];
};

const explained = (callers: readonly Caller[]): readonly string[] =>
  callers
    .filter(({ judgement, explanation }) => judgement === 'unclear' && explanation !== undefined)
    .slice(0, namesMax)
    .map(
      ({ network, explanation }) =>
        `${networkText(network)}: ${explanation === undefined ? '' : explanationWords[explanation]}`,
    );

const comparedText = (
  judged: number,
  { sessions, days }: Investigation['history'],
  leakedAtMs: number | undefined,
): string => {
  if (leakedAtMs !== undefined && judged === 0)
    return 'In all that time the log shows no use of it that could be judged.';
  if (leakedAtMs !== undefined && sessions > 0) {
    return `It was compared with ${counted(sessions, 'session')} on ${counted(days, 'day')} before the leak.`;
  }
  const first = leakedAtMs === undefined ? `the first ${counted(sessions, 'session')}` : 'the first ones';
  return `Each session was compared with those before it; ${first} had to be taken as they are, so a thief among them would not be seen.`;
};

/** The subject that a session is of. */
export const subjectOf = (
  { subjects }: Pick<Investigation, 'subjects'>,
  principalKey: string,
): Subject['principal'] => {
  const subject = subjects.find(({ key }) => key === principalKey) ?? subjects[0];
  if (subject === undefined) throw new RangeError('an investigation has a subject');
  return subject.principal;
};

/** `token ci-deploy (id 4f2…) of priya.n in pulumi:acme, created 3 Mar 2026 …` */
export const subjectDetail = ({ principal, source, users, createdAtMs, deletedAtMs, events }: Subject): string => {
  const id = principal.id === principal.name || principal.name.trim() === '' ? '' : ` (id ${named(principal.id)})`;
  const people = users.filter((user) => user !== principal.name);
  const of =
    people.length === 0 || principal.kind === 'user' ? '' : `, used as ${listed(people.map((user) => named(user)))}`;
  const created = createdAtMs === undefined ? '' : `, created ${instantText(createdAtMs)}`;
  const deleted = deletedAtMs === undefined ? '' : `, deleted ${instantText(deletedAtMs)}`;
  return `${principalNouns[principal.kind]} ${named(principal.name.trim() === '' ? principal.id : principal.name)}${id} in ${named(source)}${of}${created}${deleted}; ${counted(events, 'event')}`;
};
