import { Secret } from '../../config/secret.ts';
import { type SecretReference, secretReferenceText } from '../../config/secret-reference.ts';

/**
 * Secrets from environment variables. What goes wrong is nearly always a slip of copying, so each is named; no message
 * repeats any part of the value.
 */

/** The secret cannot be read from where the settings point; the message says why and what to do. */
export class SecretError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'SecretError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `SecretError`. */
export const environmentSecret = (reference: SecretReference, environment: Environment): Secret => {
  const { name } = reference;
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  const fail = (what: string): SecretError =>
    new SecretError(`${secretReferenceText(reference)} ${what}. ${advice(name)}`);
  if (value === undefined) throw fail(`is not there: the environment variable ${name} is not set`);
  if (value.trim() === '') throw fail('is blank');
  if (/^(["']).*\1$/s.test(value)) throw fail('is in quotes, which are not part of it: leave them out');
  if (/^(token|bearer)\s/i.test(value)) throw fail('begins with a word of the request header: write the token alone');
  try {
    return new Secret(value);
  } catch {
    throw fail('holds a blank, a line break or a control character: copy it again without');
  }
};

const advice = (name: string): string =>
  `Put a Pulumi access token into ${name}; personal ones are made at https://app.pulumi.com/account/tokens.`;

/** What may be wrong with a token that was refused. Not an error before: other servers may have other tokens. */
export const pulumiTokenHint = (token: Secret): string | undefined => {
  const value = token.reveal();
  if (value.startsWith('pul-')) return undefined;
  if (/^[0-9a-f]{40}$/i.test(value)) return 'It looks like a Pulumi token that lost its first four characters, pul-.';
  return 'Tokens of Pulumi Cloud begin with pul-, and this one does not.';
};
