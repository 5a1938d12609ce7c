import type * as z from 'zod';
import { type Clock, SourceError, type VendorApi } from '../../../app/ports.ts';
import type { Secret } from '../../../config/secret.ts';
import type { ListedToken, Listing } from '../../../core/inventory/listing.ts';
import { msPerHour, msPerMinute } from '../../../core/time.ts';
import { outcomeOf } from '../access-check.ts';
import type { Ask, ReadToken } from '../http/transport.ts';
import { User } from './account.ts';

type OwnAsking = { readonly ask: Ask; readonly signal?: AbortSignal | undefined };

type Owner = z.infer<typeof User>;

/** As a list tells of a token. */
type Candidate = { readonly name?: string | null | undefined; readonly lastUsedAtMs?: number | undefined };

/** We just used it; longer ago than this it would be another. */
const justUsedMs = 5 * msPerMinute;

/**
 * Which of these is the token that asks. `/api/user` names a machine's token, and a name is one token, because Pulumi keeps
 * names reserved. Of a personal token it says only whose it is: known where that person has no other, or used no other just
 * now. Undefined where two may be meant.
 */
export const ownAmong = <Token extends Candidate>(
  tokens: readonly Token[],
  { tokenInfo }: Pick<Owner, 'tokenInfo'>,
  nowMs: number,
): Token | undefined => {
  const isJustUsed = ({ lastUsedAtMs = 0 }: Candidate): boolean => Math.abs(nowMs - lastUsedAtMs) <= justUsedMs;
  const alike = tokenInfo
    ? tokens.filter(({ name }) => name === tokenInfo.name)
    : tokens.length === 1
      ? tokens
      : tokens.filter(isJustUsed);
  return alike.length === 1 ? alike[0] : undefined;
};

/** The listing, in which the token that asks is marked. */
export const withOwn = async (
  listing: Listing,
  { clock, ...asking }: OwnAsking & { readonly clock: Clock },
): Promise<Listing> => {
  const user = await owner(asking);
  if (user === undefined) return listing;
  const isOfItsKind = ({ kind }: ListedToken): boolean =>
    user.tokenInfo ? kind === 'organization' || kind === 'team' : kind === 'personal';
  const own = ownAmong(listing.tokens.filter(isOfItsKind), user, clock.nowMs());
  if (own === undefined) return listing;
  return { ...listing, tokens: listing.tokens.map((token) => (token === own ? { ...token, isOwn: true } : token)) };
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

const owner = async ({ ask, signal }: OwnAsking): Promise<Owner | undefined> => {
  const answer = await outcomeOf(ask({ path: '/api/user', what: 'the owner of the token', signal }));
  return answer instanceof SourceError ? undefined : User.safeParse(answer.body).data;
};
