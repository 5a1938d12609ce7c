import * as z from 'zod/mini';
import { SourceError } from '../../../app/ports.ts';

/** What the API says of whoever calls it, and what checking that comes to. */

export type AccessCheck = {
  readonly name: 'token' | 'privileges' | 'expiry' | 'organization' | 'audit log' | 'clock';
  readonly detail: string;
  /** `advice`: it works, and could be better. */
} & ({ readonly ok: true; readonly advice?: string } | { readonly ok: false; readonly fix: string });

const absentable = z.nullish(z.string());

/** `tokenInfo` comes with machine tokens only; which of its fields, specification and client disagree about. */
export const User = z.object({
  githubLogin: z.string(),
  tokenInfo: z.nullish(z.object({ name: absentable, organization: absentable, team: absentable })),
  organizations: z.nullish(z.array(z.object({ githubLogin: z.string(), role: absentable }))),
});

export const Metadata = z.object({
  product: absentable,
  features: z.nullish(
    z.object({ auditLogsEnabled: z.nullish(z.boolean()), customRolesEnabled: z.nullish(z.boolean()) }),
  ),
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
