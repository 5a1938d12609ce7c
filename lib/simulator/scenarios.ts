import type { Principal } from '../core/principal.ts';
import { msPerHour, msPerMinute, msPerSecond } from '../core/time.ts';
import { homeAddress, hostingAddress } from './addresses.ts';
import type { FixedMachine, Organization, Person } from './cast.ts';
import { personCaller } from './cast.ts';
import type { Dice } from './dice.ts';
import { countryOf } from './local-time.ts';
import { inTimeOrder } from './organization.ts';
import { type Caller, type Deed, type PulumiEvent, pulumiEvent, type TokenCaller } from './pulumi-event.ts';
import * as routines from './routines.ts';

/**
 * What goes wrong: misuse laid over ordinary life, each with the truth about itself, so that a detector can be judged.
 * The builders take everything from the caller; compose others from them or beside them.
 */

export type ScenarioKind = 'leaked-token' | 'odd-hours' | 'usage-spike' | 'revoked-token';

/** The truth: who was misused, how, and from when up to (but without) when. */
export type Label = {
  readonly kind: ScenarioKind;
  readonly principal: Principal;
  readonly fromMs: number;
  readonly toMs: number;
};

export type Scenario = {
  readonly label: Label;
  /** All of the label's principal and within its time, but for an admin's deletion of the token. */
  readonly events: readonly PulumiEvent[];
  /** The token's ordinary use ends here. */
  readonly deletion?: { readonly tokenId: string; readonly atMs: number };
};

const principalOf = ({ user, token }: Caller): Principal =>
  token === undefined
    ? { provider: 'pulumi', kind: 'user', id: user.githubLogin, name: user.githubLogin }
    : { provider: 'pulumi', kind: 'token', id: token.id, name: token.name };

const labelOf = (kind: ScenarioKind, caller: Caller, events: readonly PulumiEvent[]): Label => {
  const seconds = events.map(({ timestamp }) => timestamp);
  return {
    kind,
    principal: principalOf(caller),
    fromMs: Math.min(...seconds) * msPerSecond,
    toMs: (Math.max(...seconds) + 1) * msPerSecond,
  };
};

/** A thief with somebody's token on a rented server: takes state, environments and secrets, then starts an update. */
const leakedToken = (at: { readonly caller: Caller; readonly startMs: number }, dice: Dice): Scenario => {
  const next = (deed: Deed): routines.Step => ({ ...deed, afterMs: dice.exponential(15 * msPerSecond) });
  const steps = [
    ...routines.stacks.map((stack) => next(routines.stackExport(stack))),
    ...routines.environments.flatMap((environment) => routines.fetchEnvironment(dice, environment)),
    ...Array.from({ length: 14 }, () => next(routines.secretDecrypt(dice, dice.pick(routines.stacks)))),
    ...routines.runUpdate(dice, 'network/prod', 2),
  ];
  const events = routines.happen(steps, { ...at, sourceIP: hostingAddress(dice) });
  return { label: labelOf('leaked-token', at.caller, events), events };
};

/** What a stranger in the console takes along, and its owner never did. */
const taken = ['billing/prod', 'data/prod', 'network/prod'] as const;

/** Somebody in a person's console at an hour when that person sleeps, from a household of the same broadband company. */
const oddHours = (at: { readonly person: Person; readonly startMs: number }, dice: Dice): Scenario => {
  const { person, startMs } = at;
  const caller = personCaller(person);
  const steps = [
    ...routines.logIn(dice, person.user.githubLogin),
    ...routines.browse(dice),
    ...routines.lookUpSecrets(dice, 'billing/prod'),
    ...taken.map((stack) => ({ ...routines.stackExport(stack), afterMs: 40 * msPerSecond })),
    ...routines.browse(dice),
  ];
  const events = routines.happen(steps, { caller, sourceIP: homeAddress(countryOf(person.zone), dice), startMs });
  return { label: labelOf('odd-hours', caller, events), events };
};

/** A machine, at its own place, doing in an hour what it does in weeks. */
const usageSpike = (at: FixedMachine & { readonly startMs: number }, dice: Dice): Scenario => {
  const opens = 420 + dice.integer(0, 80);
  const events = Array.from({ length: opens }, (_, ordinal) =>
    pulumiEvent(routines.environmentOpen(dice.pick(routines.environments)), {
      ...at,
      atMs: at.startMs + ((ordinal + dice.uniform()) * msPerHour) / opens,
    }),
  );
  return { label: labelOf('usage-spike', at.caller, events), events };
};

/** An admin deletes a token; hours later somebody still tries it, is refused, and once is not. */
const revokedToken = (
  at: {
    readonly admin: Caller;
    readonly adminIP: string;
    readonly caller: TokenCaller;
    readonly deletedMs: number;
  },
  dice: Dice,
): Scenario => {
  const { admin, adminIP, caller, deletedMs } = at;
  const deletion = pulumiEvent(routines.deleteToken(caller.token.name), {
    caller: admin,
    sourceIP: adminIP,
    atMs: deletedMs,
  });
  const listing: routines.Step = {
    event: 'auth-failure-organization-role',
    description: 'Permission denied to list the members of the organization',
    afterMs: 0,
  };
  const refusal = (stack: string): routines.Step => ({
    event: 'auth-failure-stack-permission',
    description: `Permission denied for stack "${stack}"`,
    afterMs: dice.exponential(40 * msPerSecond),
  });
  const environment = routines.environmentOpen('billing/prod');
  const steps = [listing, ...routines.stacks.slice(0, 6).map(refusal), { ...environment, afterMs: 5 * msPerMinute }];
  const uses = routines.happen(steps, { caller, sourceIP: hostingAddress(dice), startMs: deletedMs + 4.5 * msPerHour });
  return {
    label: labelOf('revoked-token', caller, uses),
    events: [deletion, ...uses],
    deletion: { tokenId: caller.token.id, atMs: deletedMs },
  };
};

export const scenarios = { leakedToken, oddHours, usageSpike, revokedToken } as const;

export type Eventful = {
  readonly organization: Organization;
  readonly log: readonly PulumiEvent[];
  /** By when they begin. */
  readonly labels: readonly Label[];
};

/** Ordinary life with the scenarios laid over it. */
export const overlay = (
  { organization, log }: { readonly organization: Organization; readonly log: readonly PulumiEvent[] },
  happened: readonly Scenario[],
): Eventful => {
  const deletedMs = new Map(
    happened.flatMap(({ deletion }) => (deletion ? [[deletion.tokenId, deletion.atMs] as const] : [])),
  );
  const isStillUsed = ({ tokenID = '', timestamp }: PulumiEvent): boolean =>
    timestamp * msPerSecond < (deletedMs.get(tokenID) ?? Number.POSITIVE_INFINITY);
  return {
    organization: {
      ...organization,
      tokens: organization.tokens.map((token) => {
        const atMs = deletedMs.get(token.id);
        return atMs === undefined ? token : { ...token, deletedMs: atMs };
      }),
    },
    log: inTimeOrder([...log.filter(isStillUsed), ...happened.flatMap(({ events }) => events)]),
    labels: happened.map(({ label }) => label).toSorted((a, b) => a.fromMs - b.fromMs),
  };
};
