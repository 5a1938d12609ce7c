import { law, type Target } from './fuzz.ts';

/** Faults that a fuzzer has to find, for its own test. */

const seeds = [Buffer.from('{ "a": 1 }')];

const list: Target = {
  name: 'a-list',
  seeds,
  async run(input) {
    law(!input.includes('['), 'no list');
    return String(input.length % 7);
  },
};

const endless: Target = {
  name: 'endless',
  seeds,
  async run(input) {
    for (;;) if (!input.includes('[')) return String(input.length % 7);
  },
};

const silent: Target = {
  name: 'silent',
  seeds,
  run: async (input) => (input.includes('[') ? new Promise(() => undefined) : String(input.length % 7)),
};

const greedy: Target = {
  name: 'greedy',
  seeds,
  async run(input) {
    const kept: unknown[] = [];
    while (input.includes('[')) kept.push(new Array(1_000_000).fill(kept.length));
    return String(input.length % 7);
  },
};

export const targets: readonly Target[] = [list, endless, silent, greedy];
