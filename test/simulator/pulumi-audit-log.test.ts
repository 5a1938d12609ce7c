import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listEvents, type Page, type Quirks } from '../../lib/simulator/pulumi-audit-log.ts';
import { type PulumiEvent, pulumiEvent } from '../../lib/simulator/pulumi-event.ts';

const user = { name: 'Lena W.', githubLogin: 'lena.w', avatarUrl: 'https://avatars.example.com/lena.w' };
const eventAt = (timestamp: number, description: string): PulumiEvent =>
  pulumiEvent(
    { event: 'user-login', description },
    { caller: { user }, sourceIP: '198.51.100.20', atMs: timestamp * 1_000 },
  );
/** Oldest first, numbered, at these seconds. */
const logAt = (...timestamps: readonly number[]): readonly PulumiEvent[] =>
  timestamps.toSorted((a, b) => a - b).map((timestamp, ordinal) => eventAt(timestamp, `${ordinal}`));

const list = (log: readonly PulumiEvent[], query: string, quirks: Partial<Quirks> = {}): Page => {
  const asked = { version: 2, query: new URLSearchParams(query), isEmptyPage: false } as const;
  const page = listEvents(log, asked, { logins: new Set(['lena.w']), quirks });
  if ('refusal' in page) throw new Error(page.refusal);
  return page;
};
const walk = (log: readonly PulumiEvent[], quirks: Partial<Quirks>): readonly string[] => {
  const told: string[] = [];
  for (let token: string | undefined, pages = 0; pages < 1_000; pages += 1) {
    const page = list(log, token === undefined ? '' : `continuationToken=${encodeURIComponent(token)}`, quirks);
    told.push(...page.auditLogEvents.map(({ description }) => description));
    token = page.continuationToken;
    if (token === undefined) return told;
  }
  throw new Error('the pages have no end');
};

describe('pages', () => {
  const crowdedSeconds = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

  it('tell each event once, newest first, whatever their sizes and however crowded a second', () => {
    fc.assert(
      fc.property(crowdedSeconds, sizes, (timestamps, pageSizes) => {
        let pages = 0;
        const pageSize = (): number => pageSizes[pages++ % pageSizes.length] ?? 1;
        const log = logAt(...timestamps);
        expect(walk(log, { pageSize })).toEqual(log.toReversed().map(({ description }) => description));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('that repeat a second come to an end and leave nothing out', () => {
    fc.assert(
      fc.property(crowdedSeconds, fc.integer({ min: 1, max: 9 }), (timestamps, pageSize) => {
        const log = logAt(...timestamps);
        const told = walk(log, { pageSize, boundarySecond: 'repeated' });
        expect(new Set(told)).toEqual(new Set(log.map(({ description }) => description)));
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('can repeat the second they end in', () => {
    expect(walk(logAt(1, 2, 2, 3), { pageSize: 2, boundarySecond: 'repeated' })).toEqual(['3', '2', '2', '1', '0']);
  });

  it('can lose the rest of the second they end in', () => {
    expect(walk(logAt(1, 2, 2, 3), { pageSize: 2, boundarySecond: 'skipped' })).toEqual(['3', '2', '0']);
  });

  it('go on where they were when newer events have appeared meanwhile', () => {
    const first = list(logAt(1, 2, 3), '', { pageSize: 2 });
    const rest = list(logAt(1, 2, 3, 4), `continuationToken=${first.continuationToken}`, { pageSize: 2 });
    expect(rest.auditLogEvents.map(({ timestamp }) => timestamp)).toEqual([1]);
  });
});

describe('bounds', () => {
  it.each([
    ['half-open', [20, 10]],
    ['inclusive', [30, 20, 10]],
    ['exclusive', [20]],
  ] as const)('can be %s', (bounds, told) => {
    const page = list(logAt(9, 10, 20, 30, 31), 'startTime=10&endTime=30', { bounds });
    expect(page.auditLogEvents.map(({ timestamp }) => timestamp)).toEqual(told);
  });
});
