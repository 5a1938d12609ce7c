import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type ActionKind,
  actionKinds,
  changesTokens,
  isKnownAction,
  isSensitive,
  kindOf,
  tampersWithLog,
} from '../../lib/core/action.ts';
import { cloudActions, cloudLogTampering } from '../../lib/core/actions/cloud.ts';
import { actionCharsMax } from '../../lib/core/actions/general.ts';
import { pulumiActions } from '../../lib/core/actions/pulumi.ts';
import { scalrActions, scalrTokenChanges } from '../../lib/core/actions/scalr.ts';

type CatalogueEntry = {
  readonly event: string;
  readonly category: string;
  readonly authenticationFailure: boolean;
};

const catalogue: readonly CatalogueEntry[] = JSON.parse(
  readFileSync(new URL('../fixtures/contracts/pulumi-event-types.json', import.meta.url), 'utf8'),
);

const actionsOf = (rows: readonly { readonly actions: readonly string[] }[]): readonly string[] =>
  rows.flatMap(({ actions }) => actions);

const twiceIn = (names: readonly string[]): readonly string[] =>
  names.filter((name, position) => names.indexOf(name) !== position);

/** Names of one kind: `'create delete' x 'user role'`. */
const each = (verbs: string, nouns: string): readonly string[] =>
  verbs.split(' ').flatMap((verb) => nouns.split(' ').map((noun) => `${verb}-${noun}`));

describe('the kinds of actions', () => {
  it('keep their order, because stored counts index by it', () => {
    expect(actionKinds).toEqual([
      'credentials',
      'secrets',
      'state',
      'members-and-roles',
      'login-controls',
      'log-pipeline',
      'code-execution',
      'destruction',
      'log-in',
      'refused',
      'deploy',
      'read',
      'administer',
      'other',
    ]);
  });

  it('are sensitive where a first time deserves attention, and not where it is ordinary life', () => {
    expect(actionKinds.filter(isSensitive)).toEqual([
      'credentials',
      'secrets',
      'state',
      'members-and-roles',
      'login-controls',
      'log-pipeline',
      'code-execution',
      'destruction',
    ]);
  });

  it.each([
    ['updating infrastructure', 'deploy', 'stack-update-started', 'create-run'],
    [
      'exchanging a pipeline’s identity',
      'log-in',
      'organization-token-created-for-oidc-issuer',
      'assume-service-account',
    ],
    ['making a lasting token', 'credentials', 'organization-token-created', 'create-service-account-token'],
    ['taking the state', 'state', 'stack-exported', 'get-state-version-download'],
    ['replacing the state', 'state', 'stack-imported', 'create-state-version'],
    ['changing what others are given as secrets', 'secrets', 'environment-updated', 'update-var-set'],
    ['trusting another issuer', 'login-controls', 'oidc-issuer-registered', 'create-workload-identity-provider'],
    ['changing single sign-on', 'login-controls', 'saml-configuration-updated', 'update-saml-integration'],
    ['changing a role', 'members-and-roles', 'custom-role-updated', 'update-role'],
    ['weakening a policy', 'code-execution', 'policy-group-updated', 'update-policy-group'],
    ['setting up a later run', 'code-execution', 'scheduled-deployment-created', 'create-run-schedule-rule'],
    ['adding machines that run deployments', 'code-execution', 'deployment-runner-pool-created', 'create-agent-pool'],
    ['deleting what is managed', 'destruction', 'stack-deleted', 'delete-workspace'],
  ])('are the same for %s with either vendor: %s', (_act, kind, pulumi, scalr) => {
    expect(kindOf('pulumi', pulumi)).toBe(kind);
    expect(kindOf('scalr', scalr)).toBe(kind);
  });

  it('are given with a reason', () => {
    for (const { reason } of [...pulumiActions, ...scalrActions, ...cloudActions]) expect(reason).toMatch(/\w+ \w+/);
  });
});

describe('Pulumi’s actions', () => {
  it('are classified each exactly once, all of the catalogue and nothing else', () => {
    const ids = catalogue.map(({ event }) => event);
    expect(ids).toHaveLength(169);
    expect(twiceIn(actionsOf(pulumiActions))).toEqual([]);
    expect(actionsOf(pulumiActions).toSorted()).toEqual(ids.toSorted());
    expect(ids.filter((id) => !isKnownAction('pulumi', id))).toEqual([]);
  });

  it('are refusals where the catalogue flags a failure, and in the two cases where it forgets to', () => {
    const flagged = catalogue.filter((entry) => entry.authenticationFailure).map(({ event }) => event);
    const refused = catalogue.map(({ event }) => event).filter((id) => kindOf('pulumi', id) === 'refused');
    expect(flagged).toHaveLength(8);
    expect(refused.toSorted()).toEqual([...flagged, 'user-login-failed', 'environment-unauthorized-open'].toSorted());
  });

  it('open secrets where values are decrypted or an environment is opened, not where a definition is read', () => {
    for (const id of [
      'secret-decrypted',
      'secrets-batch-decrypted',
      'environment-decrypted',
      'environment-open',
      'environment-read-open',
      'environment-draft-open',
      'environment-draft-read-open',
      'environment-revision-tag-open',
    ]) {
      expect([id, kindOf('pulumi', id)]).toEqual([id, 'secrets']);
    }
    expect(kindOf('pulumi', 'environment-read')).toBe('read');
    expect(kindOf('pulumi', 'stack-outputs-read')).toBe('read');
  });

  it('count lasting tokens as credentials, and tell of every token that comes or goes', () => {
    const tokens = catalogue.filter(({ category }) => category === 'Access tokens').map(({ event }) => event);
    expect(tokens).toHaveLength(8);
    for (const id of tokens) {
      expect([id, kindOf('pulumi', id)]).toEqual([id, id.endsWith('-for-oidc-issuer') ? 'log-in' : 'credentials']);
      expect([id, changesTokens('pulumi', id)]).toEqual([id, id.endsWith('-deleted') ? 'deleted' : 'created']);
    }
    const others = catalogue.map(({ event }) => event).filter((id) => !tokens.includes(id));
    expect(others.filter((id) => changesTokens('pulumi', id) !== undefined)).toEqual([]);
  });

  it('name nothing that tampers with the audit log', () => {
    expect(catalogue.filter(({ event }) => tampersWithLog('pulumi', event))).toEqual([]);
    expect(catalogue.filter(({ event }) => kindOf('pulumi', event) === 'log-pipeline')).toEqual([]);
  });

  it.each<[string, ActionKind]>([
    ['service-token-created', 'credentials'],
    ['service-token-created-for-oidc-issuer', 'log-in'],
    ['auth-failure-registry', 'refused'],
    ['environment-preview-open', 'secrets'],
    ['environment-branch-read-open', 'secrets'],
    ['registry-policy-version-published', 'code-execution'],
    ['audit-log-export-configuration-updated', 'log-pipeline'],
    ['team-role-changed', 'members-and-roles'],
    ['cloud-account-frobnicated', 'other'],
  ])('that are newer than the table are unknown, and judged by their words: %s is %s', (id, kind) => {
    expect(isKnownAction('pulumi', id)).toBe(false);
    expect(kindOf('pulumi', id)).toBe(kind);
  });
});

describe('Scalr’s actions', () => {
  const crud = 'create update delete';

  /** The classes of the vendor notes, written out. A class that asks two questions is split by the question. */
  it.each<[string, ActionKind, readonly string[]]>([
    [
      'credential creation',
      'credentials',
      [
        'create-access-token',
        'create-service-account-token',
        'create-agent-pool-token',
        'update-access-token',
        'delete-access-token',
      ],
    ],
    ['an exchange of identities, which pipelines do with every job', 'log-in', ['assume-service-account']],
    ['who can act', 'members-and-roles', each(crud, 'service-account')],
    ['who can act as whom', 'login-controls', each(crud, 'assume-service-account-policy workload-identity-provider')],
    [
      'users, roles, policies',
      'members-and-roles',
      [...each(crud, 'user team role access-policy'), 'invite-user-to-account', 'remove-user-from-account'],
    ],
    [
      'login controls',
      'login-controls',
      [
        ...each(crud, 'saml-integration'),
        ...each('add replace delete', 'sso-bypass-users'),
        'update-security-rules',
        'update-account',
      ],
    ],
    [
      'the log pipeline',
      'log-pipeline',
      [
        ...each(crud, 'aws-event-bridge-integration'),
        'create-datadog-integration',
        'update-datadog-integrations',
        'delete-datadog-integration',
        ...each(crud, 'webhook-integration'),
      ],
    ],
    [
      'reading and writing state',
      'state',
      [
        'get-state-version-download',
        'get-state-version',
        'get-current-state-version',
        'get-workspace-outputs',
        'list-state-versions',
        'create-state-version',
      ],
    ],
    [
      'reads that bear secrets',
      'secrets',
      [
        'get-variables',
        'get-variable',
        'get-json-output',
        'get-sanitized-json-output',
        'get-plan-log',
        'get-apply-log',
        'download-policy-input',
        'download-configuration-version',
        'get-provider-configuration',
        'get-provider-configuration-parameter',
      ],
    ],
    [
      'writes that bear secrets',
      'secrets',
      [
        ...each(crud, 'variable provider-configuration provider-configuration-parameter provider-configuration-link'),
        ...each(crud, 'ssh-key vcs-provider var-set var-set-variable'),
        ...each('create delete', 'workspace-ssh-key-link'),
      ],
    ],
    [
      'code execution and trust',
      'code-execution',
      ['force-run', 'override-policy', ...each(crud, 'hook hook-environment-link agent-pool policy-group')],
    ],
    ['runs, which pipelines start all day', 'deploy', ['create-run', 'confirm-run', 'discard-run', 'cancel-run']],
    [
      'trust in who may read the state, and where it is kept',
      'state',
      ['replace-remote-state-consumers', 'add-federated-environments', ...each(crud, 'storage-profile')],
    ],
  ])('are known and of the kind their class asks about: %s are %s', (_class, kind, names) => {
    for (const name of names) {
      expect([name, kindOf('scalr', name)]).toEqual([name, kind]);
      expect([name, isKnownAction('scalr', name)]).toEqual([name, true]);
    }
  });

  it('are classified each exactly once', () => {
    expect(twiceIn(actionsOf(scalrActions))).toEqual([]);
  });

  it('only read where they get or list, unless the answer bears secrets or state', () => {
    const reads = actionsOf(scalrActions).filter((name) => /^(get|list|download)-/.test(name));
    expect(new Set(reads.map((name) => kindOf('scalr', name)))).toEqual(new Set(['read', 'secrets', 'state']));
  });

  it('tamper with the log where a destination of it is changed or deleted, not where one is made', () => {
    for (const name of [
      'update-aws-event-bridge-integration',
      'delete-aws-event-bridge-integration',
      'update-datadog-integrations',
      'delete-datadog-integration',
    ]) {
      expect([name, tampersWithLog('scalr', name)]).toEqual([name, true]);
    }
    for (const name of [
      'create-aws-event-bridge-integration',
      'create-datadog-integration',
      'get-datadog-integration',
      'delete-webhook-integration',
      'delete-slack-integration',
    ]) {
      expect([name, tampersWithLog('scalr', name)]).toEqual([name, false]);
    }
  });

  it('tamper with the log under names that nobody has published yet, too', () => {
    for (const name of ['update-audit-log-settings', 'disable-audit-logs', 'delete-audit-log-storage-integration']) {
      expect([name, isKnownAction('scalr', name), tampersWithLog('scalr', name)]).toEqual([name, false, true]);
    }
    expect(tampersWithLog('scalr', 'get-audit-log-settings')).toBe(false);
    expect(tampersWithLog('scalr', 'enable-audit-logs')).toBe(false);
  });

  it('tell of every token that comes or goes', () => {
    expect(changesTokens('scalr', 'create-access-token')).toBe('created');
    expect(changesTokens('scalr', 'create-service-account-token')).toBe('created');
    expect(changesTokens('scalr', 'create-agent-pool-token')).toBe('created');
    expect(changesTokens('scalr', 'assume-service-account')).toBe('created');
    expect(changesTokens('scalr', 'delete-access-token')).toBe('deleted');
    expect(changesTokens('scalr', 'update-access-token')).toBeUndefined();
    for (const name of scalrTokenChanges.keys()) expect(actionsOf(scalrActions)).toContain(name);
  });

  it.each<[string, ActionKind]>([
    ['get-something-new', 'read'],
    ['list-something-new', 'read'],
    ['create-something-new', 'administer'],
    ['update-something-new', 'administer'],
    ['create-agent-pool-mtls-certificate', 'credentials'],
    ['get-variable-set-variable', 'secrets'],
    ['login', 'log-in'],
    ['saml-login', 'log-in'],
    ['login-failed', 'refused'],
    ['do-something-new', 'other'],
  ])('that are in no table are unknown, and judged by their words: %s is %s', (name, kind) => {
    expect(isKnownAction('scalr', name)).toBe(false);
    expect(kindOf('scalr', name)).toBe(kind);
  });
});

describe('actions of any other log', () => {
  it.each<[ActionKind, string, readonly string[]]>([
    [
      'credentials',
      'make, change or end a credential',
      [
        'CreateAccessKey',
        'DeleteAccessKey',
        'UpdateAccessKey',
        'CreateLoginProfile',
        'UpdateLoginProfile',
        'CreateApiKey',
        'GetPasswordData',
        'GetFederationToken',
        'google.iam.admin.v1.CreateServiceAccountKey',
        'public_key.create',
      ],
    ],
    [
      'secrets',
      'hand out or replace secrets',
      [
        'GetSecretValue',
        'BatchGetSecretValue',
        'GetParameter',
        'GetParametersByPath',
        'PutParameter',
        'PutSecretValue',
        'DeleteSecret',
        'Microsoft.KeyVault/vaults/secrets/read',
      ],
    ],
    [
      'members-and-roles',
      'change who may do what',
      [
        'AttachUserPolicy',
        'PutRolePolicy',
        'CreateUser',
        'AddUserToGroup',
        'UpdateAssumeRolePolicy',
        'SetIamPolicy',
        'org.add_member',
        'Microsoft.Authorization/roleAssignments/write',
      ],
    ],
    [
      'login-controls',
      'change how one gets in',
      ['CreateSAMLProvider', 'CreateOpenIDConnectProvider', 'DeactivateMFADevice', 'UpdateAccountPasswordPolicy'],
    ],
    [
      'log-pipeline',
      'change what is logged',
      [
        'StopLogging',
        'DeleteTrail',
        'UpdateTrail',
        'CreateTrail',
        'PutEventSelectors',
        'DeleteFlowLogs',
        'DeleteLogGroup',
        'LeaveOrganization',
        'google.logging.v2.ConfigServiceV2.DeleteSink',
        'audit_log_streaming.destroy',
      ],
    ],
    [
      'code-execution',
      'get code to run',
      [
        'RunInstances',
        'CreateFunction20150331',
        'UpdateFunctionCode20150331v2',
        'SendCommand',
        'StartSession',
        'hook.create',
      ],
    ],
    [
      'destruction',
      'delete',
      ['DeleteBucket', 'TerminateInstances', 'ScheduleKeyDeletion', 'repo.destroy', 'DeleteStack'],
    ],
    ['read', 'look', ['GetObject', 'ListUsers', 'DescribeInstances', 'HeadObject', 'ListSecrets', 'GetTrailStatus']],
    [
      'log-in',
      'get in',
      ['login', 'user-login', 'ConsoleLogin', 'AssumeRole', 'AssumeRoleWithWebIdentity', 'ssh.login'],
    ],
    ['refused', 'are turned away', ['login-failed', 'user.failed_login', 'failed-password', 'UnauthorizedAccess']],
    ['deploy', 'do what pipelines do', ['CreateStack', 'StartBuild', 'create-deployment']],
    ['administer', 'change settings', ['CreateTags', 'DeleteTags', 'CreateSecurityGroup', 'RebootInstances']],
    ['other', 'say nothing', ['', 'Execute', '💥', '42', 'constructor', '__proto__', 'toString', 'logout']],
  ])('are %s where they %s', (kind, _meaning, names) => {
    for (const name of names) expect([name, kindOf('aws', name)]).toEqual([name, kind]);
  });

  it('keep the noise of encryption apart from secrets: everybody who reads an object decrypts', () => {
    for (const name of ['Decrypt', 'GenerateDataKey', 'Encrypt']) expect(kindOf('aws', name)).toBe('read');
  });

  it('are known where their words say something', () => {
    expect(isKnownAction('aws', 'CreateAccessKey')).toBe(true);
    expect(isKnownAction('aws', 'Execute')).toBe(false);
  });

  it('tell of keys and tokens that come and go, by whatever name', () => {
    expect(changesTokens('aws', 'CreateAccessKey')).toBe('created');
    expect(changesTokens('aws', 'DeleteAccessKey')).toBe('deleted');
    expect(changesTokens('aws', 'UpdateAccessKey')).toBeUndefined();
    expect(changesTokens('gcp', 'google.iam.admin.v1.DeleteServiceAccountKey')).toBe('deleted');
    expect(changesTokens('gitlab', 'personal_access_token.revoked')).toBe('deleted');
    expect(changesTokens('aws', 'CreateUser')).toBeUndefined();
  });

  it('tamper with the log where it is stopped, narrowed or left, not where one begins or a service tidies up', () => {
    for (const name of [...cloudLogTampering, 'DeleteFlowLogs', 'audit_log_streaming.destroy']) {
      expect([name, kindOf('aws', name), tampersWithLog('aws', name)]).toEqual([name, 'log-pipeline', true]);
    }
    for (const name of ['CreateTrail', 'StartLogging', 'CreateFlowLogs', 'DeleteLogGroup', 'DescribeTrails', 'login']) {
      expect([name, tampersWithLog('aws', name)]).toEqual([name, false]);
    }
  });

  it('are classified each exactly once where they are listed by name', () => {
    expect(twiceIn(actionsOf(cloudActions))).toEqual([]);
  });
});

describe('any name at all', () => {
  const providers = fc.constantFrom('pulumi', 'scalr', 'aws', '', '__proto__');
  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('A', 'a', '-', '.', '2', '0', 'v'), maxLength: 300 }),
    fc
      .array(fc.constantFrom('create', 'Access', 'key', 'token', '_', '.', 'deleted', 'open', ' '), { maxLength: 60 })
      .map((parts) => parts.join('')),
  );

  it('has a kind, and the same one whenever it is asked for', () => {
    fc.assert(
      fc.property(providers, names, (provider, name) => {
        const kind = kindOf(provider, name);
        expect(actionKinds).toContain(kind);
        expect(kindOf(provider, name)).toBe(kind);
        expect([undefined, 'created', 'deleted']).toContain(changesTokens(provider, name));
        if (tampersWithLog(provider, name)) expect(kind).toBe('log-pipeline');
      }),
      { seed: 20_260_314, numRuns: 500 },
    );
  });

  it('is judged by its beginning alone, however long it is', () => {
    fc.assert(
      fc.property(providers, names, (provider, name) => {
        const beginning = name.padEnd(actionCharsMax, 'x').slice(0, actionCharsMax);
        const long = beginning.padEnd(10_000, 'CreateAccessKey.');
        expect(kindOf(provider, long)).toBe(kindOf(provider, beginning));
      }),
      { seed: 20_260_314, numRuns: 200 },
    );
  });

  it('has the same kind after thousands of other names', () => {
    expect(kindOf('aws', 'RevokeSomeToken')).toBe('credentials');
    for (let i = 0; i < 10_000; i += 1) kindOf('aws', `Invented${i}`);
    expect(kindOf('aws', 'RevokeSomeToken')).toBe('credentials');
    expect(kindOf('aws', 'Invented0')).toBe('other');
  });
});
