/**
 * Six weeks of an office with homes, hotels, tunnels, a hosted CI and night jobs, in which nothing is stolen, and every
 * one of its tokens investigated: an honest life must not be called a theft.
 */
import { describe, expect, it } from '@jest/globals';
import { coverageOfFiles } from '../../lib/app/investigate.ts';
import { investigate } from '../../lib/core/investigation/investigation.ts';
import { emptyRegister, registerEvents } from '../../lib/core/investigation/register.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { madeUpOwners } from '../../lib/simulator/addresses.ts';
import { ordinaryLife } from '../../lib/simulator/organization.ts';
import { eventsOf } from './leaked-token.ts';

const fromMs = Date.UTC(2026, 1, 23);
const toMs = fromMs + 42 * msPerDay;
const leakedAtMs = fromMs + 28 * msPerDay;

const answersOf = (seed: number, leak: number | undefined): ReadonlyMap<string, number> => {
  const events = eventsOf(ordinaryLife(seed, { fromMs, toMs }).log);
  const register = emptyRegister();
  registerEvents(events, register);
  const answers = new Map<string, number>();
  const tokens = [...register.principals.values()].filter(({ principal }) => principal.kind === 'token');
  for (const subject of tokens) {
    const { verdict } = investigate(events, {
      subjects: [subject],
      leakedAtMs: leak,
      untilMs: toMs,
      networks: rememberNetworks(madeUpOwners),
      coverage: coverageOfFiles(register, { unreadRecords: 0 }),
    });
    answers.set(verdict.answer, (answers.get(verdict.answer) ?? 0) + 1);
  }
  return answers;
};

describe('in ordinary life', () => {
  it('nobody is called a thief, and most are cleared, after a leak', () => {
    const answers = answersOf(13, leakedAtMs);
    expect(answers.get('used-by-others') ?? 0).toBe(0);
    expect(answers.get('probably') ?? 0).toBe(0);
    expect(answers.get('no-sign') ?? 0).toBeGreaterThan(answers.get('cannot-tell') ?? 0);
  }, 60_000);

  it('nobody is called a thief without a time of leak', () => {
    expect(answersOf(11, undefined).get('used-by-others') ?? 0).toBe(0);
  }, 60_000);
});
