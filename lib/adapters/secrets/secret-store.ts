import type { Secret } from '../../config/secret.ts';

/** What reads secrets of one kind of reference. There is one for each scheme, and one contract suite for all. */

export type Identity = {
  /** Who the store says we are: an ARN, a display name, a login. */
  readonly name: string;
  /** What else the store says about this login, as a sentence; undefined where it says nothing. */
  readonly detail: string | undefined;
  /** A login that may far more than read one secret: what to use instead. */
  readonly tooMuch: string | undefined;
};

export type SecretStore<Reference> = {
  /** Asks the store itself, each time. Throws `SecretError`. */
  read(reference: Reference): Promise<Secret>;
  /** Undefined where there is no login. Throws `SecretError`. */
  whoAmI(): Promise<Identity | undefined>;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable that is set to something. */
export const given = (environment: Environment, name: string): string | undefined => {
  const value = Object.hasOwn(environment, name) ? environment[name]?.trim() : undefined;
  return value === '' ? undefined : value;
};
