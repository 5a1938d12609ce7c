import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isSettled, readFromMs, settle } from '../../lib/core/coverage.ts';
import { readCoverage, type StoredText, writeCoverage } from '../../lib/core/stored.ts';
import { msOf } from './having.ts';

/** Stored by version 2 while one second of the log was settled in part: its first two events were counted, a third was not. */
const { coverage: stored } = JSON.parse(
  readFileSync(new URL('../fixtures/stored/coverage-v2.json', import.meta.url), 'utf8'),
) as { readonly coverage: StoredText };

const atMs = msOf('2026-03-06T11:46:07Z');
const events = ['e1', 'e2', 'e3'].map((id) => ({ id, atMs }));

describe('a coverage of version 2 that was settled in part', () => {
  it('goes on with the first event that was not counted', () => {
    const coverage = readCoverage(stored);
    expect(coverage).toMatchObject({ settledThroughMs: atMs, settledThroughId: 'e2', events: 72 });
    expect(readFromMs(coverage)).toBe(atMs);
    expect(events.map((event) => isSettled(coverage, event))).toEqual([true, true, false]);
  });

  it('counts each event once, whether an upgrade was interrupted before its commit or after it', () => {
    // Before it, the old text is still there and is read once more.
    const coverage = readCoverage(stored);
    const news = events.filter((event) => !isSettled(coverage, event));
    const settled = settle(coverage, { throughMs: atMs, throughId: 'e3', events: news.length, newestEventMs: atMs });
    expect(settled).toMatchObject({ events: 73, settledThroughId: 'e3' });
    // After it, today's text is.
    const again = readCoverage(writeCoverage(settled));
    expect(again).toEqual(settled);
    expect(events.filter((event) => !isSettled(again, event))).toEqual([]);
  });
});
