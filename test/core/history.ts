/**
 * Made-up histories for laws: a few principals' ordinary weeks, and on top of them whatever fast-check thinks of.
 */
import fc from 'fast-check';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import type { Principal } from '../../lib/core/principal.ts';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';
import { ada, call, ciToken, msOf, type Said } from './having.ts';

const startMs = msOf('2026-01-05T00:00Z');
const days = 24;

const principals: readonly Principal[] = [
  ciToken,
  ada,
  { provider: 'pulumi', kind: 'user', id: 'guess', name: 'nobody@example.com' },
  { provider: 'pulumi', kind: 'service-account', id: 'sa-1', name: 'deployer' },
];

const places: readonly (string | undefined)[] = [
  '192.0.2.7',
  '192.0.2.99',
  '198.51.100.9',
  '203.0.113.5',
  '2001:db8:a001::1',
  '2001:db8:b001::1',
  '10.1.2.3',
  '100.70.0.1',
  '233.252.0.9',
  undefined,
];

const deeds: readonly Said[] = [
  { action: 'stack-updated' },
  { action: 'stack-exported', target: 'acme/prod' },
  { action: 'environment-decrypted', target: 'acme/prod' },
  { action: 'user-login' },
  { action: 'user-login-failed', outcome: 'failure' },
  { action: 'auth-failure-stack-permission', outcome: 'failure' },
  { action: 'organization-token-deleted', target: 'ci-deploy' },
  { action: 'organization-token-created', target: 'ci-deploy' },
  { action: 'delete-audit-log-export' },
  { action: '__proto__', target: 'constructor' },
];

/** The CI token twice a day from one address, Ada once from home, a service account every other hour. */
const ordinary: readonly AuditEvent[] = Array.from({ length: days }, (_, day) => {
  const at = (minute: number): number => startMs + day * msPerDay + minute * msPerMinute;
  return [
    call(at(197), '192.0.2.7'),
    call(at(911), '192.0.2.7'),
    call(at(490 + ((day * 37) % 60)), '203.0.113.5', { principal: ada, action: 'user-login' }),
    ...Array.from({ length: 12 }, (_, i) =>
      call(at(120 * i + 31), '2001:db8:a001::1', { principal: principals[3] as Principal }),
    ),
  ];
}).flat();

const odd = fc
  .record({
    // The last third, mostly: by then there is something to compare with.
    minute: fc.oneof(
      { weight: 1, arbitrary: fc.nat(days * 1_440) },
      { weight: 3, arbitrary: fc.integer({ min: 16 * 1_440, max: days * 1_440 }) },
    ),
    second: fc.nat(59),
    who: fc.nat(principals.length - 1),
    place: fc.nat(places.length - 1),
    deed: fc.nat(deeds.length - 1),
    times: fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 2, max: 30 }) },
    ),
  })
  .map(({ minute, second, who, place, deed, times }) =>
    Array.from({ length: times }, (_, nth) =>
      call(startMs + minute * msPerMinute + (second + nth) * 1_000, places[place], {
        principal: principals[who] as Principal,
        ...deeds[deed],
      }),
    ),
  );

/** In core's order; every event has an id of its own. */
export const history: fc.Arbitrary<readonly AuditEvent[]> = fc
  .array(odd, { maxLength: 25 })
  .map((odds) => [...ordinary, ...odds.flat()].map((event, i) => ({ ...event, id: `${event.id} ${i}` })).sort(inOrder));

/** Where to cut a history into batches: parts of its length. */
export const cuts: fc.Arbitrary<readonly number[]> = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
  .map((parts) => [...parts].sort((a, b) => a - b));

export const batchesOf = (events: readonly AuditEvent[], at: readonly number[]): readonly (readonly AuditEvent[])[] => {
  const ends = [...at.map((part) => Math.floor(part * events.length)), events.length];
  return ends.map((end, i) => events.slice(ends[i - 1] ?? 0, end));
};
