import { msPerDay, msPerSecond } from '../core/time.ts';
import { cloudAddress } from './addresses.ts';
import type { Dice } from './dice.ts';
import { countryOf, type Zone } from './local-time.ts';
import type { Caller, PulumiUser, TokenCaller } from './pulumi-event.ts';

/** Who and what there is in the made-up organization, before anything happens. */

export type Person = {
  readonly user: PulumiUser;
  readonly role: 'member' | 'admin';
  readonly zone: Zone;
  /** Minutes of the local day. */
  readonly arrivesMinute: number;
  readonly leavesMinute: number;
  /** Sessions on an ordinary working day. */
  readonly sessionsPerDay: number;
  /** Share of days at the office. */
  readonly officeShare: number;
  readonly hasIpv6: boolean;
  /** The personal token on the person's laptop. */
  readonly laptop: Token;
};

export type TokenOwner =
  | { readonly kind: 'organization' }
  | { readonly kind: 'team'; readonly team: string }
  | { readonly kind: 'person'; readonly login: string };

export type Token = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly owner: TokenOwner;
  readonly createdBy: string;
  readonly createdMs: number;
  readonly deletedMs?: number;
  readonly expiresMs?: number;
  readonly isAdmin: boolean;
};

export type Team = { readonly name: string; readonly displayName: string; readonly members: readonly PulumiUser[] };

/** What the token and member APIs tell about. */
export type Organization = {
  readonly name: string;
  readonly id: string;
  readonly createdMs: number;
  readonly people: readonly Person[];
  readonly teams: readonly Team[];
  readonly tokens: readonly Token[];
};

/** The machines, by what they are for. */
export type Machines = {
  readonly ciDeploy: TokenCaller;
  readonly runner: FixedMachine;
  readonly drift: FixedMachine;
  readonly metrics: FixedMachine;
  readonly release: FixedMachine;
};
export type FixedMachine = { readonly caller: TokenCaller; readonly sourceIP: string };

export type Cast = {
  readonly organization: Organization;
  readonly machines: Machines;
  readonly admin: Person;
  /** The person whose forgotten token `old-laptop` is. */
  readonly forgetful: Person;
  readonly oldLaptop: Token;
};

export const organizationName = 'acme-demo';

const userOf = (login: string, name: string): PulumiUser => ({
  name,
  githubLogin: login,
  avatarUrl: `https://avatars.example.com/${login}`,
});

/** Machine tokens act as the organization; the vendor says so, and shows no example. */
const organizationUser = userOf(organizationName, 'Acme Demo');

export const personCaller = (person: Person): Caller => ({ user: person.user });
export const laptopCaller = (person: Person, token: Token = person.laptop): TokenCaller => ({
  user: person.user,
  token: { id: token.id, name: token.name },
});

const zones = { NY: 'America/New_York', B: 'Europe/Berlin' } as const;

/** Login, name, zone, arrives, leaves, sessions a day, share of days at the office. */
const people = [
  ['priya.n', 'Priya N.', 'NY', 8.5, 17.5, 8, 0.6],
  ['ava.r', 'Ava R.', 'NY', 9, 17.5, 7, 0.5],
  ['ben.o', 'Ben O.', 'NY', 9.5, 18.5, 6, 0.3],
  ['carla.m', 'Carla M.', 'NY', 8, 16.5, 7, 0],
  ['jonas.b', 'Jonas B.', 'B', 8, 16.5, 7, 0.7],
  ['lena.w', 'Lena W.', 'B', 8.5, 17, 8, 0.6],
  ['mira.k', 'Mira K.', 'B', 9.5, 18, 7, 0.4],
  ['tariq.s', 'Tariq S.', 'B', 9, 17.5, 5, 0.5],
] as const;

export const createCast = (dice: Dice, fromMs: number): Cast => {
  const createdMs = fromMs - 700 * msPerDay;
  const admin = 'priya.n';

  const token = (name: string, owner: TokenOwner, more: Partial<Token> = {}): Token => ({
    id: dice.uuid(),
    name,
    description: 'Made up',
    owner,
    createdBy: owner.kind === 'person' ? owner.login : admin,
    // Whole seconds: the API gives no finer times.
    createdMs: fromMs - dice.integer(40, 400) * msPerDay - dice.integer(0, 40_000) * msPerSecond,
    isAdmin: false,
    ...more,
  });

  const inhabitants: readonly Person[] = people.map(
    ([login, name, zone, arrives, leaves, sessionsPerDay, officeShare]) => ({
      user: userOf(login, name),
      role: login === admin ? 'admin' : 'member',
      zone: zones[zone],
      arrivesMinute: arrives * 60,
      leavesMinute: leaves * 60,
      sessionsPerDay,
      officeShare,
      hasIpv6: login === 'carla.m' || login === 'mira.k',
      laptop: token(`${login.split('.', 1)[0]}-laptop`, { kind: 'person', login }),
    }),
  );
  const personOf = (login: string): Person => {
    const person = inhabitants.find(({ user }) => user.githubLogin === login);
    if (person === undefined) throw new Error(`Nobody in the made-up organization is called ${login}.`);
    return person;
  };
  const usersIn = (zone: Zone): readonly PulumiUser[] =>
    inhabitants.filter((person) => countryOf(person.zone) === countryOf(zone)).map(({ user }) => user);

  const ci = token('ci-deploy', { kind: 'organization' }, { isAdmin: true });
  const runner = token('runner-fra', { kind: 'organization' });
  const drift = token('nightly-drift', { kind: 'organization' });
  const release = token('release-bot', { kind: 'organization' });
  const metrics = token('metrics-hourly', { kind: 'team', team: 'platform' });
  const oldLaptop = token('old-laptop', { kind: 'person', login: 'ben.o' });
  const idle = [
    token('disaster-recovery', { kind: 'organization' }, { isAdmin: true, description: 'Sealed; never used so far' }),
    token('contractor-2025', { kind: 'organization' }, { expiresMs: fromMs - 20 * msPerDay }),
    token('tokenwatch', { kind: 'person', login: admin }, { description: 'Reads the audit log', createdMs: fromMs }),
  ];

  const callerOf = ({ id, name }: Token): TokenCaller => ({ user: organizationUser, token: { id, name } });
  const fixed = (of: Token): FixedMachine => ({ caller: callerOf(of), sourceIP: cloudAddress(dice) });

  return {
    organization: {
      name: organizationName,
      id: dice.uuid(),
      createdMs,
      people: inhabitants,
      teams: [
        { name: 'platform', displayName: 'Platform', members: usersIn('Europe/Berlin') },
        { name: 'product', displayName: 'Product', members: usersIn('America/New_York') },
      ],
      tokens: [ci, runner, drift, release, metrics, oldLaptop, ...inhabitants.map(({ laptop }) => laptop), ...idle],
    },
    machines: {
      ciDeploy: callerOf(ci),
      runner: fixed(runner),
      drift: fixed(drift),
      metrics: fixed(metrics),
      release: fixed(release),
    },
    admin: personOf(admin),
    forgetful: personOf('ben.o'),
    oldLaptop,
  };
};
