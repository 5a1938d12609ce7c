import * as z from 'zod';
import { type Allowance, parseLastDay, parseRange, type RangeProblem } from '../core/allowance.ts';
import { numberAdvice, wrong } from './advice.ts';

/**
 * `allow`: networks that somebody vouches for until a day. Both the day and the reason are mandatory, because an
 * exception without an end outlives the person who knew why. Whether a day is past is for those to say who have a clock.
 */

/** Somebody has to look through them; longer lists are an inventory, and belong into what is learned. */
const allowancesMax = 100;
/** A sentence. */
const noteCharsMax = 200;
/** 32 bits (RFC 6793); 0 and the last are reserved (RFC 7607, RFC 7300). */
const asnMax = 0xffff_fffe;

const entryAdvice = 'write { "network": "198.51.100.0/24", "until": "2026-12-31", "note": "office move" }';
const listAdvice = `write a list of networks, such as [${entryAdvice.slice('write '.length)}]`;
const networkAdvice = 'write an address or a range, such as 198.51.100.0/24 or 2001:db8::/48';
const asnAdvice = 'write the number of a network owner (ASN), such as 64500';
const untilAdvice = 'write the last day (UTC) on which it is allowed, such as 2026-12-31';
const noteAdvice = `write why, in at most ${noteCharsMax} characters, such as "office move"`;

const rangeAdvice: Readonly<Record<RangeProblem, string>> = {
  'not-a-range': networkAdvice,
  'inside-a-range': 'is an address inside its range: write the first one, such as 198.51.100.0/24',
  'too-wide': 'allows too much: write a range of at most /8, or /16 of IPv6',
};

const entrySchema = z
  .strictObject(
    {
      network: z
        .string({ error: wrong(networkAdvice) })
        .transform((text, context) => {
          const range = parseRange(text.trim());
          if (typeof range !== 'string') return range;
          const message = range === 'not-a-range' ? wrong(networkAdvice)({ input: text }) : rangeAdvice[range];
          context.issues.push({ code: 'custom', message, input: undefined });
          return z.NEVER;
        })
        .optional(),
      asn: z
        .int({ error: numberAdvice(asnAdvice) })
        .min(1, { error: asnAdvice })
        .max(asnMax, { error: asnAdvice })
        .optional(),
      until: z.string({ error: wrong(untilAdvice) }).transform((text, context) => {
        const untilMs = parseLastDay(text.trim());
        if (untilMs !== undefined) return untilMs;
        context.issues.push({ code: 'custom', message: wrong(untilAdvice)({ input: text }), input: undefined });
        return z.NEVER;
      }),
      note: z
        .string({ error: wrong(noteAdvice) })
        .max(noteCharsMax, { error: noteAdvice })
        .refine((text) => text.trim() !== '', { error: wrong(noteAdvice) }),
    },
    { error: wrong(entryAdvice) },
  )
  .transform(({ network, asn, until: untilMs, note }, context): Allowance => {
    if (network !== undefined && asn === undefined)
      return { network: { kind: 'addresses', ...network }, untilMs, note };
    if (network === undefined && asn !== undefined) return { network: { kind: 'owner', asn }, untilMs, note };
    const message =
      network === undefined ? `names no network: ${entryAdvice}` : 'names both network and asn: write two entries';
    context.issues.push({ code: 'custom', message, input: undefined });
    return z.NEVER;
  });

/** For those who misspell one. */
export const allowKeys = ['network', 'asn', 'until', 'note'] as const;

export const allowSchema = z
  .array(entrySchema, { error: wrong(listAdvice) })
  .max(allowancesMax, { error: `write at most ${allowancesMax} networks; wider ranges hold more` });
