import { z } from 'zod';
import { SourceError } from '../../../app/ports.ts';

/** What the API says of whoever calls it, and what checking that comes to. */

export type AccessCheck = {
  readonly name: 'token' | 'privileges' | 'expiry' | 'organization' | 'audit log' | 'clock';
  readonly detail: string;
  /** `advice`: it works, and could be better. */
} & ({ readonly ok: true; readonly advice?: string } | { readonly ok: false; readonly fix: string });

const absentable = z.string().nullish();

/** `tokenInfo` comes with machine tokens only; which of its fields, specification and client disagree about. */
export const User = z.object({
  githubLogin: z.string(),
  tokenInfo: z.object({ name: absentable, organization: absentable, team: absentable }).nullish(),
  organizations: z.array(z.object({ githubLogin: z.string(), role: absentable })).nullish(),
});

export const Metadata = z.object({
  product: absentable,
  features: z.object({ auditLogsEnabled: z.boolean().nullish(), customRolesEnabled: z.boolean().nullish() }).nullish(),
});

export const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The failure as a value, where it is one of the source's. */
export const outcomeOf = async <Value>(asked: Promise<Value>): Promise<Value | SourceError> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
};
