import { msPerMinute, msPerSecond } from '../core/time.ts';
import type { Dice } from './dice.ts';
import { type Caller, type Deed, type PulumiEvent, pulumiEvent } from './pulumi-event.ts';

/**
 * What people and machines do in Pulumi Cloud, as sequences of steps. Sentences that the vendor's documentation or its
 * users' issues show are copied from there (logins, updates, exports, decryption, roles); the others are made alike.
 */

export type Step = Deed & { readonly afterMs: number };

export const stacks = [
  'web/prod',
  'web/staging',
  'api/prod',
  'api/staging',
  'billing/prod',
  'data/prod',
  'network/prod',
  'network/staging',
] as const satisfies readonly [string, ...string[]];

export const environments = [
  'web/prod',
  'api/prod',
  'billing/prod',
  'shared/aws-dev',
  'shared/aws-prod',
  'shared/observability',
] as const satisfies readonly [string, ...string[]];

/** The steps one after the other, from one address. */
export const happen = (
  steps: readonly Step[],
  from: { readonly caller: Caller; readonly sourceIP: string; readonly startMs: number },
): readonly PulumiEvent[] => {
  let atMs = from.startMs;
  return steps.map((step) => {
    atMs += step.afterMs;
    return pulumiEvent(step, { caller: from.caller, sourceIP: from.sourceIP, atMs });
  });
};

/** One deed by a program: within seconds of the one before. */
const quickly = (dice: Dice, deed: Deed): Step => ({ ...deed, afterMs: dice.exponential(2 * msPerSecond) });
/** One deed by a person, who reads in between. */
const slowly = (dice: Dice, deed: Deed): Step => ({ ...deed, afterMs: dice.exponential(1.5 * msPerMinute) });

export const environmentOpen = (environment: string): Deed => ({
  event: 'environment-open',
  description: `Opened environment "${environment}"`,
});
const environmentReadOpen = (environment: string): Deed => ({
  event: 'environment-read-open',
  description: `Read open environment "${environment}"`,
});
export const stackExport = (stack: string): Deed => ({
  event: 'stack-exported',
  description: `Exported stack ${stack}`,
});
const outputsRead = (stack: string): Deed => ({
  event: 'stack-outputs-read',
  description: `Read outputs of stack "${stack}"`,
});
const batchDecrypt = (stack: string): Deed => ({
  event: 'secrets-batch-decrypted',
  description: `Decrypted a batch of secret values for stack "${stack}"`,
});
export const secretDecrypt = (dice: Dice, stack: string): Deed => ({
  event: 'secret-decrypted',
  description: `Decrypted secret value for stack "${stack}" (cipher text suffix: "${dice.uuid().slice(0, 7)}=")`,
});

/** The resolved values of one environment, as a program fetches them. */
export const fetchEnvironment = (dice: Dice, environment: string): readonly Step[] => [
  quickly(dice, environmentOpen(environment)),
  quickly(dice, environmentReadOpen(environment)),
];

/** `pulumi up`, or a refresh. */
export const runUpdate = (dice: Dice, stack: string, minutes: number): readonly Step[] => {
  const update = `update "${dice.uuid()}" for stack "${stack}"`;
  return [
    quickly(dice, batchDecrypt(stack)),
    quickly(dice, { event: 'stack-update-started', description: `Started ${update}` }),
    {
      event: 'stack-update-completed',
      description: `Completed ${update}`,
      afterMs: dice.exponential(minutes * msPerMinute) + 20 * msPerSecond,
    },
  ];
};

/** A preview leaves no line of its own: it shows by what it reads. */
export const runPreview = (dice: Dice, stack: string, environment: string): readonly Step[] => [
  ...fetchEnvironment(dice, environment),
  quickly(dice, batchDecrypt(stack)),
];

export const readOutputs = (dice: Dice, count: number): readonly Step[] =>
  Array.from({ length: count }, () => quickly(dice, outputsRead(dice.pick(stacks))));

/** Looking things up in the console. */
export const browse = (dice: Dice): readonly Step[] =>
  Array.from({ length: 1 + dice.poisson(1.5) }, () => {
    const environment = dice.pick(environments);
    return slowly(
      dice,
      dice.chance(0.7)
        ? { event: 'environment-read', description: `Read environment "${environment}"` }
        : environmentOpen(environment),
    );
  });

export const editEnvironment = (dice: Dice): readonly Step[] => {
  const environment = dice.pick(environments);
  return [
    slowly(dice, { event: 'environment-read', description: `Read environment "${environment}"` }),
    slowly(dice, { event: 'environment-updated', description: `Updated environment "${environment}"` }),
    slowly(dice, environmentOpen(environment)),
  ];
};

/** A stack for one review, and its end. */
export const reviewChange = (dice: Dice): readonly Step[] => {
  const stack = `web/review-${dice.integer(100, 999)}`;
  return [
    slowly(dice, { event: 'stack-created', description: `Created stack "${stack}"` }),
    ...runUpdate(dice, stack, 3),
    slowly(dice, { event: 'stack-deleted', description: `Deleted stack "${stack}"` }),
  ];
};

/** `pulumi config get`, once or a few times. */
export const lookUpSecrets = (dice: Dice, stack: string): readonly Step[] =>
  Array.from({ length: 1 + dice.poisson(0.7) }, () => slowly(dice, secretDecrypt(dice, stack)));

export const logIn = (dice: Dice, login: string): readonly Step[] => [
  ...(dice.chance(0.03)
    ? [
        slowly(dice, {
          event: 'user-login-failed',
          description: `User "${login}" failed to log into the Pulumi Console.`,
        }),
      ]
    : []),
  slowly(dice, { event: 'user-login', description: `User "${login}" logged into the Pulumi Console.` }),
];

/** Opening what is somebody else's; happens to the best. */
export const meetRefusal = (dice: Dice): readonly Step[] => [
  slowly(
    dice,
    dice.chance(0.5)
      ? { event: 'auth-failure-stack-permission', description: `Permission denied for stack "${dice.pick(stacks)}"` }
      : {
          event: 'auth-failure-environment',
          description: `Permission denied for environment "${dice.pick(environments)}"`,
        },
  ),
];

export const deleteToken = (name: string): Deed => ({
  event: 'organization-token-deleted',
  description: `Deleted organization access token "${name}"`,
});
export const createToken = (name: string): Deed => ({
  event: 'organization-token-created',
  description: `Created organization access token "${name}"`,
});
