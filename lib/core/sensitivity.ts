/**
 * What a theft would look like here, tried out: for each principal that can be judged, a made-up session is put behind its
 * last event and judged by the real engine, with the organization's real past, on copies. How many are told is how
 * sensitive the monitor is at this alert budget. No dice: the same memory gives the same answer.
 *
 * The thief is a careful one, so that the answer errs low: in the victim's country, with a handful of calls, touching no
 * stack by name, and never at work while the victim is. A principal that is still learning is no try but is counted, since
 * a theft of its token would go unseen for as long.
 */
import { type AssessContext, assess } from './assess.ts';
import type { Baseline } from './baseline.ts';
import { dayProfile } from './detectors/odd-hours.ts';
import { isFamiliar, isLearning } from './detectors/unfamiliar-network.ts';
import type { AuditEvent } from './event.ts';
import { parseIp } from './ip.ts';
import { type Network, type Owner, ownerKey } from './network.ts';
import { deletedAtMs, type Organization } from './organization.ts';
import { hash32 } from './packed.ts';
import { isCrowd, type Principal, principalKey } from './principal.ts';
import { dayOf, msPerDay, msPerHour, msPerMinute } from './time.ts';

/** Where a thief works from; at the victim's usual time unless it says otherwise. */
export const origins = ['hosting-at-night', 'hosting', 'residential', 'same-owner', 'colleague'] as const;
export type Origin = (typeof origins)[number];

/** `looking`: reads what holds no secrets. `opening`: then opens two secrets. */
export type Loot = 'looking' | 'opening';

export type Tried = { readonly origin: Origin; readonly loot: Loot; readonly tries: number; readonly caught: number };

export type Sensitivity = {
  /** Principals lately active that can be judged, and those with too little past. At most `triedMax` are tried. */
  readonly judged: number;
  readonly learning: number;
  readonly tried: readonly Tried[];
};

/** So that shares read as hundredths, and a thousand principals cost no more than a hundred. */
export const triedMax = 100;

/** Who was quiet for longer has left, or is a token that nobody uses. */
const activeDays = 30;

/** The principals to try, picked from any number of them. */
export type Pool = { judged: number; learning: number; readonly picked: Ranked[] };
type Ranked = { readonly rank: number; readonly baseline: Baseline };

export const emptyPool = (): Pool => ({ judged: 0, learning: 0, picked: [] });

/** Counts one principal, in place. Which ones are picked depends on their ids alone, not on the order of asking. */
export const offer = (baseline: Baseline, pool: Pool, organization: Organization): void => {
  const { principal, lastAtMs } = baseline;
  const isActive = organization.lastDay - dayOf(lastAtMs) <= activeDays;
  if (!isActive || isCrowd(principal) || deletedAtMs(organization, principal) !== undefined) return;
  if (isLearning(baseline.network)) {
    pool.learning += 1;
    return;
  }
  pool.judged += 1;
  const rank = hash32(`${principal.kind}|${principal.id}`, 9);
  const at = pool.picked.findIndex((other) => rank < other.rank);
  pool.picked.splice(at < 0 ? pool.picked.length : at, 0, { rank, baseline });
  if (pool.picked.length > triedMax) pool.picked.pop();
};

export type SensitivityContext = Omit<AssessContext, 'toldId'> & { readonly source: string };

export const sensitivityOf = (
  { judged, learning, picked }: Pool,
  organization: Organization,
  context: SensitivityContext,
): Sensitivity => {
  const victims = picked.map(({ baseline }) => victimOf(baseline, context));
  const tried = origins.flatMap((origin) => {
    const places = victims.flatMap((victim) => {
      const place = placeOf(origin, victim, victims);
      return place === undefined ? [] : [{ victim, place }];
    });
    return (['looking', 'opening'] as const).map((loot) => ({
      origin,
      loot,
      tries: places.length,
      caught: places.filter((theft) => isCaught({ ...theft, loot }, organization, context)).length,
    }));
  });
  return { judged, learning, tried };
};

type Victim = {
  readonly baseline: Baseline;
  /** Where it was seen last and belongs; undefined where the log gave no address. */
  readonly usual: Network | undefined;
};

const victimOf = (baseline: Baseline, { networks }: SensitivityContext): Victim => {
  const own = baseline.sessions
    .filter(({ ownerKey: key, taughtAddress }) => taughtAddress !== undefined && isFamiliar(key, baseline.network))
    .sort((a, b) => b.lastMs - a.lastMs)
    .flatMap(({ taughtAddress = '' }) => (parseIp(taughtAddress) === undefined ? [] : [networks(taughtAddress)]));
  return { baseline, usual: own[0] };
};

type Place = { readonly network: Network; readonly atMs: number };

/** Documentation addresses of RFC 9637 and ASNs of RFC 5398: nobody's, and so nobody's usual network. */
const rented: Owner = { asn: 65_550, name: 'Some hosting provider', class: 'hosting' };
const home: Owner = { asn: 65_551, name: 'Some access provider', class: 'residential' };
const somewhere = { address: '3fff:66::66', prefix: '3fff:66::/48' } as const;

const placeOf = (origin: Origin, { baseline, usual }: Victim, victims: readonly Victim[]): Place | undefined => {
  const country = usual?.country ?? baseline.network.countries[0];
  const atMs = baseline.lastAtMs + msPerDay;
  switch (origin) {
    case 'hosting-at-night':
      return { network: networkAt(rented, country), atMs: nightAfter(baseline) };
    case 'hosting':
      return { network: networkAt(rented, country), atMs };
    case 'residential':
      return { network: networkAt(home, country), atMs };
    case 'same-owner':
      return usual && { network: neighbourOf(usual), atMs };
    case 'colleague': {
      const network = foreignTo(baseline, victims);
      return network && { network, atMs };
    }
  }
};

const networkAt = (owner: Owner, country: string | undefined): Network => ({
  ...somewhere,
  owner,
  class: owner.class,
  country,
});

/** Another address of the same owner; where no table tells the owner, of the same prefix. */
const neighbourOf = (usual: Network): Network => {
  if (usual.owner !== undefined) return { ...usual, ...somewhere };
  const start = usual.prefix.slice(0, usual.prefix.lastIndexOf('/')).replace(/(?<=\.)0$/, '');
  const address = [`${start}66`, `${start}67`].find((other) => other !== usual.address) ?? usual.address;
  return { ...usual, address };
};

/** Where one of the others belongs and this one does not. */
const foreignTo = ({ network }: Baseline, victims: readonly Victim[]): Network | undefined =>
  victims.find(({ usual }) => usual !== undefined && !isFamiliar(ownerKey(usual), network))?.usual;

const quartersOfNight = 24;

/** The middle of its quietest six hours, once an incident that is open now would be over. */
const nightAfter = ({ hours, lastAtMs }: Baseline): number => {
  const shares = dayProfile(hours);
  const sums = shares.map((_, from) =>
    Array.from({ length: quartersOfNight }, (_, i) => shares[(from + i) % shares.length] ?? 0).reduce((a, b) => a + b),
  );
  const middle = (sums.indexOf(Math.min(...sums)) + quartersOfNight / 2) % shares.length;
  const restedMs = lastAtMs + 13 * msPerHour;
  const nightMs = dayOf(restedMs) * msPerDay + (middle / shares.length) * msPerDay;
  return nightMs < restedMs ? nightMs + msPerDay : nightMs;
};

type Theft = { readonly victim: Victim; readonly place: Place; readonly loot: Loot };

/** Told anew: evidence that only joins an open incident would show nobody the theft. */
const isCaught = ({ victim, place, loot }: Theft, organization: Organization, context: SensitivityContext): boolean => {
  const { principal } = victim.baseline;
  const { network } = place;
  const key = principalKey(context.source, principal);
  const { alerts } = assess(
    { organization, baselines: new Map([[key, victim.baseline]]) },
    eventsOf(principal, { place, loot, source: context.source }),
    { ...context, networks: (address) => (address === network.address ? network : context.networks(address)) },
  );
  return alerts.some(({ news }) => news !== 'grown');
};

const callsOfEach = { looking: 3, opening: 2 } as const;

const eventsOf = (
  principal: Principal,
  { place: { network, atMs }, loot, source }: { readonly place: Place; readonly loot: Loot; readonly source: string },
): readonly AuditEvent[] => {
  const { looking, opening } = deedsOf(principal);
  const looks = new Array<string>(callsOfEach.looking).fill(looking);
  const opens = new Array<string>(callsOfEach.opening).fill(opening);
  return (loot === 'looking' ? looks : [...looks, ...opens]).map((action, i) => ({
    id: `sensitivity ${i}`,
    atMs: atMs + i * msPerMinute,
    source,
    principal,
    ip: network.address,
    action,
    outcome: 'success',
    user: undefined,
    credential: undefined,
    target: undefined,
    userAgent: undefined,
    description: undefined,
  }));
};

/** In the vendor's words, as the tables of `actions/` know them. */
export const deedsOf = ({ provider }: Pick<Principal, 'provider'>): Readonly<Record<Loot, string>> =>
  provider === 'pulumi'
    ? { looking: 'environment-read', opening: 'environment-decrypted' }
    : provider === 'scalr'
      ? { looking: 'get-accounts', opening: 'get-variables' }
      : { looking: 'list-resources', opening: 'read-secret' };
