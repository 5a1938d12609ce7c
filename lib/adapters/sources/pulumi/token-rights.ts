import * as z from 'zod/mini';
import { type Clock, SourceError } from '../../../app/ports.ts';
import { isoSeconds, msPerDay, msPerMinute, msPerSecond } from '../../../core/time.ts';
import { outcomeOf } from '../access-check.ts';
import { excerpt } from '../http/excerpt.ts';
import type { Answer } from '../http/exchange.ts';
import type { Ask } from '../http/transport.ts';
import { isSame, Metadata, type PulumiCheck, User } from './account.ts';

/**
 * What the token may do beyond reading the log, and when it ends. The monitor's own token is worth stealing: it should
 * hold one scope and no more. The API tells of a token only to whoever may list tokens, which the right one may not; then
 * little is known, and that is well.
 */

export type Rights = {
  readonly ask: Ask;
  readonly organization: string;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** The answers of `/api/user` and of the organization's metadata. */
  readonly user: Answer;
  readonly metadata: Answer | SourceError;
};

/** How to make the right token, as a person finds it in Pulumi Cloud. */
export const rightToken =
  'In Pulumi Cloud, make a custom role with the scope audit_logs:read alone (Settings, Roles), and an organization token' +
  ' with that role and an end (Settings, Access Tokens).';
const rightTokenWithoutRoles =
  'This edition has no custom roles, so only an admin’s token reads the log: use an organization token that ends, for' +
  ' tokenwatch alone.';

export const tokenRights = async (rights: Rights): Promise<readonly PulumiCheck[]> => {
  const { data: user } = User.safeParse(rights.user.body);
  if (user === undefined) return [];
  const own = await ownToken(rights, user);
  return [privileges(rights, user, own), ...expiry(own, rights.clock.nowMs())];
};

type Owner = z.infer<typeof User>;

const Token = z.object({
  name: z.nullish(z.string()),
  admin: z.nullish(z.boolean()),
  expires: z.nullish(z.number()),
  lastUsed: z.nullish(z.number()),
  role: z.nullish(z.object({ name: z.nullish(z.string()), defaultIdentifier: z.nullish(z.string()) })),
});
const Tokens = z.object({ tokens: z.array(Token) });
type TokenSeen = z.infer<typeof Token>;

/** The most that the API lists at once; whoever has more is not told apart here. */
const tokensMax = '1000';

/** Undefined where the token may not list tokens, or the list does not say which it is. */
const ownToken = async ({ ask, organization, clock, signal }: Rights, user: Owner): Promise<TokenSeen | undefined> => {
  const { tokenInfo } = user;
  const place = `/api/orgs/${encodeURIComponent(organization)}`;
  const team = tokenInfo?.team ? `/teams/${encodeURIComponent(tokenInfo.team)}` : '';
  const path = tokenInfo ? `${place}${team}/tokens` : '/api/user/tokens';
  const query = { filter: 'active', maxResults: tokensMax };
  const answer = await outcomeOf(ask({ path, query, what: 'its own description', signal }));
  if (answer instanceof SourceError) return undefined;
  const tokens = Tokens.safeParse(answer.body).data?.tokens ?? [];
  const candidates = tokenInfo
    ? tokens.filter(({ name }) => name === tokenInfo.name)
    : tokens.length === 1
      ? tokens
      : tokens.filter(({ lastUsed }) => isJustUsed(lastUsed, clock.nowMs()));
  return candidates.length === 1 ? candidates[0] : undefined;
};

/** We just used it; longer ago than this it would be another. */
const justUsedMs = 5 * msPerMinute;

const isJustUsed = (lastUsed: number | null | undefined, nowMs: number): boolean =>
  Math.abs(nowMs - (lastUsed ?? 0) * msPerSecond) <= justUsedMs;

const privileges = ({ organization, metadata }: Rights, user: Owner, own: TokenSeen | undefined): PulumiCheck => {
  const name = 'privileges';
  const features = metadata instanceof SourceError ? undefined : Metadata.safeParse(metadata.body).data?.features;
  const hasRoles = features?.customRolesEnabled !== false;
  const tooMuch = (detail: string): PulumiCheck => ({
    name,
    ok: true,
    detail,
    advice: hasRoles ? rightToken : rightTokenWithoutRoles,
  });
  if (!user.tokenInfo) {
    const role = user.organizations?.find((each) => isSame(each.githubLogin, organization))?.role;
    const who = role === 'admin' ? 'an admin of the organization' : 'a person';
    return tooMuch(`It may do all that ${who} may; reading the log needs one scope.`);
  }
  const isAdmin = own?.admin === true || own?.role?.defaultIdentifier === 'admin';
  if (isAdmin && hasRoles)
    return tooMuch('It is an admin token, which may do everything; reading the log needs one scope.');
  if (isAdmin) return { name, ok: true, detail: 'It is an admin token; this edition has no narrower one.' };
  const role = own?.role?.name;
  if (role) return { name, ok: true, detail: `It has the role ${excerpt(role)} and is no admin token.` };
  const detail =
    own === undefined
      ? 'It may not list tokens, as is right for it: more is not known of it, and no list of tokens is watched beside the log.'
      : 'It is no admin token.';
  return { name, ok: true, detail };
};

/** Time enough to make a new one without hurry. */
const soonMs = 14 * msPerDay;

const expiry = (own: TokenSeen | undefined, nowMs: number): readonly PulumiCheck[] => {
  const name = 'expiry';
  if (own === undefined) return [];
  const expiresMs = (own.expires ?? 0) * msPerSecond;
  if (expiresMs === 0) {
    return [{ name, ok: true, detail: 'It never ends; one that does limits what a leak can do.' }];
  }
  // A number beyond what dates can say is no date.
  if (!(Math.abs(expiresMs) <= 8.64e15)) return [];
  const detail = `It ends at ${isoSeconds(expiresMs)}.`;
  return [
    expiresMs - nowMs > soonMs
      ? { name, ok: true, detail }
      : {
          name,
          ok: true,
          detail,
          advice: 'Make its successor and put it where the settings point: a running watch takes it up by itself.',
        },
  ];
};
