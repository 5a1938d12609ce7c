import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copyTide, covered, ebb, emptyTide, rise, type Tide } from '../../lib/core/tide.ts';
import { msPerHour } from '../../lib/core/time.ts';

const spike = 2;
const nineOClock = Date.UTC(2026, 1, 2, 9);

/** Ten principals at work, of whom so many reached this score today. */
const dayOn = (principals: number, nats: number): Tide => {
  const tide = emptyTide(9);
  ebb(nineOClock, tide);
  tide.principals = 10;
  for (let i = 0; i < principals; i += 1) rise(spike, { from: 0, to: nats }, tide);
  return tide;
};

describe('a tide', () => {
  it('takes nothing from a score that nobody else reached', () => {
    expect(covered(spike, { nats: 8, own: 0 }, dayOn(0, 8))).toBe(0);
    expect(covered(spike, { nats: 8, own: 0 }, dayOn(5, 6))).toBe(0);
  });

  it('takes more, the more others reached it', () => {
    const taken = [1, 2, 5, 10].map((others) => covered(spike, { nats: 6, own: 0 }, dayOn(others, 6)));
    expect(taken).toEqual([...taken].sort((a, b) => a - b));
    expect(taken[0]).toBeGreaterThan(1);
    expect(taken[3]).toBeGreaterThan(3);
  });

  it('is not made by the one it is asked about', () => {
    expect(covered(spike, { nats: 6, own: 6.5 }, dayOn(1, 6.5))).toBe(0);
  });

  it('covers the detector it rose in, and no other', () => {
    expect(covered(1, { nats: 6, own: 0 }, dayOn(5, 6))).toBe(0);
  });

  it('leaves alone what so many show by chance', () => {
    const tide = dayOn(1, 1.5);
    expect(covered(spike, { nats: 1.5, own: 0 }, tide)).toBe(0);
  });

  it('is gone two days later', () => {
    const tide = dayOn(5, 6);
    const fresh = covered(spike, { nats: 6, own: 0 }, tide);
    const later = copyTide(tide);
    ebb(nineOClock + 48 * msPerHour, later);
    expect(covered(spike, { nats: 6, own: 0 }, later)).toBeLessThan(fresh / 2);
    expect(covered(spike, { nats: 6, own: 0 }, tide)).toBe(fresh);
  });

  it('counts each principal once, at its highest', () => {
    const tide = dayOn(1, 3);
    rise(spike, { from: 3, to: 6 }, tide);
    expect(tide.counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('takes no more than is there and is never negative, whatever happens', () => {
    const step = fc.record({
      from: fc.double({ min: 0, max: 40, noNaN: true }),
      to: fc.double({ min: 0, max: 40, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), fc.double({ min: 0, max: 40, noNaN: true }), (steps, nats) => {
        const tide = dayOn(0, 0);
        for (const each of steps) rise(spike, each, tide);
        const taken = covered(spike, { nats, own: 0 }, tide);
        expect(taken).toBeGreaterThanOrEqual(0);
        expect(taken).toBeLessThan(10);
        expect([...tide.counts].every((count) => count >= 0)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});
