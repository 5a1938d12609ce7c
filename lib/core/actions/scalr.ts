import type { Classified, TokenChange } from './kind.ts';

/**
 * Scalr publishes one action name, `discard-run`, and it is the operation `discard_run` of its public API with dashes.
 * So the vocabulary is taken to be the names of the operations (API of March 2026, 304 of them), classified here as verbs
 * times nouns. That is an inference: a name outside the table is unknown and judged by its words. Names whose verb comes
 * last (`token-created`) are our own, for what Scalr's REST API shows beside the log (`inventory/changes.ts`).
 *
 * Whether reads are logged is not documented. Where they are, the monitor's own polling shows under its own principal.
 */

/** Every verb with every noun: `expand('create delete', 'user role')` is four names. */
const expand = (verbs: string, nouns: string): readonly string[] =>
  verbs.split(' ').flatMap((verb) => nouns.split(' ').map((noun) => `${verb}-${noun}`));

const write = 'create update delete';

export const scalrActions: readonly Classified[] = [
  // Getting in
  {
    kind: 'log-in',
    reason: 'somebody logged in, or exchanged an outside identity for a short-lived token as pipelines do',
    actions: ['oauth-signin', 'oauth-signup', 'assume-service-account'],
  },
  {
    kind: 'credentials',
    reason: 'a lasting token appeared, changed or went: how a thief stays, or locks others out',
    actions: [
      ...expand('create', 'access-token service-account-token agent-pool-token'),
      ...expand('update delete', 'access-token'),
    ],
  },
  {
    kind: 'credentials',
    reason: 'the token report shows a token that came or went, whatever the log says of it',
    actions: ['token-created', 'token-deleted'],
  },
  {
    kind: 'login-controls',
    reason: 'decides which outside identities may act as a service account',
    actions: expand(write, 'assume-service-account-policy workload-identity-provider'),
  },
  {
    kind: 'login-controls',
    reason: 'decides who vouches for users and who may go around that',
    actions: [...expand(write, 'saml-integration'), ...expand('add replace delete', 'sso-bypass-users')],
  },
  {
    kind: 'login-controls',
    reason: 'decides how long tokens live, from which addresses they work, and whether Scalr staff may enter',
    actions: ['update-security-rules', 'update-account'],
  },
  {
    kind: 'login-controls',
    reason:
      'the account shows another list of addresses from which it may be used: a thief adds his own, or empties it',
    actions: ['allow-list-changed'],
  },

  // Who belongs, and what they may do
  {
    kind: 'members-and-roles',
    reason: 'decides who belongs to the account and what they may do',
    actions: [
      ...expand(write, 'service-account user team role access-policy'),
      'invite-user-to-account',
      'remove-user-from-account',
    ],
  },

  // The audit log
  {
    kind: 'log-pipeline',
    reason: 'the audit log leaves Scalr here; what is not delivered cannot be asked for again',
    actions: [
      ...expand(write, 'aws-event-bridge-integration datadog-integration'),
      // The published name is plural, against the rule.
      'update-datadog-integrations',
    ],
  },
  {
    kind: 'log-pipeline',
    reason:
      'the integration that hands the audit log on is not active, or is again: what happens in between is not told',
    actions: ['log-export-stopped', 'log-export-resumed'],
  },
  {
    kind: 'log-pipeline',
    reason: 'tells others about runs, though not about audited actions',
    actions: expand(write, 'webhook-integration'),
  },

  // State
  {
    kind: 'state',
    reason: 'the state holds every value the configuration knows, secrets included',
    actions: [
      ...expand('get', 'state-version-download state-version current-state-version workspace-outputs'),
      'list-state-versions',
    ],
  },
  {
    kind: 'state',
    reason: 'the next run acts on what was written here, whoever starts it',
    actions: ['create-state-version'],
  },
  {
    kind: 'state',
    reason: 'decides who else reads the state, and where it is kept',
    actions: [
      ...expand('add replace delete', 'remote-state-consumers'),
      ...expand('add replace', 'federated-environments'),
      'delete-federated-environment',
      ...expand(write, 'storage-profile'),
    ],
  },

  // Secrets
  {
    kind: 'secrets',
    reason: 'the answer may hold secrets: variables, plans, logs, credentials of providers',
    actions: [
      ...expand('get', 'variable variables json-output sanitized-json-output plan-log apply-log'),
      ...expand('download', 'policy-input configuration-version'),
      ...expand('get', 'provider-configuration provider-configuration-parameter'),
      ...expand('list', 'provider-configurations provider-configuration-parameters'),
    ],
  },
  {
    kind: 'secrets',
    reason: 'the answer shows the key that signs its messages',
    actions: ['get-webhook-integration', 'list-webhook-integrations'],
  },
  {
    kind: 'secrets',
    reason: 'decides which secrets and credentials other runs are given',
    actions: [
      ...expand(write, 'variable var-set var-set-variable'),
      ...expand(write, 'provider-configuration provider-configuration-parameter provider-configuration-link'),
      'delete-provider-configuration-workspace-link',
      ...expand(write, 'ssh-key vcs-provider'),
      ...expand('create delete', 'workspace-ssh-key-link'),
    ],
  },

  // Deploying
  {
    kind: 'deploy',
    reason: 'what pipelines do all day; a theft shows in where, when and how often',
    actions: [...expand('create confirm discard cancel', 'run'), 'create-configuration-version'],
  },
  {
    kind: 'code-execution',
    reason: 'goes around what would have stopped a run',
    actions: ['force-run', 'override-policy'],
  },
  {
    kind: 'code-execution',
    reason: 'decides what runs along with every run, on whose machines, and which policies stop it',
    actions: expand(write, 'hook hook-environment-link agent-pool policy-group policy-group-environments'),
  },
  {
    kind: 'code-execution',
    reason: 'runs with the rights of the workspace when the token that set it up is long revoked',
    actions: [...expand('create update', 'run-schedule-rule'), 'set-schedule', 'create-run-trigger'],
  },
  { kind: 'code-execution', reason: 'others will run what was published', actions: ['create-module'] },

  {
    kind: 'destruction',
    reason: 'what was deleted is gone for those who relied on it',
    actions: expand('delete', 'workspace environment module module-namespace'),
  },

  // Housekeeping
  {
    kind: 'administer',
    reason: 'arranges work without opening or running anything',
    actions: [
      ...expand('create update', 'workspace environment module-namespace'),
      ...expand(write, 'tag drift-detection-schedule slack-integration checkov-integration infracost-integration'),
      ...expand('add replace delete', 'environment-tags workspace-tags provider-configuration-tags'),
      ...expand('delete', 'agent run-schedule-rule run-trigger slack-connection'),
      ...expand('lock unlock', 'environment workspace'),
      ...expand('resync', 'workspace module module-version hook policy-group checkov-integration'),
      'create-vcs-task',
      ...expand('add', 'environment-to-favorites workspace-to-favorites'),
      ...expand('remove', 'environment-from-favorites workspace-from-favorites'),
    ],
  },

  // Reading
  {
    kind: 'read',
    reason: 'lists or shows what holds no secret of its own',
    actions: [
      'ping',
      ...expand(
        'get',
        'access-policy access-policies access-token account accounts account-users agent agents agent-pool agent-pools ' +
          'assume-service-account-policy permission permissions role roles saml-integration security-rules ' +
          'service-account service-accounts team teams user users workload-identity-provider',
      ),
      ...expand(
        'get',
        'apply configuration-version configuration-versions cost-estimate cost-estimate-breakdown cost-estimate-log ' +
          'drift-detection-schedule environment hook hook-environment-link module module-namespace module-version plan ' +
          'policy policy-check policy-checks-log policy-group policy-group-check-results provider-configuration-link ' +
          'run runs runs-queue run-schedule-rule run-trigger software-version ssh-key storage-profile tag vcs-provider ' +
          'webhook-integration-delivery workspace workspaces',
      ),
      ...expand(
        'get',
        'aws-event-bridge-integration checkov-integration datadog-integration infracost-integration slack-channel ' +
          'slack-connection slack-integration ai-usage metrics module-usage open-metrics ' +
          'provider-configuration-workspace-usage provider-usage resource-usage',
      ),
      ...expand(
        'list',
        'access-tokens access-token-usage agent-pool-access-tokens assume-service-account-policies ' +
          'service-account-access-tokens saml-integrations sso-bypass-users workload-identity-providers',
      ),
      ...expand(
        'list',
        'environments environment-tags event-definitions federated-environments hooks hook-environment-links modules ' +
          'module-namespaces module-usage-namespaces module-versions policy-checks policy-groups ' +
          'provider-configuration-links provider-configuration-tags pull-request-policy-check-results ' +
          'remote-state-consumers schedule-rules software-versions ssh-keys storage-profiles tags vcs-providers ' +
          'webhook-integration-deliveries workspace-tags',
      ),
      ...expand(
        'list',
        'aws-event-bridge-integrations checkov-integrations datadog-integrations infracost-integrations ' +
          'slack-channels slack-integrations ai-usage billing-usage usage-statistics terraform-module-sources ' +
          'terraform-module-usage terraform-module-usages terraform-module-versions-usage ' +
          'terraform-provider-sources terraform-provider-usage terraform-provider-usages ' +
          'terraform-provider-versions-usage terraform-resource-instances-usage terraform-resource-providers ' +
          'terraform-resource-usages terraform-versions-usage terraform-versions-usage-versions',
      ),
    ],
  },
  { kind: 'other', reason: 'ends a session', actions: ['logout'] },
  { kind: 'other', reason: 'a token ended at the time it was given when it was made', actions: ['token-expired'] },
];

/**
 * Tokens of service accounts and agent pools are deleted as access tokens too. An expiry is no deletion: the vendor
 * refuses the token by itself, and “used after deletion” would be the wrong words.
 */
export const scalrTokenChanges: ReadonlyMap<string, TokenChange> = new Map([
  ['create-access-token', 'created'],
  ['create-service-account-token', 'created'],
  ['create-agent-pool-token', 'created'],
  ['assume-service-account', 'created'],
  ['delete-access-token', 'deleted'],
  ['token-created', 'created'],
  ['token-deleted', 'deleted'],
]);

/**
 * What turns the audit log away from its reader. Creating a destination is not among it (it is how one begins), nor are
 * webhooks (they carry no audited actions). The switch "audit logs" itself is in no public API: a name that speaks of the
 * audit log is caught by its words.
 */
export const scalrLogTampering: ReadonlySet<string> = new Set([
  ...expand('update delete', 'aws-event-bridge-integration datadog-integration'),
  'update-datadog-integrations',
  'log-export-stopped',
]);
