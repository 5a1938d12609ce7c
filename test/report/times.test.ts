import { describe, expect, it } from '@jest/globals';
import { clockText, dayText, minuteText } from '../../lib/report/times.ts';

const atMs = Date.parse('2026-03-04T02:13:59.999Z');

describe('a time in a table', () => {
  it('has its seconds where they tell events apart, and its day where there are several', () => {
    expect(clockText(atMs, { withDay: false })).toBe('02:13:59');
    expect(clockText(atMs, { withDay: true })).toBe('4 Mar 02:13:59');
  });

  it('ends with the minute where seconds say nothing more, and is never rounded up', () => {
    expect(clockText(atMs, { withDay: false, toMinute: true })).toBe('02:13');
    expect(minuteText(atMs)).toBe('4 Mar 02:13');
  });

  it('is a day as settings and options write it', () => {
    expect(dayText(atMs)).toBe('2026-03-04');
  });
});
