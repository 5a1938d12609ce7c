import { describe, expect, it } from '@jest/globals';
import {
  alertList,
  backfillSentence,
  badRecordLine,
  badRecordsSentence,
  type ReplaySummary,
  replaySummary,
} from '../../lib/report/run-text.ts';
import { theft } from './examples.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

const summary: ReplaySummary = {
  files: 2,
  events: 1_200,
  firstEventMs: Date.parse('2026-02-01T02:00:00Z'),
  lastEventMs: Date.parse('2026-03-03T14:11:00Z'),
  principals: 5,
  learning: 2,
  alerts: 1,
  repeated: 0,
  otherEvents: 0,
};

describe('the summary of a replay', () => {
  it('says what was found, who was judged and who could not be, and what was read', () => {
    expect(replaySummary(summary)).toEqual([
      '1 alert. 3 principals judged; 2 others had too little past to be compared with.',
      'Read 1,200 events from 2 files: 1 Feb 2026 02:00 UTC to 3 Mar 2026 14:11 UTC, 30 days.',
    ]);
  });

  it('does not let silence pass for safety when nobody could be judged', () => {
    const [first] = replaySummary({ ...summary, principals: 2, learning: 2, alerts: 0 });
    expect(first).toMatch(
      /^No alerts, but hardly anything could be judged: each of the 2 principals has too little past/,
    );
  });

  it('says so when there was nothing at all', () => {
    const nothing = { ...summary, events: 0, principals: 0, learning: 0, alerts: 0 };
    expect(replaySummary({ ...nothing, firstEventMs: undefined, lastEventMs: undefined })).toEqual([
      'No events: there was nothing to judge.',
    ]);
  });

  it('mentions records that were counted once or not at all', () => {
    expect(replaySummary({ ...summary, repeated: 3, otherEvents: 1 }).at(-1)).toBe(
      '3 records told again of an event already read, and counted once. 1 record was news of runs, which is no part of the audit log.',
    );
  });
});

describe('the summary of a backfill', () => {
  const backfill = { source: 'pulumi:acme', events: 900, fromMs: 0, toMs: 30 * 86_400_000, alerts: 3 };
  it.each([
    [backfill, 'They would have given you 3 alerts, which are listed here; only those of the last day are sent:'],
    [{ ...backfill, alerts: 0 }, 'They would have given you no alert.'],
    [{ ...backfill, events: 0, alerts: 0 }, 'There is nothing to compare with yet'],
  ])('%#', (of, text) => {
    expect(backfillSentence(of)).toContain(text);
  });

  it('lists each alert on one line: when, how bad, what, which', () => {
    const [title, line, ...rest] = alertList([theft()], { width: 120, colour: false });
    expect(title).toMatch(/^When \(UTC\) +Severity +What +Alert$/);
    expect(line).toMatch(/^14 Mar 02:\d\d +\w+ +Token ci-deploy /);
    expect(rest).toEqual([]);
  });
});

describe('bad records', () => {
  const rejected = { where: 'a.jsonl:7', reason: 'no time', outcome: 'rejected' } as const;
  const kept = { where: 'a.jsonl:9', reason: 'ip "x" is not an address', outcome: 'kept' } as const;

  it('are counted by what became of them, with the commonest reasons', () => {
    expect(badRecordsSentence(4, [rejected, rejected, kept])).toBe(
      '2 records could not be read (no time). 1 record was kept without a part that is wrong (ip "x" is not an address). 1 more had something wrong too.',
    );
    expect(badRecordsSentence(0, [])).toBe('');
  });

  it('are listed with place and reason', () => {
    expect(badRecordLine(rejected)).toBe('a.jsonl:7: no time');
    expect(badRecordLine(kept)).toBe('a.jsonl:9: ip "x" is not an address (kept without it)');
  });

  it.each(hostileTexts)('cannot act on a terminal: %j', (text) => {
    expect(actingOnScreens(badRecordLine({ where: text, reason: text, outcome: 'rejected' }))).toEqual([]);
  });
});
