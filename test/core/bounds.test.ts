/**
 * An attacker chooses addresses, agents, names and actions, as long as the adapters let them be; what is remembered stays
 * small all the same.
 */
import { describe, expect, it } from '@jest/globals';
import { assess, type Memory } from '../../lib/core/assess.ts';
import { encodeBaseline } from '../../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { encodeOrganization } from '../../lib/core/organization.ts';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';
import { ada, call, ciToken, msOf, nothing, remember } from './having.ts';

/** The adapters' bounds of one field: 256 characters of a name, 1,000 of a description. */
const long = (text: string, chars = 256): string => text.padEnd(chars, 'x');

/** An owner, with a name of its own, for each prefix. */
const networks = rememberNetworks(({ bytes }) => {
  const asn = (bytes[0] as number) * 65_536 + (bytes[1] as number) * 256 + (bytes[2] as number);
  return { owner: { asn, name: `Example Network Number ${asn}`, class: 'hosting' }, country: 'NL' };
});
const context = { networks, alertBudgetPerWeek: 1 };

const fold = (events: readonly AuditEvent[]): Memory => {
  let memory = nothing;
  for (let at = 0; at < events.length; at += 500) {
    memory = remember(memory, assess(memory, [...events.slice(at, at + 500)].sort(inOrder), context));
  }
  return memory;
};

const startMs = msOf('2026-01-05T00:00Z');
const freshAddress = (n: number): string => `${100 + (n >> 14)}.${(n >> 7) & 127}.${n & 127}.${1 + (n % 250)}`;
const actions = ['stack-exported', 'environment-decrypted', 'organization-token-deleted', 'user-login', 'made-up'];

/** Everything as new and as long as it can be, from 5,000 networks, so many minutes apart. */
const adversarial = (minutesApart: number): readonly AuditEvent[] =>
  Array.from({ length: 5_000 }, (_, n) =>
    call(startMs + n * minutesApart * msPerMinute, freshAddress(n), {
      id: long(`event-${n}`, 64),
      principal: { ...ciToken, id: long('tok'), name: long('name') },
      action: n % 3 === 0 ? long(`action-${n}`) : (actions[n % actions.length] as string),
      outcome: n % 7 === 0 ? 'failure' : 'success',
      user: long(`user-${n}`),
      credential: long(`credential-${n}`),
      target: long(`target-${n}`),
      userAgent: long(`agent-${n}`),
      description: long(`description-${n}`, 1_000),
    }),
  );

const sizesOf = ({ baselines, organization }: Memory) => ({
  baseline: Math.max(...[...baselines.values()].map((baseline) => encodeBaseline(baseline).length)),
  organization: encodeOrganization(organization).length,
});

const kilobyte = 1_024;

describe('what is remembered stays small', () => {
  it.each([
    ['in a burst', 1],
    ['in a month', 9],
    ['in a year', 105],
    ['in ten years', 1_051],
  ])('of 5,000 hostile events %s', (_, minutesApart) => {
    const { baseline, organization } = sizesOf(fold(adversarial(minutesApart)));
    // Eight networks at once with what is odd about each, and the samples of an alert, every text as long as may be.
    expect(baseline).toBeLessThan(32 * kilobyte);
    expect(organization).toBeLessThan(96 * kilobyte);
  });

  it('of a busy principal at ordinary work: 4 KB', () => {
    const work = Array.from({ length: 90 * 48 }, (_, i) =>
      call(startMs + i * 30 * msPerMinute, `192.0.2.${i % 60}`, {
        target: `acme/stack-${i % 20}`,
        userAgent: 'pulumi-cli/3.200.0',
        description: `Updated stack acme/stack-${i % 20}`,
      }),
    );
    expect(sizesOf(fold(work)).baseline).toBeLessThan(4 * kilobyte);
  });

  it('of thousands of users that somebody invents', () => {
    const invented = Array.from({ length: 5_000 }, (_, n) =>
      call(startMs + n * 1_000, freshAddress(n), {
        principal: { ...ada, id: long(`guess-${n}`), name: long(`guess-${n}`) },
        action: 'user-login-failed',
        outcome: 'failure',
      }),
    );
    const memory = fold(invented);
    expect(memory.baselines.size).toBe(1);
    expect(sizesOf(memory).baseline).toBeLessThan(16 * kilobyte);
    expect(sizesOf(memory).organization).toBeLessThan(96 * kilobyte);
  });

  it('of an organization of 600 principals, each with places of its own', () => {
    const events = Array.from({ length: 45 }, (_, day) =>
      Array.from({ length: 60 }, (_, n) => {
        const who = (day * 60 + n) % 600;
        return call(startMs + day * msPerDay + n * msPerMinute, freshAddress(who * 7 + (day % 9)), {
          principal: { ...ada, id: `person-${who}`, name: `person-${who}@example.com` },
        });
      }),
    ).flat();
    expect(sizesOf(fold(events)).organization).toBeLessThan(96 * kilobyte);
  });
});
