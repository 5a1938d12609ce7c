import type { AuditEvent } from '../../../core/event.ts';
import type { Principal } from '../../../core/principal.ts';
import { parseInstant } from '../../../core/time.ts';
import {
  addressReader,
  cut,
  cutId,
  detached,
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
 * Scalr's audit records in our words: `scalrTranslator(source)` returns the function for one log; without a source each
 * event's is made of the record's own host name, for recorded files.
 *
 * Scalr publishes one sample and no schema, so a record is recognized by `actor` and `request.action` wherever a carrier
 * puts it, everything else is optional, and words not known count as what is more suspicious. A token is known by its
 * owner and its last six characters: all that the log shows of it, and what Scalr's token report shows too.
 */
export const scalrTranslator = (source?: string): Translate => {
  const addressOf = addressReader();
  const sourceOf = source === undefined ? remembered(sourceOfHost) : () => source;

  return (raw): Translated => {
    const record = recordIn(raw);
    if (record === undefined) return { flaw: 'not a Scalr audit record: expected actor and request.action' };
    const request = fieldsOf(record.request);
    const time = textOf(record.timestamp) || timeOfCarrier(raw);
    const atMs = parseInstant(time);
    if (atMs === undefined) {
      return { flaw: flawOf('timestamp', time, 'a time such as 2026-03-14T02:13:00Z between 2000 and 2100') };
    }
    const actor = fieldsOf(record.actor);
    const actorId = textOf(actor.id);
    const email = textOf(actor.email);
    const lastChars = lastCharsOf(textOf(fieldsOf(actor['access-token']).token));
    const principal = principalOf(actor, lastChars);
    if (principal === undefined) return { flaw: 'no principal: expected actor.id or actor.email' };

    const address = textOf(request['ip-address']);
    const ip = addressOf(address);
    const action = textOf(request.action);
    const { outcome, flaw } = outcomeOf(fieldsOf(record.outcome));
    const target = fieldsOf(record.target);
    const requestId = textOf(request.id);
    const what = [action, actorId, email, textOf(target.id), textOf(target['display-name'])];
    const event: AuditEvent = {
      // One request may do several things, and to several targets.
      id:
        requestId !== '' ? identityOf([requestId, ...what]) : identityOf([time, address, lastChars, outcome, ...what]),
      atMs,
      source: sourceOf(textOf(record.hostname)),
      principal,
      ip: ip === '' ? undefined : ip,
      action: cut(action, nameCharsMax),
      outcome,
      user: email === '' ? undefined : cut(email, nameCharsMax),
      credential: lastChars === '' || principal.kind === 'token' ? undefined : `…${lastChars}`,
      target: targetOf(target),
      userAgent: optionalText(request['user-agent'], nameCharsMax),
      description: undefined,
    };
    return {
      event,
      hasOwnId: requestId !== '',
      flaw: ip === '' ? flawOf('request.ip-address', address, 'an address') : flaw,
    };
  };
};

/**
 * Whether this is Scalr's news of a finished run, which travels on the same EventBridge bus as the audit log and is no
 * part of it.
 */
export const isScalrRunEvent = (raw: unknown): boolean =>
  isFields(raw) &&
  textOf(raw.source).startsWith('aws.partner/scalr.com') &&
  recordIn(raw) === undefined &&
  (raw['detail-type'] === 'RunExecuted' || 'run-id' in fieldsOf(fieldsOf(raw.detail).event));

/** Whether the value is an audit record of Scalr in any carrier. */
export const isScalrRecord = (raw: unknown): boolean => recordIn(raw) !== undefined;

/** The record itself, or inside EventBridge's envelope (three places, as none is documented) or Datadog's. */
const recordIn = (raw: unknown): Fields | undefined => {
  if (!isFields(raw)) return undefined;
  if (isRecord(raw)) return raw;
  const { detail, content } = raw;
  const candidates = [detail, fieldsOf(detail).event, fieldsOf(detail).attributes, fieldsOf(content).attributes];
  return candidates.find(isRecord);
};

const isRecord = (value: unknown): value is Fields =>
  isFields(value) && isFields(value.actor) && textOf(fieldsOf(value.request).action) !== '';

/** The published sample shows the time on Datadog's envelope only; EventBridge's own comes next. */
const timeOfCarrier = (raw: unknown): string =>
  textOf(fieldsOf(fieldsOf(raw).content).timestamp) || textOf(fieldsOf(raw).time);

/** Never more than six characters, should a whole token ever stand there. */
const lastCharsOf = (token: string): string => detached(token.replace(/^[.…]+/, '').slice(-6));

const principalOf = (actor: Fields, lastChars: string): Principal | undefined => {
  const id = textOf(actor.id);
  const email = textOf(actor.email);
  if (id === '' && email === '') return undefined;
  const owner = email || id;
  const isSession = fieldsOf(actor['access-token']).type === 'session';
  if (lastChars !== '' && !isSession) return scalrPrincipal('token', `${owner}/${lastChars}`, `${owner} …${lastChars}`);
  const isServiceAccount = actor.type === 'service-account' || id.startsWith('sa-');
  return scalrPrincipal(isServiceAccount && !isSession ? 'service-account' : 'user', id || email, owner);
};

const scalrPrincipal = (kind: Principal['kind'], id: string, name: string): Principal => ({
  provider: 'scalr',
  kind,
  id: cutId(id),
  name: cut(name, nameCharsMax),
});

/** `SUCCESS` is the only published word; any other, and any HTTP status of an error, is a failure. */
const outcomeOf = (outcome: Fields): { readonly outcome: AuditEvent['outcome']; readonly flaw: string | undefined } => {
  const result = textOf(outcome.result).toLowerCase();
  const status = Number(textOf(outcome['status-code']));
  if (result === 'success') return { outcome: 'success', flaw: undefined };
  if (result !== '' || status >= 400) return { outcome: 'failure', flaw: undefined };
  // Neither word nor status of an error: counted as done, which is the graver reading.
  return {
    outcome: 'success',
    flaw: status > 0 ? undefined : 'outcome is missing: expected outcome.result or outcome.status-code',
  };
};

/** `environment/workspace` by the names people use, else what the record calls its target. */
const targetOf = (target: Fields): string | undefined => {
  const context = fieldsOf(target.context);
  const names = [context.environment, context.workspace].map((part) => textOf(fieldsOf(part)['display-name']));
  return optionalText(names.filter((name) => name !== '').join('/') || target['display-name'], nameCharsMax);
};

/** `acme.scalr.io` is the log of the account `acme`. */
const sourceOfHost = (hostname: string): string => {
  const account = hostname.split('.', 1)[0] ?? '';
  return `scalr:${account === '' ? 'file' : cut(account, nameCharsMax)}`;
};
