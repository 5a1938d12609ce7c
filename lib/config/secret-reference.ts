import { looksLikeSecret, looksLikeWebhook } from './secret-shapes.ts';

/**
 * Where a secret is, as settings say it: `env:PULUMI_ACCESS_TOKEN`, `vault:secret/tokenwatch#pulumi`. Settings never hold
 * the secret itself, so that they can be committed, printed and mailed. What reads the secret is elsewhere.
 */

export type SecretReference =
  | { readonly scheme: 'env'; readonly name: string }
  | { readonly scheme: 'file'; readonly path: string }
  | AwsSecretReference
  | VaultReference
  | { readonly scheme: 'conjur'; readonly variable: string };

export type AwsSecretReference = {
  readonly scheme: 'aws-sm';
  /** A name, or a whole ARN. */
  readonly id: string;
  /** A staging label; undefined: `AWSCURRENT`. */
  readonly stage: string | undefined;
  /** Of the JSON object that the secret is; undefined: the secret is the whole text. */
  readonly field: string | undefined;
};

export type VaultReference = {
  readonly scheme: 'vault';
  /** The mount and the path within it; only Vault knows where one ends. */
  readonly path: string;
  readonly field: string;
};

type Scheme = SecretReference['scheme'];
type Problem = { readonly problem: string };

/** How each kind is written, as told to those who wrote otherwise. */
const examples: Readonly<Record<Scheme, string>> = {
  env: 'env:PULUMI_ACCESS_TOKEN',
  file: 'file:/run/secrets/pulumi-token',
  'aws-sm': 'aws-sm:tokenwatch/pulumi#token',
  vault: 'vault:secret/tokenwatch#pulumi',
  conjur: 'conjur:data/tokenwatch/pulumi-token',
};

/** Begins like a reference of any kind. */
const scheme = /^([a-z][a-z-]{0,19}):/;

const example = examples.env;
/** An AWS ARN may have 2,048 characters; no other kind is longer. */
const charsMax = 2_200;

/** To whoever pasted a secret anywhere into settings. */
export const pastedSecretText = (text: string): string =>
  looksLikeWebhook(text) ? pastedWebhookText : pastedTokenText;
const pastedTokenText = `looks like a token itself: put that into an environment variable or a store, write where it is under token, such as ${example} (in AWS aws-sm:tokenwatch/pulumi#token), and revoke it if this file was shared`;
const pastedWebhookText =
  'looks like the address of a webhook itself, which is the secret: put that into an environment variable or a store, write where it is under alerts.slack, such as aws-sm:tokenwatch/slack#webhook, and make a new webhook if this file was shared';

/** The reference, or what is wrong with the text and what to write instead. Never repeats the text: it may be the secret. */
export const parseSecretReference = (text: string): SecretReference | Problem => {
  if (text.trim() === '') return { problem: `is blank: write where the token is, such as ${example}` };
  if (looksLikeSecret(text)) return { problem: pastedSecretText(text) };
  const found = scheme.exec(text)?.[1];
  if (found === undefined) {
    return {
      problem: text.includes('pul-')
        ? pastedTokenText
        : `write where the token is, such as ${example}, not the token itself`,
    };
  }
  if (text.length > charsMax || /\p{Cc}/u.test(text)) {
    return { problem: `is too long or holds a line break or a control character: write it as in ${example}` };
  }
  const rest = text.slice(found.length + 1);
  switch (found) {
    case 'env':
      return parseEnvironment(rest);
    case 'file':
      return parseFile(rest);
    case 'aws-sm':
      return parseAws(rest);
    case 'vault':
      return parseVault(rest);
    case 'conjur':
      return parseConjur(rest);
    case 'arn':
      return { problem: `begins with arn: write aws-sm: before it, as in ${examples['aws-sm']}` };
    default:
      return {
        problem: `begins with a word that tokenwatch does not know: write ${Object.values(examples).join(' or ')}`,
      };
  }
};

/** POSIX names of environment variables; 128 is longer than any in use. */
const environmentName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

const parseEnvironment = (name: string): SecretReference | Problem =>
  environmentName.test(name)
    ? { scheme: 'env', name }
    : {
        problem: `write the name of an environment variable after env:, in letters, digits and underscores, such as ${example}`,
      };

/** Only from the root: a relative path would mean another file wherever tokenwatch is started. */
const parseFile = (path: string): SecretReference | Problem =>
  /^(\/(?!\/)|[A-Za-z]:[\\/])./.test(path)
    ? { scheme: 'file', path }
    : { problem: `write the whole path of a file after file:, such as ${examples.file}` };

/** What AWS lets a secret be called; `!` is in the names of those that AWS itself manages. */
const awsName = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;
const awsArn = /^arn:aws[a-z-]{0,20}:secretsmanager:[a-z0-9-]{1,40}:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,520}$/;
const awsStage = /^[A-Za-z0-9/_+=.@-]{1,256}$/;

/** `ID`, `ID#field`, `ID?stage=AWSPREVIOUS#field`. Not `ID@stage`: a name may hold an @. */
const parseAws = (text: string): SecretReference | Problem => {
  const { before, field } = atField(text);
  const [id = '', stage, more] = before.split('?stage=');
  if (!(awsName.test(id) || awsArn.test(id)) || more !== undefined || (stage !== undefined && !awsStage.test(stage))) {
    return {
      problem: `write the name or the ARN of a secret after aws-sm:, such as ${examples['aws-sm']}, or with a version stage aws-sm:tokenwatch/pulumi?stage=AWSPREVIOUS#token`,
    };
  }
  return field === '' ? emptyField('aws-sm') : { scheme: 'aws-sm', id, stage, field };
};

const parseVault = (text: string): SecretReference | Problem => {
  const { before: path, field } = atField(text);
  const parts = path.split('/');
  // An empty part or dots would lead the request elsewhere; a question mark would end its path.
  if (parts.length < 2 || parts.some((part) => ['', '.', '..'].includes(part.trim())) || path.includes('?')) {
    return { problem: `write the mount and the path of a secret after vault:, such as ${examples.vault}` };
  }
  if (field === undefined || field === '') return emptyField('vault');
  return { scheme: 'vault', path, field };
};

/** Ids of Conjur variables may hold nearly anything, # and ? too: the whole rest is the id. */
const parseConjur = (variable: string): SecretReference | Problem =>
  variable.trim() === variable && variable !== ''
    ? { scheme: 'conjur', variable }
    : { problem: `write the id of a variable after conjur:, such as ${examples.conjur}` };

const emptyField = (kind: 'aws-sm' | 'vault'): Problem => ({
  problem: `write which field of the secret it is after #, such as ${examples[kind]}`,
});

const atField = (text: string): { readonly before: string; readonly field: string | undefined } => {
  const at = text.indexOf('#');
  return at < 0 ? { before: text, field: undefined } : { before: text.slice(0, at), field: text.slice(at + 1) };
};

/** Our own environment and files stay on the machine that they are on. */
export const isReachableFromLambda = ({ scheme }: SecretReference): boolean => scheme !== 'env' && scheme !== 'file';

/** As it was written. */
export const secretReferenceText = (reference: SecretReference): string => {
  switch (reference.scheme) {
    case 'env':
      return `env:${reference.name}`;
    case 'file':
      return `file:${reference.path}`;
    case 'aws-sm': {
      const { id, stage, field } = reference;
      return `aws-sm:${id}${stage === undefined ? '' : `?stage=${stage}`}${field === undefined ? '' : `#${field}`}`;
    }
    case 'vault':
      return `vault:${reference.path}#${reference.field}`;
    case 'conjur':
      return `conjur:${reference.variable}`;
  }
};

/**
 * A secret's ARN as a policy must name it. AWS ends each in a dash and six characters of its own; one that was written without
 * them would name no secret at all. A name that itself ends in six letters cannot be told from one with them.
 */
export const policyArn = (arn: string): string => (/-[A-Za-z0-9]{6}$/.test(arn) ? arn : `${arn}-??????`);
