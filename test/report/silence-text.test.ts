import { describe, expect, it } from '@jest/globals';
import { silenceAdvice, silenceSentence } from '../../lib/report/silence-text.ts';

const nowMs = Date.UTC(2026, 2, 14, 12);
const sinceMs = Date.UTC(2026, 2, 12);

describe('a silent log in words', () => {
  it('is measured by its rhythm, where it has one', () => {
    const silence = { quietHours: 60, usualHours: 6, heard: 'rhythm' } as const;
    expect(silenceSentence(silence, sinceMs, nowMs)).toBe(
      'its last event is of 12 Mar 2026 00:00 UTC, 2 days ago. By the last four weeks, up to 6 hours would be usual, days of rest not counted.',
    );
    expect(silenceAdvice(silence)).toContain('somebody may have switched it off');
  });

  it('is measured by four weeks, where it seldom speaks', () => {
    const silence = { quietHours: 700, usualHours: 672, heard: 'little' } as const;
    expect(silenceSentence(silence, Date.UTC(2026, 1, 13), nowMs)).toContain(
      'It never said much, but nothing at all in 28 days.',
    );
  });

  it('was perhaps never led here, where it never spoke', () => {
    const silence = { quietHours: 60, usualHours: 24, heard: 'nothing' } as const;
    expect(silenceSentence(silence, sinceMs, nowMs)).toBe(
      'not one event since it was first watched, on 12 Mar 2026 00:00 UTC, 2 days ago.',
    );
    expect(silenceAdvice(silence)).toContain('the log does not arrive');
  });
});
