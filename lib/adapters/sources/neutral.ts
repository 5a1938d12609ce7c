import { type AuditEvent, providerOf } from '../../core/event.ts';
import type { Principal, PrincipalKind } from '../../core/principal.ts';
import { parseInstant } from '../../core/time.ts';
import {
  addressReader,
  cut,
  cutId,
  detached,
  flawOf,
  isFields,
  nameCharsMax,
  optionalText,
  remembered,
  textOf,
} from './fields.ts';
import { identityOf } from './identity.ts';
import type { Translate, Translated } from './translated.ts';

/**
 * The neutral format, into which any audit log can be converted: one JSON object a line with `time`, `principal`, `ip`,
 * `action` and `outcome`, and where known `id`, `source`, `credential`, `target` and `userAgent`.
 *
 * The principal is what baselines are kept for, a user unless it says otherwise: `token:ci-deploy`,
 * `service-account:backup`. The credential is evidence only, as one principal may hold several and change them often.
 */
export const neutralTranslator = (): Translate => {
  const addressOf = addressReader();
  const sourceOf = remembered((source) => (source === '' ? 'file' : cut(source, nameCharsMax).toWellFormed()));
  const principalsOf = remembered(principalOf);

  return (raw): Translated => {
    if (!isFields(raw)) return { flaw: 'not a record: expected a JSON object' };
    const time = textOf(raw.time);
    const atMs = typeof raw.time === 'string' ? parseInstant(time) : undefined;
    if (atMs === undefined) {
      return { flaw: flawOf('time', raw.time, 'a time such as "2026-03-14T02:13:00Z" between 2000 and 2100') };
    }
    const principalText = textOf(raw.principal);
    if (principalText === '') return { flaw: flawOf('principal', raw.principal, 'the name of who acts') };
    const action = textOf(raw.action);
    if (action === '') return { flaw: flawOf('action', raw.action, 'the name of what was done') };
    const outcome = outcomes.get(textOf(raw.outcome).toLowerCase());
    if (outcome === undefined) return { flaw: flawOf('outcome', raw.outcome, '"success" or "failure"') };

    const source = sourceOf(textOf(raw.source));
    const address = textOf(raw.ip);
    const ip = addressOf(address);
    const ownId = textOf(raw.id);
    const credential = textOf(raw.credential);
    const target = textOf(raw.target);
    const userAgent = textOf(raw.userAgent);
    const event: AuditEvent = {
      id:
        ownId !== ''
          ? plainId(ownId)
          : identityOf([atMs, source, principalText, address, action, outcome, credential, target, userAgent]),
      atMs,
      source,
      principal: principalsOf(`${providerOf(source)}:${principalText}`),
      ip: ip === '' ? undefined : ip,
      action: cut(action, nameCharsMax),
      outcome,
      user: undefined,
      credential: optionalText(credential, nameCharsMax),
      target: optionalText(target, nameCharsMax),
      userAgent: optionalText(userAgent, nameCharsMax),
      description: undefined,
    };
    return { event, hasOwnId: ownId !== '', flaw: ip === '' ? flawOf('ip', raw.ip, 'an address') : undefined };
  };
};

/** Ids of printable ASCII sort alike in every store; any other is replaced by its hash. */
const plainId = (id: string): string => (/^[!-~]{1,256}$/.test(id) ? id : identityOf([id]));

/** The words that logs commonly use; any other is a mistake of the converter, and guessing would hide it. */
const outcomes: ReadonlyMap<string, AuditEvent['outcome']> = new Map([
  ['success', 'success'],
  ['succeeded', 'success'],
  ['ok', 'success'],
  ['allowed', 'success'],
  ['failure', 'failure'],
  ['failed', 'failure'],
  ['denied', 'failure'],
  ['error', 'failure'],
  ['refused', 'failure'],
]);

const kinds: readonly PrincipalKind[] = ['token', 'user', 'service-account'];

/** The provider stands before the first colon; it has none itself. */
const principalOf = (provided: string): Principal => {
  const provider = providerOf(provided);
  const text = provided.slice(provider.length + 1);
  const kind = kinds.find((each) => text.startsWith(`${each}:`) && text.length > each.length + 1);
  const name = detached(kind === undefined ? text : text.slice(kind.length + 1));
  return { provider, kind: kind ?? 'user', id: cutId(name), name: cut(name, nameCharsMax) };
};
