import * as z from 'zod/mini';
import { type Clock, SourceError } from '../../../app/ports.ts';
import { isoSeconds, msPerDay, msPerSecond } from '../../../core/time.ts';
import { outcomeOf } from '../access-check.ts';
import { excerpt } from '../http/excerpt.ts';
import type { Answer } from '../http/exchange.ts';
import type { Ask } from '../http/transport.ts';
import { isSame, Metadata, type PulumiCheck, User } from './account.ts';
import { ownAmong } from './own-token.ts';

/**
 * What the token may do beyond reading the log, and when it ends. The monitor's own token is worth stealing: it should
 * hold one scope and no more. The API tells of a token only to whoever may list tokens, which the right one may not; then
 * little is known, and that is well. Where it is not known for any other reason, nothing is said to be well.
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
  const looked = await lookUp(rights, user);
  return [privileges(rights, user, looked), expiry(looked, rights.clock.nowMs())];
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

/** `isHidden`: it may not list tokens. `because`: why it is not known otherwise. */
type LookedUp = { readonly own: TokenSeen } | { readonly isHidden: true } | { readonly because: string };

const lookUp = async ({ ask, organization, clock, signal }: Rights, user: Owner): Promise<LookedUp> => {
  const { tokenInfo } = user;
  const place = `/api/orgs/${encodeURIComponent(organization)}`;
  const team = tokenInfo?.team ? `/teams/${encodeURIComponent(tokenInfo.team)}` : '';
  const path = tokenInfo ? `${place}${team}/tokens` : '/api/user/tokens';
  const query = { filter: 'active', maxResults: tokensMax };
  const answer = await outcomeOf(ask({ path, query, what: 'its own description', signal }));
  if (answer instanceof SourceError) {
    return answer.failure === 'permission' ? { isHidden: true } : { because: answer.message };
  }
  const tokens = Tokens.safeParse(answer.body).data?.tokens;
  if (tokens === undefined) return { because: 'The answer holds no list of tokens.' };
  const dated = tokens.map((token) => ({ ...token, lastUsedAtMs: (token.lastUsed ?? 0) * msPerSecond }));
  const own = ownAmong(dated, user, clock.nowMs());
  return own === undefined ? { because: 'The list of tokens does not tell which of them it is.' } : { own };
};

const privileges = ({ organization, metadata }: Rights, user: Owner, looked: LookedUp): PulumiCheck => {
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
  if ('isHidden' in looked) {
    const detail =
      'It may not list tokens, as is right for it: more is not known of it, and no list of tokens is watched beside the log.';
    return { name, ok: true, detail };
  }
  if ('because' in looked) {
    const detail = `What it may do could not be looked up. ${looked.because}`;
    return {
      name,
      ok: true,
      detail,
      advice: `Try again, or look at it in Pulumi Cloud (Settings, Access Tokens). ${rightToken}`,
    };
  }
  const { own } = looked;
  const isAdmin = own.admin === true || own.role?.defaultIdentifier === 'admin';
  if (isAdmin && hasRoles)
    return tooMuch('It is an admin token, which may do everything; reading the log needs one scope.');
  if (isAdmin) return { name, ok: true, detail: 'It is an admin token; this edition has no narrower one.' };
  const role = own.role?.name;
  const detail = role
    ? `It has the role ${excerpt(role)} and is no admin token. What that role holds is not told: audit_logs:read is enough.`
    : 'It is no admin token.';
  return { name, ok: true, detail };
};

/** Time enough to make a new one without hurry. */
const soonMs = 14 * msPerDay;

const expiry = (looked: LookedUp, nowMs: number): PulumiCheck => {
  const name = 'expiry';
  const expires = 'own' in looked ? (looked.own.expires ?? 0) : undefined;
  if (expires === 0) return { name, ok: true, detail: 'It never ends; one that does limits what a leak can do.' };
  const expiresMs = (expires ?? Number.NaN) * msPerSecond;
  // A number beyond what dates can say is no date.
  if (!(Math.abs(expiresMs) <= 8.64e15)) {
    const detail = 'When it ends is not known: note the day from Pulumi Cloud (Settings, Access Tokens).';
    return { name, ok: true, detail };
  }
  const detail = `It ends at ${isoSeconds(expiresMs)}.`;
  if (expiresMs - nowMs > soonMs) return { name, ok: true, detail };
  const advice = 'Make its successor and put it where the settings point: a running watch takes it up by itself.';
  return { name, ok: true, detail, advice };
};
