import type { AuditEvent } from '../../../core/event.ts';
import type { Principal } from '../../../core/principal.ts';
import { isPlausible, msPerSecond } from '../../../core/time.ts';
import {
  addressReader,
  cut,
  cutId,
  descriptionCharsMax,
  type Fields,
  fieldsOf,
  flawOf,
  isFields,
  nameCharsMax,
  optionalText,
  remembered,
  textOf,
} from '../fields.ts';
import { identityOf } from '../identity.ts';
import type { Translate, Translated } from '../translated.ts';

/**
 * Pulumi Cloud's audit events in our words: `pulumiTranslator(source)` returns the function for one log.
 * It takes the JSON of both API versions, with event ids as slugs (today) or display names (2021, CSV, CEF). Pulumi gives
 * events no id, so the id is a hash of all that identifies one; it does not cover the person's display name and picture,
 * which may change between two readings of the same event.
 */
export const pulumiTranslator = (source: string): Translate => {
  const addressOf = addressReader();
  const actionOf = remembered(slugOf);
  const userOf = remembered((login) => principalOf('user', login, login));
  const tokenOf = tokenReader();

  return (raw): Translated => {
    if (!isFields(raw)) return { flaw: 'not an audit event: expected a JSON object' };
    const { timestamp } = raw;
    if (typeof timestamp !== 'number' || !Number.isInteger(timestamp) || !isPlausible(timestamp * msPerSecond)) {
      return { flaw: flawOf('timestamp', timestamp, 'a time between 2000 and 2100 in whole unix seconds') };
    }
    const action = actionOf(textOf(raw.event));
    if (action === '') return { flaw: flawOf('event', raw.event, 'the name of an event type') };

    const login = textOf(fieldsOf(raw.user).githubLogin);
    const tokenId = textOf(raw.tokenID);
    const tokenName = textOf(raw.tokenName);
    const actorUrn = textOf(raw.actorUrn);
    const principal =
      tokenId !== '' || tokenName !== ''
        ? tokenOf(tokenId || tokenName, tokenName || tokenId)
        : login !== ''
          ? userOf(login)
          : actorOf(raw, actorUrn);
    if (principal === undefined) {
      return { flaw: 'no principal: expected user.githubLogin, tokenID or tokenName' };
    }

    const sourceIp = textOf(raw.sourceIP);
    const ip = addressOf(sourceIp);
    const description = textOf(raw.description);
    const shown = optionalText(description, descriptionCharsMax);
    const isFailure = raw.authFailure === true;
    const flags = (raw.reqOrgAdmin === true ? 1 : 0) + (raw.reqStackAdmin === true ? 2 : 0) + (isFailure ? 4 : 0);
    const event: AuditEvent = {
      id: identityOf([timestamp, action, description, sourceIp, login, tokenId, tokenName, actorUrn, flags]),
      atMs: timestamp * msPerSecond,
      source,
      principal,
      ip: ip === '' ? undefined : ip,
      action,
      outcome: isFailure || failures.has(action) ? 'failure' : 'success',
      user: login === '' ? undefined : cut(login, nameCharsMax),
      credential: undefined,
      target: shown === undefined ? undefined : targetOf(action, shown),
      userAgent: undefined,
      description: shown,
    };
    return { event, hasOwnId: false, flaw: ip === '' ? flawOf('sourceIP', raw.sourceIP, 'an address') : undefined };
  };
};

const principalOf = (kind: Principal['kind'], id: string, name: string): Principal => ({
  provider: 'pulumi',
  kind,
  id: cutId(id),
  name: cut(name, nameCharsMax),
});

/** Remembered by id; made anew when somebody has renamed the token. */
const tokenReader = (): ((id: string, name: string) => Principal) => {
  const latestOf = remembered((id) => ({ principal: principalOf('token', id, id) }));
  return (id, name) => {
    const latest = latestOf(id);
    if (latest.principal.name !== name) latest.principal = principalOf('token', id, name);
    return latest.principal;
  };
};

/** An actor that is neither a person nor a token we are told of, such as a deployment. */
const actorOf = ({ actorName }: Fields, actorUrn: string): Principal | undefined => {
  const name = textOf(actorName);
  if (actorUrn === '' && name === '') return undefined;
  return principalOf('service-account', actorUrn || name, name || actorUrn);
};

/** The three display names (of 169) whose words are not those of the id. */
const irregularActions: ReadonlyMap<string, string> = new Map([
  ['organization-downgraded-to-free', 'org-downgraded-to-free'],
  ['organization-plan-migrated', 'org-plan-migrated'],
  ['organization-upgraded-to-pro', 'org-upgraded-to-pro'],
]);

/** `Stack Update Started` and `stack-update-started` are the same event type. */
const slugOf = (event: string): string => {
  const words = cut(event, nameCharsMax)
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-');
  return irregularActions.get(words) ?? words;
};

/**
 * Failures whatever the flag says: those that Pulumi's catalogue of event types flags (169 types, October 2026), and the
 * last two, which are refusals by name although the catalogue does not flag them.
 */
const failures: ReadonlySet<string> = new Set([
  'auth-failure-change-request',
  'auth-failure-cloud-account',
  'auth-failure-environment',
  'auth-failure-insights-account',
  'auth-failure-organization-role',
  'auth-failure-scim-access-token',
  'auth-failure-stack-permission',
  'oidc-issuer-validation-failed',
  'user-login-failed',
  'environment-unauthorized-open',
]);

/** Created and deleted tokens: their name stands in quotes, else behind the word. The watch over deleted tokens lives on it. */
const tokenIn = (description: string): string | undefined => {
  const quote = description.indexOf('"');
  if (quote >= 0) return nameAt(description, quote);
  const at = description.lastIndexOf('token ');
  const name = at < 0 ? '' : description.slice(at + 'token '.length).replace(/\.$/, '');
  return name === '' || name.includes(' ') ? undefined : cut(name, nameCharsMax);
};

const targetOf = (action: string, description: string): string | undefined =>
  action.endsWith('-token-deleted') || action.endsWith('-token-created') ? tokenIn(description) : targetIn(description);

/** What a description calls the things it is about. */
const targetWords = ['stack ', 'environment '] as const;

/**
 * The stack or environment that a description speaks of, with or without quotes: Pulumi names it nowhere else, in wordings
 * it does not document, and parts of them are users' own words. Best effort, for people to read; nothing is decided by it.
 */
const targetIn = (description: string): string | undefined => {
  for (const word of targetWords) {
    const at = description.indexOf(word);
    if (at < 0 || (at > 0 && description.charCodeAt(at - 1) !== space)) continue;
    const target = nameAt(description, at + word.length);
    if (target !== undefined) return target;
  }
  return undefined;
};

const space = 32;

const nameAt = (description: string, from: number): string | undefined => {
  const near = description.slice(from, from + nameCharsMax);
  if (near.startsWith('"')) {
    const end = near.indexOf('"', 1);
    return end > 1 ? near.slice(1, end) : undefined;
  }
  const end = near.indexOf(' ');
  const name = (end < 0 ? near : near.slice(0, end)).replace(/[.,;:)]$/, '');
  return name.includes('/') ? name : undefined;
};
