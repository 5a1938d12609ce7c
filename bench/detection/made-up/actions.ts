/**
 * What they do: ordinary actions event by event, and the sensitive ones by duty, as a chance per visit. Most people never
 * touch most kinds; a few do so daily; everyone now and then does what is not theirs.
 */
import type { Dice } from '../../../lib/simulator/dice.ts';

/** An action of a kind, with the chance that a visit holds it. */
export type Duty = { readonly actions: readonly [string, ...string[]]; readonly perVisit: number };
export type Duties = {
  readonly ordinary: readonly [readonly [string, number], ...(readonly [string, number])[]];
  readonly sensitive: readonly Duty[];
  /** Chance of a refusal or two in a visit, and of a run of them. */
  readonly refusedPerVisit: number;
  readonly stuckPerVisit: number;
};

export const sensitiveActions = {
  secrets: ['environment-open', 'environment-decrypted', 'secret-decrypted'],
  state: ['stack-exported'],
  credentials: ['organization-token-created', 'team-token-created'],
  members: ['member-role-changed', 'team-updated', 'organization-invite-sent'],
  code: ['scheduled-deployment-updated', 'policy-group-updated'],
  destruction: ['stack-deleted', 'environment-deleted'],
  loginControls: ['authorization-policy-updated'],
} as const;

export const refusal = 'auth-failure-stack-permission';

const duty = (kind: keyof typeof sensitiveActions, perVisit: number): Duty => ({
  actions: sensitiveActions[kind],
  perVisit,
});

export const personDuties = (isLaptop: boolean, dice: Dice): Duties => {
  const isAdmin = dice.chance(0.15);
  return {
    ordinary: isLaptop
      ? [
          ['stack-update-started', 3],
          ['stack-update-completed', 3],
          ['stack-outputs-read', 2],
        ]
      : [
          ['stack-outputs-read', 4],
          ['environment-read', 3],
          ['stack-update-started', 1],
          ['user-login', 1],
        ],
    sensitive: [
      duty('secrets', dice.pick([0.02, 0.15, 0.4])),
      duty('state', dice.pick([0.001, 0.001, 0.02])),
      duty('credentials', isAdmin ? 0.03 : 0.002),
      duty('members', isAdmin ? 0.06 : 0.001),
      duty('code', dice.pick([0.001, 0.02])),
      duty('destruction', dice.pick([0.003, 0.03])),
      duty('loginControls', isAdmin ? 0.002 : 0),
    ],
    refusedPerVisit: 0.02,
    stuckPerVisit: 0.0005,
  };
};

export const machineDuties = (isCi: boolean, dice: Dice): Duties => ({
  ordinary: [
    ['stack-update-started', 3],
    ['stack-update-completed', 3],
    ['stack-outputs-read', 2],
  ],
  sensitive: [
    duty('secrets', dice.pick(isCi ? [0, 0.95, 0.95] : [0, 0, 0.95])),
    duty('state', dice.pick([0, 0, 0, 0.9])),
    duty('destruction', isCi ? dice.pick([0, 0.02]) : 0),
  ],
  refusedPerVisit: 0.004,
  stuckPerVisit: 0.0001,
});
