/**
 * Whether somebody else was at work: the engine's findings, put together by place, and weighed with what only the whole
 * log can tell: who else was there before, whether the owner followed, what the place did to the others.
 *
 * Nothing here is certain from one sign. `used-by-others` needs a network that is new and far from all that the token
 * uses, and a second, independent sign of another kind. What an honest life explains (a move, a colleague's office, the
 * owner's own log-in from there) takes the charge back as long as nothing else speaks for it.
 * Misses: a thief on the victim's own network who does what the victim does. Sets it off falsely: a new service of one's
 * own on servers never used before that is in use beside the old ones and opens what was never opened.
 */
import type { Evidence } from '../alert.ts';
import { type Network, type OwnerClass, ownerKey } from '../network.ts';
import { hasHistory, type Place } from './places.ts';
import type { SurveyedSession } from './survey.ts';
import type { Neighbour, Traces } from './traces.ts';

export type Sign =
  | 'new-network'
  /** New within the network of an owner that it uses: seldom more than a change of address. */
  | 'new-address'
  /** Another country, another kind of network, or another owner for a machine that never moves. */
  | 'far-away'
  | 'sensitive-action'
  /** In use here and elsewhere in turn, within minutes. */
  | 'at-once'
  /** A stack or environment that it never touched. */
  | 'new-target'
  | 'usage-spike'
  | 'odd-hours'
  | 'refused'
  | 'after-deletion';

/** What would explain it without a thief. */
export type Explanation =
  /** Others of the organization were there on several days before, and before the leak. */
  | 'known-to-organization'
  /** Its owner logged in from the same network as a person. */
  | 'owner-was-there'
  /** An old network fell silent when this one began, and all else stayed the same. */
  | 'moved'
  /** In use on so many days since that a thief would have been patient. */
  | 'settled';

export type Judgement =
  /** Too little before it to compare with. */
  'learned' | 'usual' | 'unclear' | 'foreign';

export type JudgedSession = SurveyedSession & {
  readonly judgement: Judgement;
  /** Foreign beyond reasonable doubt; a foreign session without it is a strong suspicion. */
  readonly isCertain: boolean;
  readonly signs: readonly Sign[];
  readonly explanation: Explanation | undefined;
};

/** One in a hundred: what ordinary life shows now and then. */
const noticeable = 2;
/** One in a thousand: more than a token shows in a year of sessions, unless there is something. */
const strong = 3;
/** The engine's own probation for a new network (detection.md section 5). */
const settledDays = 14;
/** A colleague's single day in the same hotel vouches for nobody. */
const neighbourDaysMin = 3;

export const judgeSessions = (traces: Traces): readonly JudgedSession[] => {
  const byPrincipal = Map.groupBy(traces.places, ({ principalKey }) => principalKey);
  const { leakedAtMs } = traces.survey.question;
  return [...byPrincipal.values()]
    .flatMap((places) => places.flatMap((place) => judgePlace(place, places, traces)))
    .map((session) => (isBeforeDoubt(session, leakedAtMs) ? { ...session, judgement: 'usual' as const } : session))
    .sort((a, b) => a.startMs - b.startMs || (a.ownerKey < b.ownerKey ? -1 : 1));
};

/** What was in doubt before the leak is nobody's question any more: it is part of what the rest is compared with. */
const isBeforeDoubt = ({ judgement, isCertain, lastMs }: JudgedSession, leakedAtMs: number | undefined): boolean =>
  (judgement === 'unclear' || judgement === 'foreign') && !isCertain && leakedAtMs !== undefined && lastMs < leakedAtMs;

type Weighed = Pick<JudgedSession, 'judgement' | 'isCertain' | 'signs' | 'explanation'>;

const judgePlace = (place: Place, places: readonly Place[], traces: Traces): readonly JudgedSession[] => {
  const known = places.filter((other) => other !== place && other.firstAtMs < place.firstAtMs);
  const signs = place.isNewcomer ? signsOfPlace(place, { known, places }) : new Set<Sign>();
  const explanation = place.isNewcomer ? explanationOf(place, { known, signs, traces }) : undefined;
  if (!signs.has('new-network') && !signs.has('after-deletion')) {
    return place.sessions.map((session) => judgeAlone(session, place, explanation));
  }
  const weighed: Weighed = { ...weigh(signs, place, explanation), signs: [...signs], explanation };
  // In use before the leak: whoever it is did not come by it. Only certainty says that the leak is older.
  const { leakedAtMs } = traces.survey.question;
  if (leakedAtMs !== undefined && place.firstAtMs < leakedAtMs && !weighed.isCertain) {
    return place.sessions.map((session) => judgeAlone(session, place, explanation));
  }
  return place.sessions.map((session) => ({ ...session, ...weighed }));
};

const surpriseOf = ({ findings }: SurveyedSession, detector: Evidence['detector']): number =>
  findings.find(({ evidence }) => evidence.detector === detector)?.surprise ?? 0;

/** Of findings about the place itself, from the level of the owner on: a new address of a known owner is none. */
const networkSurprise = ({ findings }: SurveyedSession): number =>
  findings.find(
    ({ evidence }) =>
      evidence.detector === 'unfamiliar-network' && evidence.newAt !== 'address' && evidence.newAt !== 'prefix',
  )?.surprise ?? 0;

const isUsedAfterDeletion = ({ findings }: SurveyedSession): boolean =>
  findings.some(({ evidence }) => evidence.detector === 'token-life' && evidence.fact === 'used-after-deletion');

type Beside = { readonly known: readonly Place[]; readonly places: readonly Place[] };

const signsOfPlace = (place: Place, { known, places }: Beside): ReadonlySet<Sign> => {
  const signs = new Set<Sign>();
  const has = (sign: Sign, found: boolean): void => void (found && signs.add(sign));
  const best = (of: (session: SurveyedSession) => number): number => Math.max(...place.sessions.map(of));
  const standing = known.filter(({ isNewcomer }) => !isNewcomer);
  const usual = standing.length > 0 ? standing : known;
  has('new-network', best(networkSurprise) >= noticeable);
  has('far-away', isFarAway(place.network, usual));
  has('sensitive-action', best((session) => surpriseOf(session, 'sensitive-action')) >= noticeable);
  has('usage-spike', best((session) => surpriseOf(session, 'usage-spike')) >= strong);
  has('odd-hours', best((session) => surpriseOf(session, 'odd-hours')) >= noticeable);
  has('refused', best((session) => surpriseOf(session, 'authentication-failures')) >= noticeable);
  has('new-target', best((session) => surpriseOf(session, 'unfamiliar-target')) >= noticeable);
  has('at-once', !mayBeAtOnce(place.network, usual) && isAtOnce(place, places));
  has('after-deletion', place.sessions.some(isUsedAfterDeletion));
  return signs;
};

const machineClasses: ReadonlySet<OwnerClass> = new Set(['cloud', 'ci', 'hosting', 'private']);
/** Rented in minutes and paid for by anybody. */
const anonymousClasses: ReadonlySet<OwnerClass> = new Set(['hosting', 'vpn']);

const isFarAway = (network: Network, usual: readonly Place[]): boolean => {
  if (usual.length === 0) return false;
  const classes = new Set(usual.map((place) => place.network.class));
  const countries = new Set(usual.flatMap((place) => place.network.country ?? []));
  if (anonymousClasses.has(network.class) && !classes.has(network.class)) return true;
  if (network.country !== undefined && countries.size > 0 && !countries.has(network.country)) return true;
  return isMachine(usual) && network.owner !== undefined;
};

const isMachine = (usual: readonly Place[]): boolean => usual.every(({ network }) => machineClasses.has(network.class));

/** A job may be added beside the old ones, and people switch tunnels on and off: then use at once says nothing. */
const mayBeAtOnce = (network: Network, usual: readonly Place[]): boolean =>
  (isMachine(usual) ? machineClasses : anonymousClasses).has(network.class);

/** Here and in another country in turn, within minutes, as the engine finds it in either of the two sessions. */
const isAtOnce = (place: Place, places: readonly Place[]): boolean => {
  const label = place.sessions.find(({ ownerLabel }) => ownerLabel !== '')?.ownerLabel;
  return places.some(({ sessions }) =>
    sessions.some(({ findings }) =>
      findings.some(({ surprise, evidence }) => {
        if (evidence.detector !== 'simultaneous-networks' || surprise < noticeable) return false;
        if (evidence.network.country === evidence.besideCountry) return false;
        return ownerKey(evidence.network) === place.ownerKey || evidence.besideOwner === label;
      }),
    ),
  );
};

type Surroundings = {
  readonly known: readonly Place[];
  readonly signs: ReadonlySet<Sign>;
  readonly traces: Traces;
};

const explanationOf = (place: Place, around: Surroundings): Explanation | undefined => {
  const neighbours = [...place.prefixes].flatMap((prefix) => [
    ...(around.traces.neighbours.get(prefix)?.values() ?? []),
  ]);
  if (neighbours.some(({ daysBefore }) => daysBefore >= neighbourDaysMin)) return 'known-to-organization';
  if (neighbours.some((neighbour) => isOwner(neighbour, place, around.traces))) return 'owner-was-there';
  if (isMove(place, around)) return 'moved';
  return place.days >= settledDays ? 'settled' : undefined;
};

/** The person behind the token, logged in as a person: who only stole the token cannot do that. */
const isOwner = ({ principal, user }: Neighbour, place: Place, { survey }: Traces): boolean => {
  const users = survey.subjectsByKey.get(place.principalKey)?.users ?? [];
  return principal.kind === 'user' && users.some((login) => login === principal.id || login === user);
};

/** More often than a guest. */
const movedDaysMin = 2;

/** A standing place of the same kind and country ends where this one begins, and nothing else is out of the ordinary. */
const isMove = (place: Place, { known, signs }: Surroundings): boolean => {
  if (place.days < movedDaysMin || [...signs].some((sign) => heavy.has(sign))) return false;
  const { class: ownerClass, country } = place.network;
  return known.some(
    (former) =>
      former.days >= movedDaysMin &&
      former.network.class === ownerClass &&
      former.network.country === country &&
      former.lastAtMs <= place.firstAtMs,
  );
};

/** Signs that a mere change of place does not bring. */
const heavy: ReadonlySet<Sign> = new Set(['sensitive-action', 'at-once', 'usage-spike', 'refused', 'after-deletion']);

const weigh = (
  signs: ReadonlySet<Sign>,
  place: Place,
  explanation: Explanation | undefined,
): Pick<JudgedSession, 'judgement' | 'isCertain'> => {
  const further = [...signs].filter((sign) => heavy.has(sign)).length;
  // Hours prove nothing of travellers, but a rented server is no journey.
  const isAnonymous = anonymousClasses.has(place.network.class);
  if (further === 0 && (explanation === 'known-to-organization' || explanation === 'owner-was-there')) {
    // Where anybody can rent the same address, whoever was there before may be a thief with another of our tokens.
    return { judgement: isAnonymous ? 'unclear' : 'usual', isCertain: false };
  }
  if (explanation !== undefined && explanation !== 'settled') return { judgement: 'unclear', isCertain: false };
  if (signs.has('after-deletion')) return { judgement: 'foreign', isCertain: signs.has('new-network') };
  const isSecond = further >= 1 || (isAnonymous && signs.has('odd-hours'));
  // Signs of one session speak together; a year of sessions from one place has every sign once.
  const together = Math.max(...place.sessions.map(togetherOf));
  // Without a table of owners nobody can say what is far: then two further signs are asked for.
  const isFar = signs.has('far-away') || (place.network.owner === undefined && further >= 2);
  if (isFar && isSecond && together >= certainTogether) return { judgement: 'foreign', isCertain: true };
  if (explanation === 'settled') return { judgement: 'unclear', isCertain: false };
  const isStrong = place.sessions.some((session) => networkSurprise(session) >= strong);
  const isGrave = further >= 1 && (isFar || together >= graveTogether);
  return { judgement: isStrong || isGrave ? 'foreign' : 'unclear', isCertain: false };
};

/** All that was odd in one session, as if its signs were independent. */
const togetherOf = ({ findings }: SurveyedSession): number =>
  findings.reduce(
    (sum, { surprise, evidence }) => (evidence.detector === 'simultaneous-networks' ? sum : sum + surprise),
    0,
  );

/** Of signs that come together less than once in a hundred thousand sessions, chance is no explanation. */
const certainTogether = 5;

/** A session at a place that needs no explaining: only what was done there can speak against it. */
const judgeAlone = (
  session: SurveyedSession,
  { isNewcomer }: Place,
  explanation: Explanation | undefined,
): JudgedSession => {
  const told = session.findings.filter(({ surprise }) => surprise >= noticeable);
  const signs = told.flatMap(({ evidence }) => signOf.get(evidence.detector) ?? []);
  const plain = { ...session, isCertain: false, signs, explanation: undefined };
  if (isUsedAfterDeletion(session)) return { ...plain, judgement: 'unclear', signs: ['after-deletion'] };
  if (!hasHistory(session)) return { ...plain, judgement: 'learned' };
  // Between places that it is known to use, going back and forth is only a day on the road: `togetherOf` leaves it out.
  const together = togetherOf(session);
  const isTold = told.some(({ evidence }) => evidence.detector !== 'simultaneous-networks');
  const isOdd = isTold && (session.isFlagged || together >= oddTogether);
  const isGrave = isNewcomer && together >= graveTogether && networkSurprise(session) > 0;
  if (isGrave && explanation === undefined && signs.some((sign) => heavy.has(sign))) {
    return { ...plain, judgement: 'foreign', signs: ['new-network', ...signs] };
  }
  return { ...plain, judgement: isOdd ? 'unclear' : 'usual' };
};

/** Where a new network is nothing new, as in a pool of runners, what was done there has to speak the louder. */
const graveTogether = 7;

/** At a known place it takes more: what comes together there less than once in ten thousand sessions. */
const oddTogether = 4;

const signOf: ReadonlyMap<Evidence['detector'], Sign> = new Map([
  ['unfamiliar-network', 'new-address'],
  ['odd-hours', 'odd-hours'],
  ['usage-spike', 'usage-spike'],
  ['unfamiliar-target', 'new-target'],
  ['simultaneous-networks', 'at-once'],
  ['sensitive-action', 'sensitive-action'],
  ['authentication-failures', 'refused'],
]);
