import type * as z from 'zod';
import { SourceError } from '../../../app/ports.ts';
import type { Listing } from '../../../core/inventory/listing.ts';
import { outcomeOf, User } from './account.ts';
import type { Ask } from './transport.ts';

export type OwnAsking = { readonly ask: Ask; readonly signal?: AbortSignal | undefined };

/**
 * Which of the listed tokens is the one that asks. `/api/user` names a machine's token, and a name is one token, because
 * Pulumi keeps names reserved. Of a personal token it says only whose it is: known where that person has no other.
 */
export const withOwn = async (listing: Listing, asking: OwnAsking): Promise<Listing> => {
  const user = await owner(asking);
  if (user === undefined) return listing;
  const { tokenInfo } = user;
  const own = listing.tokens.filter(({ kind, name }) =>
    tokenInfo ? (kind === 'organization' || kind === 'team') && name === tokenInfo.name : kind === 'personal',
  );
  const [only, ...more] = own;
  if (only === undefined || more.length > 0) return listing;
  return { ...listing, tokens: listing.tokens.map((token) => (token === only ? { ...token, isOwn: true } : token)) };
};

/** The name by which the log knows the token that asks; undefined for a personal one, whose name nothing tells. */
export const ownTokenName = async (asking: OwnAsking): Promise<string | undefined> =>
  (await owner(asking))?.tokenInfo?.name ?? undefined;

const owner = async ({ ask, signal }: OwnAsking): Promise<z.infer<typeof User> | undefined> => {
  const answer = await outcomeOf(ask({ path: '/api/user', what: 'the owner of the token', signal }));
  return answer instanceof SourceError ? undefined : User.safeParse(answer.body).data;
};
