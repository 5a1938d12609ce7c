import * as z from 'zod';
import { wrong } from './advice.ts';
import type { SecretReference } from './secret-reference.ts';
import { secretReference } from './source-settings.ts';

/** `alerts`: who is told, besides whoever looks at the terminal. */

export type AlertSettings = {
  /** Subscribed to the topic of the stack; each has to confirm. */
  readonly email: readonly string[];
  /** Where the address of an incoming webhook is kept; undefined: nothing goes to Slack. */
  readonly slack: SecretReference | undefined;
};

const emailAdvice = 'write a list of e-mail addresses, such as ["security@example.com"]';
const addressAdvice = 'write an e-mail address, such as security@example.com';
/** More is a mailing list's job. */
const addressesMax = 20;

export const alertSchema = z
  .strictObject(
    {
      email: z
        .array(z.email({ error: wrong(addressAdvice) }), { error: wrong(emailAdvice) })
        .max(addressesMax, { error: `write at most ${addressesMax} addresses; a mailing list reaches more people` })
        .default([]),
      slack: secretReference('aws-sm:tokenwatch/slack#webhook').optional(),
    },
    { error: wrong('write { "email": ["security@example.com"], "slack": "aws-sm:tokenwatch/slack#webhook" }') },
  )
  .transform(({ email, slack }): AlertSettings => ({ email, slack }));

/** For those who misspell one. */
export const alertKeys = ['email', 'slack'] as const;
