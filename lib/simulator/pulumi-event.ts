/**
 * Audit events in the vendor's own JSON shape (schema `AuditLogEvent` of its OpenAPI document), and the event types
 * that the made-up organization causes, with the flags that the vendor's catalogue gives them.
 */

export type PulumiUser = { readonly name: string; readonly githubLogin: string; readonly avatarUrl: string };

/** False booleans and empty strings are left out, as Go's `omitempty` does. */
export type PulumiEvent = {
  /** Unix seconds. */
  readonly timestamp: number;
  readonly sourceIP: string;
  readonly event: EventType;
  readonly description: string;
  readonly user: PulumiUser;
  readonly tokenID?: string;
  readonly tokenName?: string;
  readonly reqOrgAdmin?: true;
  readonly reqStackAdmin?: true;
  readonly authFailure?: true;
};

type Flag = 'org-admin' | 'stack-admin' | 'failure';

const flags = {
  'auth-failure-environment': 'failure',
  'auth-failure-organization-role': 'failure',
  'auth-failure-stack-permission': 'failure',
  'environment-open': undefined,
  'environment-read': undefined,
  'environment-read-open': undefined,
  'environment-updated': undefined,
  'member-role-changed': 'org-admin',
  'organization-invite-canceled': 'org-admin',
  'organization-invite-sent': 'org-admin',
  'organization-token-created': 'org-admin',
  'organization-token-deleted': 'org-admin',
  'policy-pack-created': 'org-admin',
  'policy-pack-enabled': 'org-admin',
  'secret-decrypted': undefined,
  'secrets-batch-decrypted': undefined,
  'stack-created': undefined,
  'stack-deleted': 'stack-admin',
  'stack-exported': undefined,
  'stack-outputs-read': undefined,
  'stack-update-completed': undefined,
  'stack-update-started': undefined,
  'team-updated': 'org-admin',
  'user-login': undefined,
  'user-login-failed': undefined,
} as const satisfies Readonly<Record<string, Flag | undefined>>;

export type EventType = keyof typeof flags;

/** Who acts, and with which credential; a console session has no token. */
export type Caller = {
  readonly user: PulumiUser;
  readonly token?: { readonly id: string; readonly name: string };
};
export type TokenCaller = Required<Caller>;

/** One thing done, as the log words it. */
export type Deed = { readonly event: EventType; readonly description: string };

export const pulumiEvent = (
  { event, description }: Deed,
  { caller, sourceIP, atMs }: { readonly caller: Caller; readonly sourceIP: string; readonly atMs: number },
): PulumiEvent => ({
  timestamp: Math.floor(atMs / 1_000),
  sourceIP,
  event,
  description,
  user: caller.user,
  ...(caller.token && { tokenID: caller.token.id, tokenName: caller.token.name }),
  ...flagsOf(event),
});

const flagsOf = (event: EventType): Pick<PulumiEvent, 'reqOrgAdmin' | 'reqStackAdmin' | 'authFailure'> => {
  switch (flags[event]) {
    case 'org-admin':
      return { reqOrgAdmin: true };
    case 'stack-admin':
      return { reqStackAdmin: true };
    case 'failure':
      return { authFailure: true };
    case undefined:
      return {};
  }
};

/** One entry of the catalogue endpoint (schema `AuditLogEventTypeCatalogEntry`). */
export type EventTypeEntry = {
  readonly event: EventType;
  readonly displayName: string;
  readonly description: string;
  readonly requiresOrgAdmin: boolean;
  readonly requiresStackAdmin: boolean;
  readonly authenticationFailure: boolean;
  readonly deprecated: boolean;
};

const eventTypes = Object.keys(flags) as readonly EventType[];

/** Sorted by id; of the vendor's 169 types those that occur here. */
export const eventTypeCatalogue: readonly EventTypeEntry[] = eventTypes.toSorted().map((event) => ({
  event,
  displayName: event.replaceAll(
    /(^|-)([a-z])/g,
    (_, gap: string, letter: string) => (gap && ' ') + letter.toUpperCase(),
  ),
  description: `Made up: ${event.replaceAll('-', ' ')}.`,
  requiresOrgAdmin: flags[event] === 'org-admin',
  requiresStackAdmin: flags[event] === 'stack-admin',
  authenticationFailure: flags[event] === 'failure',
  deprecated: false,
}));
