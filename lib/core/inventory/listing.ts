/** The tokens as a vendor's API tells of them, whichever vendor it is. */

export type TokenKind = 'organization' | 'team' | 'personal' | 'refresh' | 'unknown';

/** A token as the vendor's API tells of it. */
export type ListedToken = {
  readonly id: string;
  readonly name: string;
  readonly kind: TokenKind;
  /** The team, or the person whose own it is; undefined for the organization's. */
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
};

/** All that the vendor lists, and what it would not. */
export type Listing = {
  readonly tokens: readonly ListedToken[];
  /** Logins of the organization's members, in lower case; undefined where they could not be listed. */
  readonly members: ReadonlySet<string> | undefined;
  /** Each a sentence: what could not be listed, and why. */
  readonly missing: readonly string[];
};
