import { cloudActions, cloudLogTampering } from './cloud.ts';
import type { ActionKind, Meaning, TokenChange } from './kind.ts';

/**
 * What an action means by its name alone, for logs without a catalogue and for ids newer than ours. The name is cut into
 * words (`CreateAccessKey`, `create-access-key` and `access_key.create` are the same three), one of them is the verb, and
 * the first rule that fits decides.
 *
 * Misses: names that say nothing (`Execute`), and secrets under harmless names. Sounds falsely: a noun that means
 * something else elsewhere. Both cost little: a kind is judged against how usual it is for its principal.
 */

/** No log we know names an action at greater length; what follows is padding and would only cost time. */
export const actionCharsMax = 128;

type Verb = 'make' | 'begin' | 'change' | 'destroy' | 'withdraw' | 'halt' | 'open' | 'get' | 'list';

const words = (text: string): readonly string[] => text.split(' ');

const verbWords: Readonly<Record<Verb, readonly string[]>> = {
  make: words(
    'create created add added register registered issue issued mint minted generate generated import imported upload ' +
      'uploaded invite invited allocate insert inserted',
  ),
  begin: words('start started enable enabled resume resumed activate activated restore restored'),
  change: words(
    'update updated modify modified put set change changed replace replaced edit edited attach attached associate ' +
      'associated assign assigned grant granted rename renamed reset rotate rotated patch write tag untag move moved ' +
      'transfer transferred link linked connect connected share shared configure configured lock unlock authorize authorized reboot',
  ),
  destroy: words(
    'delete deleted destroy destroyed terminate terminated purge purged erase erased wipe wiped drop dropped',
  ),
  withdraw: words(
    'remove removed revoke revoked detach detached disassociate deregister unregister unlink disconnect disconnected ' +
      'unshare cancel canceled cancelled',
  ),
  halt: words('stop stopped disable disabled pause paused suspend suspended deactivate deactivated clear cleared mute'),
  open: words('open opened reveal revealed decrypt decrypted'),
  get: words('get read view viewed show fetch export exported download downloaded'),
  list: words('list listed describe head search query lookup count scan enumerate check'),
};

const verbOf: ReadonlyMap<string, Verb> = new Map(
  (Object.keys(verbWords) as Verb[]).flatMap((verb) => verbWords[verb].map((word) => [word, verb] as const)),
);

const writes: readonly Verb[] = ['make', 'begin', 'change', 'destroy', 'withdraw', 'halt'];
/** What makes a log say less; starting or adding one does not. */
const dims: readonly Verb[] = ['change', 'destroy', 'withdraw', 'halt'];

const singular = (word: string): string => {
  if (word.length <= 2 || word.endsWith('ss')) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') ? word.slice(0, -1) : word;
};

/** Written `access key, token`; kept as ` access key ` and ` token `, to be found as whole words side by side. */
const phrases = (list: string): readonly string[] =>
  list.split(', ').map((phrase) => ` ${phrase.split(' ').map(singular).join(' ')} `);

type Rule = {
  readonly kind: ActionKind;
  /** Any of them; singular and plural are alike. */
  readonly says: readonly string[];
  /** Fits only with one of these verbs; undefined stands for a name without a verb. Left out: whatever the verb. */
  readonly verbs?: readonly (Verb | undefined)[];
  readonly tampersWithLog?: boolean;
};

const auditTrail = phrases('audit, trail, flow log, event data store, log sink, sink, diagnostic setting');

/** The first that fits decides, so what is narrower comes first. */
const rules: readonly Rule[] = [
  {
    kind: 'refused',
    says: phrases(
      'unauthorized, forbidden, access denied, permission denied, auth failure, auth failed, ' +
        'authentication failure, authentication failed, authorization failure, authorization failed, ' +
        'login failed, login failure, failed login, logon failure, failed logon, failed password, ' +
        'failed publickey, invalid user, invalid password, invalid token',
    ),
  },
  { kind: 'log-pipeline', says: auditTrail, verbs: dims, tampersWithLog: true },
  { kind: 'log-pipeline', says: auditTrail, verbs: ['make', 'begin'] },
  { kind: 'log-in', says: phrases('token created for oidc') },
  {
    kind: 'login-controls',
    says: phrases(
      'saml, sso, oidc, open id connect, identity provider, mfa, two factor, password policy, ' +
        'security rule, allow list, allowlist, allowed ip',
    ),
    verbs: writes,
  },
  {
    kind: 'credentials',
    says: phrases(
      'access key, api key, account key, ssh key, public key, deploy key, key pair, token, credential, ' +
        'password, login profile, client secret, oauth access, mtls certificate',
    ),
    verbs: writes,
  },
  { kind: 'secrets', says: phrases('secret, variable'), verbs: [...writes, 'open', 'get'] },
  { kind: 'secrets', says: phrases('environment, decrypted'), verbs: ['open'] },
  { kind: 'state', says: phrases('state version, state file, terraform state, stack exported, stack imported') },
  {
    kind: 'members-and-roles',
    says: phrases(
      'user, member, membership, collaborator, role, team, permission, invite, invitation, ' +
        'service account, iam policy, access policy',
    ),
    verbs: writes,
  },
  {
    kind: 'code-execution',
    says: phrases('function code, hook, webhook, runner, scheduled deployment, workflow, cron, policy pack'),
    verbs: ['make', 'begin', 'change'],
  },
  { kind: 'code-execution', says: phrases('run command, send command, execute command, version published') },
  {
    kind: 'deploy',
    says: phrases('deploy, deployed, deployment, build, pipeline, release, stack update'),
    verbs: ['make', 'begin', 'change', undefined],
  },
  {
    kind: 'log-in',
    says: phrases('login, logon, signin, log in, logged in, sign in, signed in, authenticated'),
    verbs: ['open', 'get', 'list', undefined],
  },
];

/** What a verb says on its own. */
const kindOfVerb: ReadonlyMap<Verb | undefined, ActionKind> = new Map([
  ['make', 'administer'],
  ['begin', 'administer'],
  ['change', 'administer'],
  ['withdraw', 'administer'],
  ['halt', 'administer'],
  ['destroy', 'destruction'],
  ['open', 'read'],
  ['get', 'read'],
  ['list', 'read'],
]);

/** Each token matches in one pass: at most one step back, at the last capital of an acronym (`SSHPublicKey`). */
const wordPattern = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
/** Lambda writes the date of its API behind the name: `CreateFunction20150331`, `AddPermission20150331v2`. */
const apiDate = /20[0-9]{6}(?:v[0-9])?$/;

const wordsOf = (text: string): readonly string[] =>
  (text.match(wordPattern) ?? []).map((word) => singular(word.toLowerCase()));

/** `google.iam.admin.v1.CreateServiceAccountKey` and `iam:CreateAccessKey` name the operation last. */
const lastSegment = (name: string): string =>
  name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'), name.lastIndexOf(':')) + 1);

const squashed = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();

const exact: ReadonlyMap<string, ActionKind> = new Map(
  cloudActions.flatMap(({ kind, actions }) => actions.map((action) => [squashed(action), kind] as const)),
);
const exactTampering: ReadonlySet<string> = new Set(cloudLogTampering.map(squashed));

/** The words that tell, and the verb among them: the first word (`CreateUser`), else the last that is one (`user-created`). */
const tellingWords = (name: string, operation: string): { readonly text: string; readonly verb: Verb | undefined } => {
  const last = wordsOf(operation);
  const first = verbOf.get(last[0] ?? '');
  if (first !== undefined && last.length > 1) return { text: ` ${last.join(' ')} `, verb: first };

  const all = wordsOf(name);
  const lead = verbOf.get(all[0] ?? '');
  const tail = all.findLast((word) => verbOf.has(word));
  return { text: ` ${all.join(' ')} `, verb: lead ?? (tail === undefined ? undefined : verbOf.get(tail)) };
};

const names = (text: string, any: readonly string[]): boolean => any.some((phrase) => text.includes(phrase));

const tokenNouns = phrases('token, access key, api key, account key');

const tokenChangeOf = (kind: ActionKind, text: string, verb: Verb | undefined): TokenChange | undefined => {
  if (kind !== 'credentials' && kind !== 'log-in') return undefined;
  if (!names(text, tokenNouns)) return undefined;
  if (verb === 'make') return 'created';
  return verb === 'destroy' || verb === 'withdraw' ? 'deleted' : undefined;
};

/** Never throws, and looks at no more than `actionCharsMax` characters. */
export const meaningByWords = (action: string): Meaning => {
  const name = action.slice(0, actionCharsMax).replace(apiDate, '');
  const operation = lastSegment(name);
  const { text, verb } = tellingWords(name, operation);

  const key = squashed(operation);
  const known = exact.get(key);
  if (known !== undefined) {
    return { kind: known, tokenChange: tokenChangeOf(known, text, verb), tampersWithLog: exactTampering.has(key) };
  }

  const rule = rules.find(({ says, verbs }) => (verbs?.includes(verb) ?? true) && names(text, says));
  const kind = rule?.kind ?? kindOfVerb.get(verb) ?? 'other';
  return { kind, tokenChange: tokenChangeOf(kind, text, verb), tampersWithLog: rule?.tampersWithLog ?? false };
};
