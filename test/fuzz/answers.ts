import { pulumiCloud } from '../../lib/adapters/sources/pulumi/cloud.ts';
import { type Clock, SourceError } from '../../lib/app/ports.ts';
import { Secret } from '../../lib/config/secret.ts';
import { kindOf, law, type Target } from './fuzz.ts';
import { lawsOf } from './logs.ts';
import { answerIn, wire } from './wire.ts';

/**
 * Answers of the vendor's API, whatever they are. Laws: a stretch is read whole or refused with a failure the monitor
 * knows; it never goes on for ever; what is refused does not hold the token.
 */

export const startMs = Date.parse('2026-03-14T02:10:00Z');
const token = 'opaque-0123456789';

/** Time passes by sleeping only. */
export const clockOf = (): Clock => {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
};

/** Retries are part of a reading; more than this many requests for one page of log would never end. */
const requestsMax = 400;

const record = (second: number, changed: object = {}): object => ({
  timestamp: startMs / 1_000 - second,
  sourceIP: '192.0.2.7',
  event: 'stack-exported',
  description: `Exported stack web/prod (${second})`,
  user: { name: 'ana', githubLogin: 'ana' },
  tokenID: 'af4e5de7-0259-41a7-879f-dacbc2469b44',
  tokenName: 'ci-deploy',
  ...changed,
});

const json = { 'content-type': 'application/json' };

export const answerTarget: Target = {
  name: 'answers',
  seeds: [
    wire(200, json, { auditLogEvents: [record(60), record(61), record(61)] }),
    wire(200, json, { auditLogEvents: [record(60)], continuationToken: 'next' }),
    wire(200, json, { auditLogEvents: null }),
    wire(429, { ...json, 'retry-after': '3' }, { message: 'slow down' }),
    wire(503, { 'content-type': 'text/html', 'retry-after': 'Sat, 14 Mar 2026 02:11:00 GMT' }, '<html>busy</html>'),
    wire(401, json, { code: 401, message: `Unauthorized: ${token}` }),
    wire(403, json, { code: 403, message: 'No access to the audit log' }),
    wire(302, { location: 'https://example.com/' }, ''),
  ],
  async run(input) {
    let requests = 0;
    const fetch: typeof globalThis.fetch = async () => {
      requests += 1;
      law(requests <= requestsMax, 'a reading ends');
      return nthAnswer(input, requests);
    };
    const readToken = async () => new Secret(token);
    const cloud = pulumiCloud({ organization: 'acme', readToken, clock: clockOf(), fetch });
    try {
      const reading = await cloud.read({ fromMs: startMs - 120_000, toMs: startMs });
      lawsOf(reading.events);
      law(
        reading.events.every(({ atMs }) => atMs >= startMs - 120_000 && atMs < startMs),
        'only events of the stretch are read',
      );
      return `${reading.events.length} ${reading.badRecords.map(({ reason }) => kindOf(reason)).join('; ')}`;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      law(!error.message.includes(token), 'a refusal does not hold the token');
      law(error.message.length < 2_000, 'a refusal is said in bounded words');
      return `${error.failure} ${kindOf(error.message)}`;
    }
  },
};

/** The nth answer: every fourth one is a plain last page, so that some readings get past the first. */
const nthAnswer = (input: Buffer, n: number): Response => {
  if (n % 4 === 0) return Response.json({ auditLogEvents: [record(90)] });
  const { status, headers, body } = answerIn(input);
  return new Response(body, { status, headers });
};
