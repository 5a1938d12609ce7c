/**
 * What holds for every history, however strange. Each law is tried on histories that fast-check makes up, from a fixed
 * seed, so that a failure comes back.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Alert } from '../../lib/core/alert.ts';
import { assess, type Memory } from '../../lib/core/assess.ts';
import { decodeBaseline, encodeBaseline } from '../../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { decodeOrganization, encodeOrganization } from '../../lib/core/organization.ts';
import { exampleOwners, nothing, remember } from './having.ts';
import { batchesOf, cuts, history } from './history.ts';

const context = { networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 3 };

type Outcome = { readonly memory: Memory; readonly alerts: ReadonlyMap<string, Alert> };

const untouched = (memory: Memory): Memory => memory;

/** As it is after a night in a store. */
const stored = ({ organization, baselines }: Memory): Memory => ({
  organization: decodeOrganization(encodeOrganization(organization)),
  baselines: new Map([...baselines].map(([key, baseline]) => [key, decodeBaseline(encodeBaseline(baseline))])),
});

const fold = (batches: readonly (readonly AuditEvent[])[], between = untouched): Outcome => {
  let memory = nothing;
  const alerts = new Map<string, Alert>();
  for (const batch of batches) {
    const assessment = assess(memory, batch, context);
    for (const { alert } of assessment.alerts) alerts.set(alert.id, alert);
    memory = between(remember(memory, assessment));
  }
  return { memory, alerts };
};

/** What is told and what is stored, byte for byte. */
const bytesOf = ({ memory, alerts }: Outcome) => ({
  alerts: [...alerts.values()].map((alert) => JSON.stringify(sorted(alert))),
  organization: encodeOrganization(memory.organization),
  baselines: [...memory.baselines].map(([key, baseline]) => [key, encodeBaseline(baseline)]),
});

/** The same object with its keys in order: an alert is told, and told means read by name. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

/** Every number inside, and the way to it. */
const numbersIn = (value: unknown, path = ''): readonly (readonly [path: string, number: number])[] => {
  if (typeof value === 'number') return [[path, value]];
  if (value instanceof Map) return [...value].flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    return [...(value as Iterable<unknown>)].flatMap((inner, i) => numbersIn(inner, `${path}[${i}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
};

const law = { seed: 20_260_314, numRuns: 40 };

describe('in every history', () => {
  it('assessing leaves what it was given as it was, and says the same again', () => {
    fc.assert(
      fc.property(history, fc.double({ min: 0.2, max: 1, noNaN: true }), (events, part) => {
        const [before = [], after = []] = batchesOf(events, [part]);
        const { memory } = fold([before]);
        const copy = structuredClone({ memory, after });
        const first = assess(memory, after, context);
        expect({ memory, after }).toEqual(copy);
        expect(assess(memory, after, context)).toEqual(first);
      }),
      { ...law, numRuns: 20 },
    );
  });

  it('it does not matter how the log is cut', () => {
    fc.assert(
      fc.property(history, cuts, (events, at) => {
        expect(bytesOf(fold(batchesOf(events, at)))).toEqual(bytesOf(fold([events])));
      }),
      law,
    );
  });

  it('it does not matter how the log is cut and what is remembered stored in between', () => {
    fc.assert(
      fc.property(history, cuts, (events, at) => {
        expect(bytesOf(fold(batchesOf(events, at), stored))).toEqual(bytesOf(fold([events])));
      }),
      law,
    );
  });

  it('one event at a time is as good as all at once', () => {
    fc.assert(
      fc.property(history, (events) => {
        const few = events.slice(-150);
        expect(bytesOf(fold(few.map((event) => [event])))).toEqual(bytesOf(fold([few])));
      }),
      { ...law, numRuns: 10 },
    );
  });

  it('it does not matter in which order a log lists one second', () => {
    fc.assert(
      fc.property(
        history.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray([...events], { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          expect([...shuffled].sort(inOrder)).toEqual(events);
        },
      ),
      { ...law, numRuns: 20 },
    );
  });

  it('every number is a number, and no surprise is negative', () => {
    fc.assert(
      fc.property(history, (events) => {
        const { memory, alerts } = fold([events]);
        const numbers = [...numbersIn(memory), ...numbersIn([...alerts.values()])];
        expect(numbers.filter(([, number]) => !Number.isFinite(number))).toEqual([]);
        const surprises = numbers.filter(([path]) => /(surprise|scores\[\d+\]|nats|maxima\[\d+\])$/.test(path));
        expect(surprises.filter(([, number]) => number < 0)).toEqual([]);
      }),
      law,
    );
  });

  it('an alert is whole: its events are the principal’s, in order, within its time', () => {
    fc.assert(
      fc.property(history, (events) => {
        for (const alert of fold([events]).alerts.values()) {
          expect(alert.findings.length).toBeGreaterThan(0);
          expect(new Set(alert.findings.map(({ evidence }) => evidence.detector)).size).toBe(alert.findings.length);
          expect(alert.firstEventAtMs).toBeLessThanOrEqual(alert.openedAtMs);
          expect(alert.openedAtMs).toBeLessThanOrEqual(alert.lastEventAtMs);
          expect(alert.sampleEvents.length).toBeGreaterThan(0);
          expect(alert.sampleEvents.length).toBeLessThanOrEqual(Math.min(5, alert.eventCount));
          expect([...alert.sampleEvents].sort(inOrder)).toEqual(alert.sampleEvents);
          for (const { atMs } of alert.sampleEvents) {
            expect(atMs).toBeGreaterThanOrEqual(alert.firstEventAtMs);
            expect(atMs).toBeLessThanOrEqual(alert.lastEventAtMs);
          }
        }
      }),
      law,
    );
  });

  it('no two alerts share an id, and no alert is opened twice', () => {
    fc.assert(
      fc.property(history, cuts, (events, at) => {
        const opened: string[] = [];
        let memory = nothing;
        for (const batch of batchesOf(events, at)) {
          const assessment = assess(memory, batch, context);
          opened.push(...assessment.alerts.filter(({ news }) => news === 'opened').map(({ alert }) => alert.id));
          memory = remember(memory, assessment);
        }
        expect(new Set(opened).size).toBe(opened.length);
      }),
      law,
    );
  });

  it('the made-up histories are worth trying: most of them alarm', () => {
    const samples = fc.sample(history, { seed: law.seed, numRuns: 20 });
    expect(samples.filter((events) => fold([events]).alerts.size > 0).length).toBeGreaterThan(10);
  });
});
