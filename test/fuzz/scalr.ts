import type { FilterLogEvents } from '../../lib/adapters/sources/cloudwatch-logs.ts';
import { scalrSource } from '../../lib/adapters/sources/scalr/scalr.ts';
import { SourceError } from '../../lib/app/ports.ts';
import { Secret } from '../../lib/config/secret.ts';
import { auditEnvelope, runEnvelope } from '../../lib/simulator/scalr-audit-log.ts';
import { clockOf, startMs } from './answers.ts';
import { kindOf, law, type Target } from './fuzz.ts';
import { lawsOf } from './logs.ts';
import { answerIn, wire } from './wire.ts';

/**
 * What Scalr's REST API answers, and what lies in the log group. Laws: a survey, a listing and a reading end; they are taken
 * or refused with a failure the monitor knows; what is kept of them is bounded; the token is in none of it.
 */

const token = 'opaque-0123456789-Mon170';
/** A survey asks some ten lists; with retries and a list that names another page each time, this is beyond all. */
const requestsMax = 4_000;
const stretch = { fromMs: startMs - 3_600_000, toMs: startMs };

const sourceWith = (parts: { readonly fetch: typeof globalThis.fetch; readonly logs: FilterLogEvents }) =>
  scalrSource({
    account: 'acme',
    readToken: async () => new Secret(token),
    baseUrl: 'https://acme.scalr.io',
    logGroup: '/tokenwatch/scalr/acme',
    clock: clockOf(),
    ...parts,
  });

/** Says what was refused; throws what no source may throw. */
const refusalOf = (error: unknown): string => {
  if (!(error instanceof SourceError)) throw error;
  law(!error.message.includes(token), 'a refusal does not hold the token');
  law(error.message.length < 2_000, 'a refusal is said in bounded words');
  return `${error.failure} ${kindOf(error.message)}`;
};

const json = { 'content-type': 'application/vnd.api+json' };

/** One resource that is whatever is asked for, so that any list of the API understands it. */
const resource = (id: string, attributes: object = {}): object => ({
  id,
  type: 'access-token-usages',
  attributes: {
    name: 'acme',
    email: 'ci@acme.scalr.io',
    'owner-email': 'ci@acme.scalr.io',
    'owner-type': 'service-account',
    'owner-status': 'Active',
    'last-characters': 'aB3_x9',
    'created-at': '2026-02-02T02:10:00.000Z',
    'last-used-at': '2026-03-14T01:10:00.000Z',
    'expires-in': 90,
    'allowed-ips': ['203.0.113.7/32', '192.0.2.0/24'],
    'event-source': 'aws.partner/scalr.com/acme/audit',
    status: 'active',
    'err-message': null,
    source: 'cli',
    ...attributes,
  },
  relationships: { 'created-by': { data: { type: 'users', id: 'u1' } } },
});

const page = (data: readonly object[], nextPage: number | null = null): object => ({
  data,
  included: [{ type: 'users', id: 'u1', attributes: { email: 'ana@example.com', status: 'Active' } }],
  meta: { pagination: { 'current-page': 1, 'next-page': nextPage } },
});

const emptyGroup: FilterLogEvents = async () => ({ events: [] });

export const scalrTarget: Target = {
  name: 'scalr-answers',
  seeds: [
    wire(200, json, page([resource('a1'), resource('a2', { 'last-characters': 'Mon170' })])),
    wire(200, json, page([resource('a1')], 2)),
    wire(200, json, page([resource('a1', { 'allowed-ips': null, status: 'failed' })])),
    wire(404, json, { errors: [{ status: '404', title: 'Not Found', detail: `no such thing for ${token}` }] }),
    wire(401, json, { errors: [{ detail: `Bearer ${token}` }] }),
    wire(429, { ...json, 'retry-after': '2' }, { errors: [] }),
    wire(200, { 'content-type': 'text/html' }, '<html>sign in</html>'),
  ],
  async run(input) {
    let requests = 0;
    const { status, headers, body } = answerIn(input);
    const fetch: typeof globalThis.fetch = async () => {
      requests += 1;
      law(requests <= requestsMax, 'asking ends');
      // Every third list is in order, so that some surveys get past the first.
      return requests % 3 === 0 ? Response.json(page([resource('a1')])) : new Response(body, { status, headers });
    };
    const source = sourceWith({ fetch, logs: emptyGroup });
    const asked = async (work: () => Promise<unknown>): Promise<string> => {
      try {
        const answer = JSON.stringify((await work()) ?? null);
        law(!answer.includes(token), 'what is kept does not hold the token');
        return `${Math.ceil(Math.log2(answer.length + 1))}`;
      } catch (error) {
        return refusalOf(error);
      }
    };
    const kinds = [await asked(() => source.survey()), await asked(() => source.listTokens())];
    const events = await source.read(stretch).then((reading) => reading.events, refusalOf);
    if (typeof events !== 'string') lawsOf(events);
    return `${kinds.join(' / ')} / ${events.length}`;
  },
};

const deed = { atMs: startMs - 60_000, action: 'create-run', ip: '192.0.2.7', email: 'ci@acme.scalr.io' };
const line = (text: string): Buffer => Buffer.from(`\n${text}`);

/** Its first line is the token of the next page, the others are lines of the group. */
export const logGroupTarget: Target = {
  name: 'log-group',
  seeds: [
    line(auditEnvelope({ ...deed, lastCharacters: 'aB3_x9', requestId: 'r1' })),
    line(auditEnvelope({ ...deed, requestId: 'r2', isRefused: true }, 'event')),
    line(auditEnvelope({ ...deed, requestId: 'r3' }, 'attributes')),
    line(runEnvelope(deed.atMs, 'run-1')),
    Buffer.from(`next\n${auditEnvelope({ ...deed, requestId: 'r4' })}`),
  ],
  async run(input) {
    const [nextToken = '', ...lines] = input.toString('utf8').split('\n');
    const events = lines.map((message, nth) => ({
      eventId: `${nth}`,
      message,
      timestamp: deed.atMs,
      ingestionTime: deed.atMs + 300,
    }));
    let pages = 0;
    const logs: FilterLogEvents = async () => {
      pages += 1;
      law(pages <= 10, 'a token that comes twice ends the reading');
      return pages === 2 ? { events: [], nextToken: nextToken.slice(1) } : { events, nextToken };
    };
    const refused: typeof globalThis.fetch = async () => new Response('', { status: 404 });
    try {
      const reading = await sourceWith({ fetch: refused, logs }).log.read(stretch);
      lawsOf(reading.events);
      const told = reading.events.length + reading.badRecords.length;
      law(told <= 2 * lines.length, 'no line becomes more than an event and a complaint');
      for (const { where, reason, text } of reading.badRecords)
        law(where.length + reason.length + text.length < 5_000, 'what is kept of an unreadable line is bounded');
      return `${reading.events.length} ${reading.badRecords.map(({ reason }) => kindOf(reason)).join('; ')}`;
    } catch (error) {
      return refusalOf(error);
    }
  },
};
