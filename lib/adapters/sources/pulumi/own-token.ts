import type * as z from 'zod';
import { type Clock, SourceError, type VendorApi } from '../../../app/ports.ts';
import type { Secret } from '../../../config/secret.ts';
import type { Listing } from '../../../core/inventory/listing.ts';
import { msPerHour } from '../../../core/time.ts';
import { outcomeOf } from '../access-check.ts';
import type { Ask, ReadToken } from '../http/transport.ts';
import { User } from './account.ts';

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

/** Nobody answers differently within it, unless they did not answer. */
const unknownKeptMs = msPerHour;

/**
 * The name by which the log knows the token that asks; undefined for a personal one, whose name nothing tells. Asked once for
 * each token: again when there is another where it is kept, or when nothing was told an hour ago.
 */
export const rememberOwnToken = ({ ask, readToken, clock }: OwnParts): VendorApi['ownToken'] => {
  let known: { readonly token: Secret; readonly name: string | undefined; readonly atMs: number } | undefined;
  return async (signal) => {
    const token = await readToken();
    const nowMs = clock.nowMs();
    const isSame = known?.token.reveal() === token.reveal();
    const isLasting = known?.name !== undefined || nowMs - (known?.atMs ?? 0) < unknownKeptMs;
    if (known === undefined || !isSame || !isLasting) {
      known = { token, name: (await owner({ ask, signal }))?.tokenInfo?.name ?? undefined, atMs: nowMs };
    }
    return known.name;
  };
};

type OwnParts = { readonly ask: Ask; readonly readToken: ReadToken; readonly clock: Clock };

const owner = async ({ ask, signal }: OwnAsking): Promise<z.infer<typeof User> | undefined> => {
  const answer = await outcomeOf(ask({ path: '/api/user', what: 'the owner of the token', signal }));
  return answer instanceof SourceError ? undefined : User.safeParse(answer.body).data;
};
