import * as z from 'zod/mini';
import type { AccessCheck } from '../access-check.ts';

/** What the API says of whoever calls it, and what checking that comes to. */

export type PulumiCheck = AccessCheck<'token' | 'privileges' | 'expiry' | 'organization' | 'audit log' | 'clock'>;

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
