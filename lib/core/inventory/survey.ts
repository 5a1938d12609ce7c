import type { Listing } from './listing.ts';

/** What a vendor's API tells of an account at one time, beside its audit log. Undefined: it is not shown to us, or there is no such thing. */
export type Survey = {
  readonly listing: Listing;
  /** Addresses and ranges from which the account may be used, in order; empty: from anywhere. */
  readonly allowedAddresses: readonly string[] | undefined;
  readonly logExport: LogExport | undefined;
  /** When somebody last asked for something that the audit log must show; as far as the API tells lately. */
  readonly lastRequestMs: number | undefined;
  /** When the token that asks all this ends. */
  readonly ownTokenEndsMs: number | undefined;
};

/** The way by which the audit log leaves the vendor. */
export type LogExport = {
  readonly state: 'active' | 'inactive' | 'missing';
  /** The vendor's own words for it, and for what is wrong. Untrusted. */
  readonly status: string;
  readonly problem: string | undefined;
};
