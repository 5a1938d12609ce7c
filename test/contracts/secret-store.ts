import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Environment } from '../../lib/adapters/secrets/secret-store.ts';
import { openSecrets, type Secrets } from '../../lib/adapters/secrets/secrets.ts';
import { SecretError } from '../../lib/app/ports.ts';
import { type SecretReference, secretReferenceText } from '../../lib/config/secret-reference.ts';
import type { HandClock } from '../adapters/secrets/stand-in.ts';

/**
 * What every kind of secret reference promises, whatever store is behind it. Stores that are asked over a network also
 * promise a short memory; our own environment and files are read each time.
 */

export type SecretPlace = {
  readonly environment: Environment;
  readonly clock: HandClock;
  readonly reference: SecretReference;
  /** Like the reference, and nothing is there. */
  readonly absent: SecretReference;
  /** Keeps a text where the reference says. */
  keep(text: string): Promise<void> | void;
  /** Makes the store refuse us; absent where it cannot. */
  readonly forbid?: () => Promise<void> | void;
  /** What only a store over the network has. */
  readonly remote?: {
    /** Makes the store out of reach, and back. */
    takeAway(isAway: boolean): void;
    /** Questions for secrets and logins so far. */
    requests(): number;
    /** Who we are there. */
    readonly name: RegExp;
  };
  drop(): Promise<void>;
};

const minuteMs = 60_000;
/** In every text that is kept here, so that it can be looked for. */
const mark = 'marked7e1f';
const token = `${mark}-token`;

export const secretStoreContract = (name: string, newPlace: () => Promise<SecretPlace>): void => {
  describe(`the secrets from ${name}`, () => {
    let place: SecretPlace;
    let secrets: Secrets;

    beforeEach(async () => {
      place = await newPlace();
      secrets = openSecrets(place);
    });
    afterEach(() => place.drop());

    const read = async (options?: { readonly fresh?: boolean }) =>
      (await secrets.read(place.reference, options)).reveal();
    const failureOf = async (reference: SecretReference): Promise<SecretError> => {
      const outcome = await secrets.read(reference).catch((error: unknown) => error);
      if (outcome instanceof SecretError) return outcome;
      throw new Error('no SecretError came');
    };

    it('are what is kept there', async () => {
      await place.keep(token);
      expect(await read()).toBe(token);
    });

    it('are new at once for whoever asks for a fresh one', async () => {
      await place.keep(token);
      await read();
      await place.keep(`${token}-2`);
      expect(await read({ fresh: true })).toBe(`${token}-2`);
      expect(await read()).toBe(`${token}-2`);
    });

    it('are new within five minutes for everybody', async () => {
      await place.keep(token);
      await read();
      await place.keep(`${token}-2`);
      place.clock.pass(5 * minuteMs);
      expect(await read()).toBe(`${token}-2`);
    });

    it('are missing where there are none, and the message says where that is', async () => {
      await place.keep(token);
      const error = await failureOf(place.absent);
      expect(error.failure).toBe('missing');
      expect(error.message).toContain(secretReferenceText(place.absent));
    });

    it.each([
      ['blank', ' '],
      ['quoted', `"${token}"`],
      ['a whole header', `token ${token}`],
      ['of two words', `${token} ${token}`],
      ['of two lines', `${token}\n${token}`],
      ['endless', token.repeat(1_000)],
    ])('are refused when they are %s, in words that do not repeat them', async (_, text) => {
      await place.keep(text);
      const error = await failureOf(place.reference);
      expect(error.failure).toBe('unusable');
      expect(error.message).toContain(secretReferenceText(place.reference));
      expectNothingMarked(error);
    });

    it('stay unseen in whatever goes wrong', async () => {
      await place.keep(token);
      const outcomes: unknown[] = [await secrets.read(place.reference), await failureOf(place.absent)];
      await place.forbid?.();
      outcomes.push(await secrets.read(place.reference, { fresh: true }).catch((error: unknown) => error));
      place.remote?.takeAway(true);
      outcomes.push(await secrets.read(place.reference, { fresh: true }).catch((error: unknown) => error));
      outcomes.push(secrets, place.reference);
      for (const outcome of outcomes) expectNothingMarked(outcome);
    });

    it('are refused by name where we may not read them', async () => {
      await place.keep(token);
      await place.forbid?.();
      const expected = place.forbid === undefined ? 'no error' : 'permission';
      const outcome = await secrets.read(place.reference).catch(({ failure }: SecretError) => failure);
      expect(typeof outcome === 'string' ? outcome : 'no error').toBe(expected);
    });

    it('say who the store takes us for, where there is a login', async () => {
      await place.keep(token);
      const identity = await secrets.whoAmI(place.reference);
      expect(identity?.name ?? 'nobody').toMatch(place.remote?.name ?? /^nobody$/);
    });

    it('are asked for once in five minutes, while the store answers', async () => {
      await place.keep(token);
      await read();
      const before = place.remote?.requests();
      place.clock.pass(4 * minuteMs);
      expect([await read(), await read()]).toEqual([token, token]);
      expect(place.remote?.requests()).toBe(before);
    });

    it('serve for an hour while the store is out of reach, and no longer', async () => {
      await place.keep(token);
      await read();
      place.remote?.takeAway(true);
      place.clock.pass(59 * minuteMs);
      expect(await read()).toBe(token);
      place.clock.pass(minuteMs);
      const outcome = await secrets.read(place.reference).catch(({ failure }: SecretError) => failure);
      expect(outcome === 'unavailable').toBe(place.remote !== undefined);
      place.remote?.takeAway(false);
      expect(await read()).toBe(token);
    });
  });
};

/** Anywhere a person or a log could see it: the text, the stack, every cause, the inspected object, the JSON. */
export const expectNothingMarked = (value: unknown): void => {
  const seen: string[] = [];
  for (let at: unknown = value; at !== undefined && seen.length < 20; at = at instanceof Error ? at.cause : undefined) {
    seen.push(String(at), inspect(at, { showHidden: true, depth: 12, getters: true }), JSON.stringify(at) ?? '');
    if (at instanceof Error) seen.push(at.message, at.stack ?? '');
  }
  expect(seen.join('\n')).not.toContain(mark);
};
