/**
 * What changed in an account without the audit log having to say so, as events like any other: tokens that came, ended or
 * went, an allow list that is another, a log that is no longer handed on. The vendor's API shows these to whoever asks,
 * also when the log is switched off by a thief; it does not show who did it or from where.
 *
 * Two kinds of knowledge. When a token was created and when it expires stands in the list itself, so those events can be
 * read off at any time and are the same each time (`reportedIn`). That a token is gone or a list is another needs memory
 * of what was seen last (`changesSince`), and the event's time is then when it was noticed.
 */
import type { AuditEvent } from '../event.ts';
import { inOrder, providerOf } from '../event.ts';
import type { Principal } from '../principal.ts';
import { msPerDay, type Stretch } from '../time.ts';
import type { ListedToken, Listing } from './listing.ts';
import type { LogExport, Survey } from './survey.ts';

/** What is remembered of the last list, to tell the next one from it. */
export type Seen = {
  /** Ids and ends (0: none) of the last list that was whole; undefined where there was none, or it was too long to keep. */
  readonly tokens: readonly (readonly [id: string, endsMs: number])[] | undefined;
  readonly allowedAddresses: readonly string[] | undefined;
  readonly logExport: LogExport['state'] | undefined;
  /** Those that needed memory, for as long as a log is read again. */
  readonly events: readonly AuditEvent[];
};

export type Surveyed = { readonly source: string; readonly atMs: number };

/** Longer than the deepest re-read of a log. */
const keptMs = 4 * msPerDay;
/** What one survey may add, and all that is kept: an attacker may delete a thousand tokens. */
const eventsMax = 200;
/** A stored item holds 400 KB (DynamoDB); beyond this the disappearance of tokens is not watched. */
const storedCharsMax = 150_000;

/** `before` undefined: nothing was seen yet, and nothing has changed. The events are those not told before. */
export const changesSince = (
  before: Seen | undefined,
  survey: Survey,
  at: Surveyed,
): { readonly events: readonly AuditEvent[]; readonly seen: Seen } => {
  const found =
    before === undefined
      ? []
      : [
          ...vanished(before, survey.listing, at),
          ...undated(before, survey.listing, at),
          ...listChange(before, survey, at),
          ...exportChange(before, survey, at),
        ];
  const events = found.slice(0, eventsMax).sort(inOrder);
  const kept = [...(before?.events ?? []), ...events].filter(({ atMs }) => atMs > at.atMs - keptMs);
  return {
    events,
    seen: {
      // What was not shown this time is still what it was, as far as is known.
      tokens: survey.listing.missing.length > 0 ? before?.tokens : storable(survey.listing, providerOf(at.source)),
      allowedAddresses: survey.allowedAddresses ?? before?.allowedAddresses,
      logExport: survey.logExport?.state ?? before?.logExport,
      events: kept.slice(-eventsMax),
    },
  };
};

/** Of one reading: tokens created or expired within the stretch, as the list itself dates them. */
export const reportedIn = (listing: Listing, stretch: Stretch, source: string): readonly AuditEvent[] => {
  const isWithin = (atMs: number | undefined): atMs is number =>
    atMs !== undefined && atMs >= stretch.fromMs && atMs < stretch.toMs;
  return listing.tokens
    .flatMap((token) => [
      ...(isWithin(token.createdAtMs) ? [aboutToken('token-created', token, { source, atMs: token.createdAtMs })] : []),
      ...(isWithin(token.expiresAtMs) ? [aboutToken('token-expired', token, { source, atMs: token.expiresAtMs })] : []),
    ])
    .sort(inOrder);
};

const storable = ({ tokens }: Listing, provider: string): Seen['tokens'] => {
  const watched = tokens.filter((token) => !isAudited(token, provider));
  const ids = watched.map(({ id, expiresAtMs }) => [id, expiresAtMs ?? 0] as const);
  const chars = ids.reduce((sum, [id]) => sum + id.length + 20, 0);
  return chars <= storedCharsMax ? ids : undefined;
};

/**
 * Pulumi Cloud logs what becomes of the organization's and teams' tokens, and who did it, so there is nothing to notice. Of
 * people's own tokens it logs nothing. What Scalr logs is not documented.
 */
const isAudited = ({ kind }: ListedToken, provider: string): boolean =>
  provider === 'pulumi' && (kind === 'organization' || kind === 'team');

/** Scalr's tokens are read off their list with the log (`reportedIn`), each under the date that it has there. */
const isDated = ({ createdAtMs }: ListedToken, provider: string): boolean =>
  provider === 'scalr' && createdAtMs !== undefined;

/** Gone before its end: deleted. One that has ended may be cleared away by the vendor. */
const vanished = ({ tokens }: Seen, listing: Listing, at: Surveyed): readonly AuditEvent[] => {
  // From a list with gaps nothing can be said to be missing.
  if (tokens === undefined || listing.missing.length > 0) return [];
  const listed = new Set(listing.tokens.map(({ id }) => id));
  return tokens
    .filter(([id, endsMs]) => !listed.has(id) && (endsMs === 0 || endsMs > at.atMs))
    .map(([id]) => eventOf('token-deleted', at, { target: id }));
};

/** New, and not read off the list under a date of its own. */
const undated = ({ tokens }: Seen, listing: Listing, at: Surveyed): readonly AuditEvent[] => {
  if (tokens === undefined) return [];
  const known = new Set(tokens.map(([id]) => id));
  const provider = providerOf(at.source);
  return listing.tokens
    .filter((token) => !isAudited(token, provider) && !isDated(token, provider) && !known.has(token.id))
    .map((token) => aboutToken('token-created', token, at));
};

const listChange = (before: Seen, { allowedAddresses: now }: Survey, at: Surveyed): readonly AuditEvent[] => {
  const { allowedAddresses: then } = before;
  if (now === undefined || then === undefined || now.join() === then.join()) return [];
  const added = now.filter((address) => !then.includes(address));
  const removed = then.filter((address) => !now.includes(address));
  const words = [
    ...(now.length === 0 ? ['empty now, so that every address may enter'] : []),
    ...(added.length > 0 ? [`added: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removed: ${removed.join(', ')}`] : []),
  ];
  return [eventOf('allow-list-changed', at, { target: 'allow list', description: words.join('; ') })];
};

const exportChange = (before: Seen, { logExport: now }: Survey, at: Surveyed): readonly AuditEvent[] => {
  if (now === undefined || before.logExport === undefined || now.state === before.logExport) return [];
  const wasActive = before.logExport === 'active';
  if (!wasActive && now.state !== 'active') return [];
  const description = [now.status, now.problem].filter((words) => words !== undefined && words !== '').join(': ');
  return [
    eventOf(wasActive ? 'log-export-stopped' : 'log-export-resumed', at, { target: 'audit log export', description }),
  ];
};

const aboutToken = (action: string, { id, name, owner, createdBy }: ListedToken, at: Surveyed): AuditEvent =>
  eventOf(action, at, { target: id, user: createdBy ?? owner, description: name });

/** The API names nobody who acted. A user, because it is no caller whose uses anybody counts. */
const nobodyNamed = (source: string): Principal => ({
  provider: providerOf(source),
  kind: 'user',
  id: '(shown by the API)',
  name: 'shown by the API, which names nobody',
});

const descriptionCharsMax = 1_000;

const eventOf = (
  action: string,
  { source, atMs }: Surveyed,
  about: { readonly target: string; readonly user?: string | undefined; readonly description?: string },
): AuditEvent => ({
  id: `${action} ${atMs} ${about.target}`,
  atMs,
  source,
  principal: nobodyNamed(source),
  ip: undefined,
  action,
  outcome: 'success',
  user: about.user,
  credential: undefined,
  target: about.target,
  userAgent: undefined,
  description: about.description === '' ? undefined : about.description?.slice(0, descriptionCharsMax),
});
