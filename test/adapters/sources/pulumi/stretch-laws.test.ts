import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idsOf, type Liberties, minute, readIds, second, type Timed } from './made-up-log.ts';
import { closeServers, record } from './server.ts';

/** Thousands of true HTTP requests; on a busy machine they may take longer than jest's five seconds. */
const timeoutMs = 60_000;

afterEach(closeServers);

describe('whatever liberties a server takes within the documentation', () => {
  const kinds = fc.array(fc.record({ offset: fc.nat(11), kind: fc.nat(2) }), { maxLength: 60 });
  const records = kinds.map((all) => all.map(({ offset, kind }) => record(second + offset, `Exported stack ${kind}`)));
  const stretches = fc
    .tuple(fc.integer({ min: -1_500, max: 13_500 }), fc.integer({ min: -1_500, max: 13_500 }))
    .map(([a, b]) => ({ fromMs: minute.fromMs + Math.min(a, b), toMs: minute.fromMs + Math.max(a, b) }));
  const liberties = fc.record({
    token: fc.constantFrom<Liberties['token']>('exact', 'repeats', 'skips'),
    includesLower: fc.boolean(),
    includesUpper: fc.boolean(),
    hasEmptyPages: fc.boolean(),
    order: fc.constantFrom<Liberties['order']>('newest first', 'oldest first', 'mixed within a page', 'none'),
    version: fc.constantFrom<Liberties['version']>('v2', 'v2', 'v1'),
  });
  /** Version 1 is documented to go back in time, and a token that names a second needs an order by time. */
  const coherent = (one: Omit<Liberties, 'pageSize'>, pageSize: number): Liberties => {
    if (one.version === 'v1' && one.order !== 'mixed within a page') return { ...one, pageSize, order: 'newest first' };
    return one.order === 'none' ? { ...one, pageSize, token: 'exact' } : { ...one, pageSize };
  };
  const crowd = (all: readonly Timed[]): number => {
    const seconds = Map.groupBy(all, ({ timestamp }) => timestamp);
    return Math.max(0, ...[...seconds.values()].map(({ length }) => length));
  };

  it(
    'reads every event once, as long as a page holds more than the events of any one second',
    async () => {
      const law = fc.asyncProperty(records, stretches, liberties, fc.nat(20), async (all, stretch, one, room) => {
        const read = await readIds(all, coherent(one, crowd(all) + 1 + room), stretch);
        expect(read).toEqual(idsOf(all, stretch));
        await closeServers();
      });
      await fc.assert(law, { seed: 20260314, numRuns: 150 });
    },
    timeoutMs,
  );

  it(
    'doubles none and loses at most twins when exact pages are smaller than a second',
    async () => {
      const law = fc.asyncProperty(records, liberties, fc.integer({ min: 1, max: 4 }), async (all, one, pageSize) => {
        const read = await readIds(all, coherent({ ...one, token: 'exact' }, pageSize));
        const truth = idsOf(all, minute);
        expect(truth).toEqual(expect.arrayContaining([...read]));
        expect(new Set(read).size).toBe(read.length);
        expect(new Set(read.filter(isFirstOfTwins))).toEqual(new Set(truth.filter(isFirstOfTwins)));
        await closeServers();
      });
      await fc.assert(law, { seed: 20260314, numRuns: 60 });
    },
    timeoutMs,
  );

  const isFirstOfTwins = (id: string): boolean => !id.includes('.');
});
