/**
 * The variables by which functions in AWS find Vault and Conjur: those that work there, and no others. A function has no
 * files but its own code, and everybody who may look at it reads its variables, so what names a file or holds a secret is
 * refused with what to write instead.
 */

type VariableProblem = { readonly name: string; readonly problem: string };

type Problem = string | undefined;
const anyText = (): Problem => undefined;

/** What is wrong with the value of each. docs/secrets.md says what they mean. */
const known: ReadonlyMap<string, (value: string) => Problem> = new Map<string, (value: string) => Problem>([
  ['VAULT_ADDR', (value) => addressProblem(value)],
  ['VAULT_NAMESPACE', anyText],
  ['VAULT_CACERT_BYTES', (value) => certificateProblem(value)],
  [
    'TOKENWATCH_VAULT_REDIRECTS',
    (value) =>
      value
        .split(/[\s,]+/)
        .map(addressProblem)
        .find((problem) => problem !== undefined),
  ],
  ['VAULT_AWS_ROLE', anyText],
  ['VAULT_AWS_PATH', anyText],
  ['VAULT_AWS_SERVER_ID', anyText],
  ['VAULT_AWS_STS_REGION', (value) => regionProblem(value)],
  ['CONJUR_APPLIANCE_URL', (value) => addressProblem(value)],
  ['CONJUR_ACCOUNT', anyText],
  ['CONJUR_AUTHN_LOGIN', (value) => loginProblem(value)],
  ['CONJUR_AUTHENTICATOR_ID', anyText],
  ['CONJUR_AWS_STS_REGION', (value) => regionProblem(value)],
  ['CONJUR_SSL_CERTIFICATE', (value) => certificateProblem(value)],
]);

const isSecretText =
  'holds what logs in by itself, which everybody who may look at the function would read: log in as an AWS role instead';
const insteadOf: ReadonlyMap<string, string> = new Map([
  ['VAULT_CACERT', 'names a file, and a function has none: put its text into VAULT_CACERT_BYTES'],
  ['CONJUR_CERT_FILE', 'names a file, and a function has none: put its text into CONJUR_SSL_CERTIFICATE'],
  ['VAULT_SECRET_ID_FILE', 'names a file, and a function has none: log in as an AWS role, with VAULT_AWS_ROLE'],
  ['VAULT_TOKEN', isSecretText],
  ['VAULT_ROLE_ID', isSecretText],
  ['VAULT_SECRET_ID', isSecretText],
  ['CONJUR_AUTHN_API_KEY', isSecretText],
]);

export const variableProblems = (variables: Readonly<Record<string, string>>): readonly VariableProblem[] =>
  Object.entries(variables).flatMap(([name, value]) => {
    const problem = problemOf(name, value);
    return problem === undefined ? [] : [{ name: shownName(name), problem }];
  });

const problemOf = (name: string, value: string): Problem => {
  const instead = insteadOf.get(name);
  if (instead !== undefined) return instead;
  const look = known.get(name);
  if (look === undefined)
    return `is no variable that a function's secret store reads: write ${[...known.keys()].join(', ')}`;
  if (value.trim() === '') return 'is blank: write its value, or leave it out';
  return look(value.trim());
};

/** Somebody may have written a secret on the wrong side of a colon. */
const shownName = (name: string): string => (/^[A-Z][A-Z_]{0,39}$/.test(name) ? name : '(a name)');

const addressProblem = (text: string): Problem =>
  URL.canParse(text) && new URL(text).protocol === 'https:'
    ? undefined
    : 'is no https address, and a secret goes there: write one such as https://vault.example.com:8200';

const regionProblem = (text: string): Problem =>
  /^[a-z]{2}(?:-[a-z]+){1,3}-\d$/.test(text) ? undefined : 'write an AWS region, such as eu-west-1';

const certificateProblem = (text: string): Problem =>
  text.includes('-----BEGIN CERTIFICATE-----')
    ? undefined
    : 'is no certificate in PEM: write its text from -----BEGIN CERTIFICATE----- on, with \\n between the lines';

/** The stack ends it in the account and the role of each function, as Conjur's authn-iam wants it. */
const loginProblem = (text: string): Problem => {
  if (!text.startsWith('host/')) return 'is no host: write one such as host/data/tokenwatch';
  return /\/\d{12}\/[^/]+\/?$/.test(text)
    ? 'ends in an account and a role: leave both out, since each function has its own, which the stack adds'
    : undefined;
};
