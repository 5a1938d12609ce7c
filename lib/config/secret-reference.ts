/**
 * Where a secret is, as settings say it: `env:PULUMI_ACCESS_TOKEN`. Settings never hold the secret itself, so that they
 * can be committed, printed and mailed. What reads the secret is elsewhere.
 */

export type SecretReference = { readonly scheme: 'env'; readonly name: string };

/** What a reference may begin with, as told to those who wrote another. */
export const secretSchemes: readonly SecretReference['scheme'][] = ['env'];

/** POSIX names of environment variables; 128 is longer than any in use. */
const environmentName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Begins like a reference of any kind. */
const scheme = /^([a-z][a-z-]{0,19}):/;

const example = 'env:PULUMI_ACCESS_TOKEN';

/** To whoever pasted a token anywhere into settings. */
export const pastedSecretText = `looks like a token itself: put that into an environment variable, write where it is under token, such as ${example}, and revoke it if this file was shared`;

/** The reference, or what is wrong with the text and what to write instead. Never repeats the text: it may be the secret. */
export const parseSecretReference = (text: string): SecretReference | { readonly problem: string } => {
  if (text.trim() === '') return { problem: `is blank: write where the token is, such as ${example}` };
  if (looksLikeSecret(text) || text.includes('pul-')) return { problem: pastedSecretText };
  const found = scheme.exec(text)?.[1];
  if (found === undefined) return { problem: `write where the token is, such as ${example}, not the token itself` };
  if (found !== 'env') {
    return { problem: `only ${secretSchemes.map((known) => `${known}:`).join(', ')} works so far: write ${example}` };
  }
  const name = text.slice('env:'.length);
  return environmentName.test(name)
    ? { scheme: 'env', name }
    : {
        problem: `write the name of an environment variable after env:, in letters, digits and underscores, such as ${example}`,
      };
};

/** `env:NAME`, as it was written. */
export const secretReferenceText = ({ scheme: kind, name }: SecretReference): string => `${kind}:${name}`;

/**
 * Pulumi tokens are `pul-` and 40 hex digits, with room for kinds not yet seen; Scalr tokens are JSON web tokens, which all
 * begin as `{"` does in base64. Simple repeats without nesting: no text makes these slow.
 */
const pulumiToken = /pul-[A-Za-z0-9]{16}/;
const webToken = /eyJ[A-Za-z0-9_-]{8,500}\.[A-Za-z0-9_-]{4}/;

export const looksLikeSecret = (text: string): boolean => pulumiToken.test(text) || webToken.test(text);
