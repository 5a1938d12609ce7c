import type { Classified, TokenChange } from './kind.ts';

/**
 * Every event of Pulumi Cloud's catalogue (169 ids, of them 11 deprecated; `GET /api/orgs/{org}/auditlogs/event-types`),
 * each classified once, with the reason. An id that is not here is newer than this table.
 *
 * What the catalogue cannot show: changes of the audit log's own export, webhooks, and personal tokens made or deleted
 * by their owner have no event by name. Hence no action of Pulumi's is `log-pipeline`.
 */
export const pulumiActions: readonly Classified[] = [
  // Getting in
  { kind: 'log-in', reason: 'somebody logged in', actions: ['user-login'] },
  {
    kind: 'log-in',
    reason: 'an identity was exchanged for a short-lived token: how pipelines log in, with every job',
    actions: [
      'deployment-runner-token-created-for-oidc-issuer',
      'organization-token-created-for-oidc-issuer',
      'personal-token-created-for-oidc-issuer',
      'team-token-created-for-oidc-issuer',
    ],
  },
  {
    kind: 'refused',
    reason: 'the caller lacked the permission, or showed a token that is none',
    actions: [
      'auth-failure-change-request',
      'auth-failure-cloud-account',
      'auth-failure-environment',
      'auth-failure-insights-account',
      'auth-failure-organization-role',
      'auth-failure-scim-access-token',
      'auth-failure-stack-permission',
    ],
  },
  {
    kind: 'refused',
    reason: 'an issuer could not prove what it is registered as',
    actions: ['oidc-issuer-validation-failed'],
  },
  {
    kind: 'refused',
    reason: 'a failure that the catalogue does not flag as one',
    actions: ['user-login-failed', 'environment-unauthorized-open'],
  },
  {
    kind: 'login-controls',
    reason: 'decides which outside identities may be exchanged for tokens, and for which',
    actions: ['authorization-policy-updated', 'oidc-issuer-deleted', 'oidc-issuer-registered', 'oidc-issuer-updated'],
  },
  {
    kind: 'login-controls',
    reason: 'decides who vouches for the members of the organization',
    actions: ['saml-configuration-updated', 'organization-backend-changed'],
  },
  {
    kind: 'login-controls',
    reason: 'a second way into an existing account, which outlives the revocation of any token',
    actions: ['user-added-new-identity-to-their-account', 'neo-slack-identity-connected'],
  },

  // Tokens
  {
    kind: 'credentials',
    reason: 'a lasting token appeared or went: how a thief stays, or locks others out',
    actions: ['organization-token-created', 'organization-token-deleted', 'team-token-created', 'team-token-deleted'],
  },
  {
    kind: 'credentials',
    reason: 'replaces the cloud credentials that an environment hands out',
    actions: ['environment-rotated'],
  },

  // Who belongs, and what they may do
  {
    kind: 'members-and-roles',
    reason: 'decides what a role, or everybody by default, may do',
    actions: [
      'custom-role-created',
      'custom-role-deleted',
      'custom-role-updated',
      'organization-deployment-default-role-updated',
      'deployment-settings-role-updated',
      'organization-settings-changed',
    ],
  },
  {
    kind: 'members-and-roles',
    reason: 'somebody joins, leaves or is to join, or holds another role',
    actions: [
      'member-added',
      'member-removed',
      'member-role-changed',
      'organization-invite-accepted',
      'organization-invite-canceled',
      'organization-invite-sent',
      'team-created',
      'team-deleted',
      'team-updated',
      'service-created',
      'service-deleted',
      'service-updated',
    ],
  },
  {
    kind: 'members-and-roles',
    reason: 'decides who may reach one stack',
    actions: ['stack-collaborator-added', 'stack-collaborator-permissions-changed', 'stack-collaborator-removed'],
  },

  // Secrets
  {
    kind: 'secrets',
    reason: 'the caller was given secrets in the clear',
    actions: ['secret-decrypted', 'secrets-batch-decrypted', 'environment-decrypted'],
  },
  {
    kind: 'secrets',
    reason: 'the caller was given what the environment resolves to: secrets, and cloud credentials made on the spot',
    actions: [
      'environment-open',
      'environment-read-open',
      'environment-draft-open',
      'environment-draft-read-open',
      'environment-revision-tag-open',
      'environment-oidc-token-issued',
    ],
  },
  {
    kind: 'secrets',
    reason: 'a copy holds the same secrets under other permissions',
    actions: ['environment-cloned'],
  },
  {
    kind: 'secrets',
    reason: 'decides which secrets everybody who imports the environment is given from now on',
    actions: ['environment-updated', 'environment-revision-tag-update'],
  },
  {
    kind: 'secrets',
    reason: 'decides whose key guards every secret of the organization',
    actions: [
      'customer-managed-key-added',
      'customer-managed-key-disabled',
      'customer-managed-key-disabled-all',
      'customer-managed-key-set-default',
    ],
  },

  // State
  {
    kind: 'state',
    reason: 'the state lists everything a stack owns and carries its secrets, encrypted',
    actions: ['stack-exported'],
  },
  {
    kind: 'state',
    reason: 'the next update acts on what was written here, whoever starts it',
    actions: ['stack-imported'],
  },
  {
    kind: 'state',
    reason: 'the state leaves the organization with the stack',
    actions: ['stack-transferred-to-organization'],
  },

  // Deploying
  {
    kind: 'deploy',
    reason: 'what pipelines do all day; a theft shows in where, when and how often',
    actions: [
      'stack-created',
      'stack-created-from-template',
      'stack-update-canceled',
      'stack-update-completed',
      'stack-update-started',
    ],
  },
  {
    kind: 'deploy',
    reason: 'work handed to an agent; what it then does has events of its own',
    actions: ['agent-task-created', 'agent-task-updated'],
  },
  {
    kind: 'code-execution',
    reason: 'runs with the rights of the stack when the token that set it up is long revoked',
    actions: ['scheduled-deployment-created', 'scheduled-deployment-updated'],
  },
  {
    kind: 'code-execution',
    reason: 'whoever owns the machine or the repository is given deployments, and the credentials they run with',
    actions: ['deployment-runner-pool-created', 'vcs-github-installation-linked'],
  },
  {
    kind: 'code-execution',
    reason: 'policies run as code in every update, and stop what must not be deployed',
    actions: [
      'policy-group-created',
      'policy-group-deleted',
      'policy-group-updated',
      'policy-pack-created',
      'policy-pack-deleted',
      'policy-pack-disabled',
      'policy-pack-enabled',
    ],
  },
  {
    kind: 'code-execution',
    reason: 'decides which changes a second person must approve before they run',
    actions: ['change-gate-created', 'change-gate-deleted', 'change-gate-updated'],
  },
  {
    kind: 'code-execution',
    reason: 'others will run what was published',
    actions: [
      'registry-package-version-published',
      'registry-template-version-published',
      'registry-terraform-module-version-published',
    ],
  },
  {
    kind: 'code-execution',
    reason: 'decides what an agent may act on and who steers it: it acts with the rights of its user',
    actions: [
      'agent-cli-integration-connected',
      'agent-cli-integration-updated',
      'agent-integration-enabled',
      'agent-model-provider-created',
      'agent-model-provider-default-changed',
      'agent-model-provider-updated',
    ],
  },

  // Destruction
  {
    kind: 'destruction',
    reason: 'what was deleted is gone for those who relied on it',
    actions: [
      'stack-deleted',
      'environment-deleted',
      'registry-package-version-deleted',
      'registry-template-version-deleted',
      'registry-terraform-module-deleted',
      'registry-terraform-module-version-deleted',
    ],
  },
  {
    kind: 'destruction',
    reason: 'the step before a deletion',
    actions: ['environment-deletion-protection-disabled'],
  },

  // Reading
  {
    kind: 'read',
    reason: 'every stack reference reads outputs; a secret among them stays encrypted until its own decryption event',
    actions: ['stack-outputs-read', 'stack-provider-open'],
  },
  {
    kind: 'read',
    reason: 'the definition, with its secrets still encrypted',
    actions: ['environment-read', 'environment-revision-tag-read'],
  },

  // Housekeeping
  {
    kind: 'administer',
    reason: 'arranges environments without opening one or changing what it resolves to for those who import it',
    actions: [
      'environment-created',
      'environment-deletion-protection-enabled',
      'environment-restored',
      'environment-revision-retracted',
      'environment-revision-tag-created',
      'environment-revision-tag-delete',
      'environment-schedule-created',
      'environment-schedule-deleted',
      'environment-schedule-updated',
      'environment-tag-created',
      'environment-tag-deleted',
      'environment-tag-updated',
    ],
  },
  {
    kind: 'administer',
    reason: 'stops, resumes or renames deployments, and runs nothing new',
    actions: [
      'stack-renamed',
      'stack-deployments-paused',
      'stack-deployments-resumed',
      'organization-deployments-paused',
      'organization-deployments-resumed',
      'scheduled-deployment-deleted',
      'deployment-runner-pool-deleted',
    ],
  },
  {
    kind: 'administer',
    reason: 'reserves a name; nobody runs it before it is published',
    actions: [
      'registry-package-version-initialized',
      'registry-template-version-initialized',
      'registry-terraform-module-created',
      'registry-terraform-module-version-initialized',
    ],
  },
  {
    kind: 'administer',
    reason: 'arranges the inventory of cloud resources, which reads and never writes',
    actions: [
      'cloud-account-created',
      'cloud-account-deleted',
      'cloud-account-scan-canceled',
      'cloud-account-scan-started',
      'cloud-account-scheduled-scans-paused',
      'cloud-account-scheduled-scans-resumed',
      'cloud-account-tags-updated',
      'cloud-account-updated',
      'insights-account-created',
      'insights-account-deleted',
      'insights-account-scan-canceled',
      'insights-account-scan-started',
      'insights-account-scheduled-scans-paused',
      'insights-account-scheduled-scans-resumed',
      'insights-account-tags-updated',
      'insights-account-updated',
    ],
  },
  {
    kind: 'administer',
    reason: 'takes an ability from agents, shows their work to others or caps it',
    actions: [
      'agent-cli-integration-disconnected',
      'agent-integration-disabled',
      'agent-model-provider-deleted',
      'agent-task-deleted',
      'agent-task-shared',
      'agent-task-unshared',
      'neo-member-usage-cap-cleared',
      'neo-member-usage-cap-updated',
      'neo-slack-identity-disconnected',
      'neo-usage-cap-cleared',
      'neo-usage-cap-updated',
    ],
  },
  {
    kind: 'administer',
    reason: 'concerns the contract',
    actions: [
      'org-downgraded-to-free',
      'org-plan-migrated',
      'org-upgraded-to-pro',
      'retrial-ended',
      'retrial-expiration-updated',
      'retrial-started',
      'discovery-trial-billing-accepted',
      'discovery-trial-billing-denied',
      'insights-trial-billing-accepted',
      'insights-trial-billing-denied',
    ],
  },
];

/** Where the inventory of tokens changes. Personal tokens made or deleted by their owner leave no event. */
export const pulumiTokenChanges: ReadonlyMap<string, TokenChange> = new Map([
  ['organization-token-created', 'created'],
  ['team-token-created', 'created'],
  ['deployment-runner-token-created-for-oidc-issuer', 'created'],
  ['organization-token-created-for-oidc-issuer', 'created'],
  ['personal-token-created-for-oidc-issuer', 'created'],
  ['team-token-created-for-oidc-issuer', 'created'],
  ['organization-token-deleted', 'deleted'],
  ['team-token-deleted', 'deleted'],
]);

/**
 * None: the catalogue names no event for changes of the audit log or its export (searched 2026-11; their endpoints,
 * `/auditlogs/export/config`, exist). A log that goes silent is what shows them.
 */
export const pulumiLogTampering: ReadonlySet<string> = new Set();
