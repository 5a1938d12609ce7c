import { isoSeconds, msPerSecond } from '../core/time.ts';
import type { Organization, Person, Token, TokenOwner } from './cast.ts';
import type { PulumiEvent } from './pulumi-event.ts';

/**
 * What the API tells about people, teams and tokens at one moment, in the vendor's shapes (schemas `User`,
 * `OrganizationMetadata`, `ListTeamsResponse`, `ListAccessTokensResponse`).
 */

export type Moment = {
  readonly organization: Organization;
  readonly log: readonly PulumiEvent[];
  readonly nowMs: number;
};

/** Whose token calls: the first admin, who alone may read the audit log. */
export const callingPerson = ({ people, name }: Organization): Person => {
  const admin = people.find(({ role }) => role === 'admin');
  if (admin === undefined) throw new Error(`The made-up organization ${name} has no admin to call its API.`);
  return admin;
};

export const caller = ({ organization }: Moment): unknown => {
  const { user, role } = callingPerson(organization);
  const { name } = organization;
  return {
    id: `user-${user.githubLogin}`,
    ...user,
    email: `${user.githubLogin}@example.com`,
    organizations: [{ name, githubLogin: name, avatarUrl: `https://avatars.example.com/${name}`, role }],
    identities: ['SAML'],
    hasMFA: true,
    isOrgManaged: true,
    isManagedByMultiOrg: false,
  };
};

export const teams = ({ organization }: Moment): unknown => ({
  teams: organization.teams.map(({ name, displayName, members }) => ({
    kind: 'pulumi',
    name,
    displayName,
    description: 'Made up',
    members: members.map((member) => ({ ...member, role: 'member' })),
  })),
});

const pageOfTokens = { usual: 100, max: 1_000 };

type TokenPage = { readonly tokens: readonly unknown[]; readonly continuationToken?: string };

export const tokens = (
  at: Moment,
  owner: TokenOwner,
  query: URLSearchParams,
): TokenPage | { readonly refusal: string } => {
  const filter = query.get('filter') ?? 'active';
  const size = Number(query.get('maxResults') ?? pageOfTokens.usual);
  const from = Number(query.get('continuationToken') ?? 0);
  if (!['active', 'expired', 'all'].includes(filter)) return { refusal: 'Bad Request: invalid filter value' };
  if (!Number.isSafeInteger(size) || size < 1 || size > pageOfTokens.max) {
    return { refusal: 'Bad Request: invalid maxResults value' };
  }
  if (!Number.isSafeInteger(from) || from < 0) return { refusal: 'Bad Request: invalid continuationToken value' };

  const isExpired = ({ expiresMs }: Token): boolean => expiresMs !== undefined && expiresMs <= at.nowMs;
  const held = at.organization.tokens
    .filter((token) => isOwnedBy(token, owner) && isThere(token, at.nowMs))
    .filter((token) => filter === 'all' || isExpired(token) === (filter === 'expired'));
  return {
    tokens: held.slice(from, from + size).map((token) => accessToken(token, at)),
    ...(from + size < held.length && { continuationToken: String(from + size) }),
  };
};

const isOwnedBy = (token: Token, owner: TokenOwner): boolean => {
  if (token.owner.kind === 'team') return owner.kind === 'team' && token.owner.team === owner.team;
  if (token.owner.kind === 'person') return owner.kind === 'person' && token.owner.login === owner.login;
  return owner.kind === 'organization';
};

/** A deleted token vanishes from the lists. */
const isThere = ({ createdMs, deletedMs = Number.POSITIVE_INFINITY }: Token, nowMs: number): boolean =>
  createdMs <= nowMs && nowMs < deletedMs;

const accessToken = (token: Token, { log, nowMs }: Moment): unknown => {
  const lastUse = log.findLast(({ tokenID, timestamp }) => tokenID === token.id && timestamp * msPerSecond <= nowMs);
  const { id, name, description, createdBy, isAdmin, expiresMs = 0, owner } = token;
  return {
    id,
    name,
    description,
    created: isoSeconds(token.createdMs),
    createdBy,
    admin: isAdmin,
    lastUsed: lastUse?.timestamp ?? 0,
    expires: Math.floor(expiresMs / msPerSecond),
    type: owner.kind === 'person' ? 'personal' : owner.kind,
  };
};

export const capabilities = {
  capabilities: [
    { capability: 'delta-checkpoint-uploads-v2', version: 2, configuration: { checkpointCutoffSizeBytes: 20_971_520 } },
    { capability: 'batch-encrypt' },
  ],
};

export const metadata = ({ organization }: Moment): unknown => ({
  id: organization.id,
  created: isoSeconds(organization.createdMs),
  kind: 'pulumi',
  userRole: 'admin',
  product: 'enterprise',
  preferredVCS: 'none',
  aiEnablement: 'disabled',
  neoApprovalMode: 'manual',
  neoTaskSharingMode: 'none',
  defaultAccountPermission: 0,
  defaultEnvironmentPermission: 'read',
  defaultStackPermission: 101,
  memberCount: organization.people.length,
  accountCount: 0,
  environmentCount: 6,
  stackCount: 8,
  auditLogsEnabled: true,
  webhooksEnabled: true,
  ...allFalse([
    'insightsTrialUsingPolicy',
    'membersCanCreateAccounts',
    'membersCanCreateStacks',
    'membersCanCreateTeams',
    'membersCanDeleteStacks',
    'membersCanTransferStacks',
    'naturalLanguageSearchDisabled',
    'neoAgentDisabled',
    'neoCLIExplanationsDisabled',
    'neoEnabled',
  ]),
  features: {
    ...allFalse(featuresOff),
    auditLogsEnabled: true,
    auditLogUIFilteringEnabled: true,
    customRolesEnabled: true,
    environmentsEnabled: true,
    machineTokensEnabled: true,
    teamsEnabled: true,
    webhooksEnabled: true,
  },
});

/** The rest of what schema `OrganizationFeatures` requires. */
const featuresOff = [
  'agentIntegrationCatalogEnabled',
  'agentPoolRegistrationEnabled',
  'agentScheduledTasksEnabled',
  'aiAgentsEnabled',
  'aleEnabled',
  'approvalsEnabled',
  'bitbucketVCSEnabled',
  'bringYourOwnKeyEnabled',
  'cliIntegrationCatalogEnabled',
  'crossGuardEnabled',
  'customRoleCondition',
  'customTemplatesEnabled',
  'customVCSEnabled',
  'dependencyCachingEnabled',
  'deployEnabled',
  'discoveredStacksEnabled',
  'driftDetectionEnabled',
  'environmentRevisionTagsEnabled',
  'environmentSecretRotationEnabled',
  'environmentsRestoreEnabled',
  'escEditorRevampEnabled',
  'escOnboardingAzureOAuthClientEnabled',
  'escOnboardingEnabled',
  'escOnboardingGcpOAuthClientEnabled',
  'escOnboardingV2Enabled',
  'fixDriftWithNeoEnabled',
  'ghAppDetailedDiffEnabled',
  'gitHubEnterpriseIntegrationEnabled',
  'iacCloudImportEnabled',
  'insightsAutoPolicyPacksEnabled',
  'insightsMonetizationEnabled',
  'integrationAssistantEnabled',
  'legacyDeploymentsOrgToken',
  'neoByokEnabled',
  'neoPlanModeEnabled',
  'neoTaskSharingEnabled',
  'nlpSearchEnabled',
  'pangeaAccountsScanPageEnabled',
  'policyIssueManagementEnabled',
  'policyManagementV2Enabled',
  'propertySearchUIEnabled',
  'resourceExportEnabled',
  'resourceSearchEnabled',
  'restoreStacksEnabled',
  'scimEnabled',
  'selfHostedDeploymentsEnabled',
  'selfServeIDPRemoval',
  'serviceBackedConfigEnabled',
  'themingEnabled',
] as const;

const allFalse = (names: readonly string[]): Readonly<Record<string, false>> =>
  Object.fromEntries(names.map((name) => [name, false]));
