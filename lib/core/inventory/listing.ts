/** The tokens as a vendor's API tells of them, whichever vendor it is. */

export type TokenKind = 'organization' | 'team' | 'personal' | 'refresh' | 'service-account' | 'agent-pool' | 'unknown';

/** A token as the vendor's API tells of it. */
export type ListedToken = {
  readonly id: string;
  readonly name: string;
  readonly kind: TokenKind;
  /** The team, the agent pool, or the person or service account whose own it is; undefined for the organization's. */
  readonly owner: string | undefined;
  readonly description: string | undefined;
  readonly createdBy: string | undefined;
  readonly createdAtMs: number | undefined;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
  /** Undefined: never. */
  readonly lastUsedAtMs: number | undefined;
  readonly isAdmin: boolean;
  readonly role: string | undefined;
  /** The one that tokenwatch itself asks with. Absent: another, or it cannot be told. */
  readonly isOwn?: boolean;
  /** The log names it in no way that is known, so that its silence there means nothing. Absent: it does. */
  readonly isUnnamedInLog?: boolean;
};

/** All that the vendor lists, and what it would not. */
export type Listing = {
  readonly tokens: readonly ListedToken[];
  /** Logins of the organization's members, in lower case; undefined where they could not be listed. */
  readonly members: ReadonlySet<string> | undefined;
  /** Each a sentence: what could not be listed, and why. */
  readonly missing: readonly string[];
};
