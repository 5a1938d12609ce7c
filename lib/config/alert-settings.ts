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
  /** Said beside UTC in e-mail and Slack, as an IANA name; undefined: UTC alone. The terminal says its reader's own. */
  readonly timeZone: string | undefined;
};

const emailAdvice = 'write a list of e-mail addresses, such as ["security@example.com"]';
const addressAdvice = 'write an e-mail address, such as security@example.com';
const zoneAdvice = 'write a time zone by its IANA name, such as "Europe/Berlin"';
/** More is a mailing list's job. */
const addressesMax = 20;

/** A name of a region, not a bare offset, which daylight saving would make wrong half of the year. */
const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

export const alertSchema = z
  .strictObject(
    {
      email: z
        .array(z.email({ error: wrong(addressAdvice) }), { error: wrong(emailAdvice) })
        .max(addressesMax, { error: `write at most ${addressesMax} addresses; a mailing list reaches more people` })
        .default([]),
      slack: secretReference('aws-sm:tokenwatch/slack#webhook').optional(),
      timeZone: z
        .string({ error: wrong(zoneAdvice) })
        .refine(isTimeZone, { error: wrong(zoneAdvice) })
        .optional(),
    },
    { error: wrong('write { "email": ["security@example.com"], "slack": "aws-sm:tokenwatch/slack#webhook" }') },
  )
  .transform(({ email, slack, timeZone }): AlertSettings => ({ email, slack, timeZone }));

/** For those who misspell one. */
export const alertKeys = ['email', 'slack', 'timeZone'] as const;
