import { describe, expect, it } from '@jest/globals';
import { askedIn } from './asked.ts';

describe('the command of the simulation', () => {
  it('plays what it is asked for', () => {
    expect(askedIn(['--seeds', '300', '--from', '0', '--minutes', '5', '--workers', '1', '--write'])).toEqual({
      seeds: 300,
      fromSeed: 0,
      minutes: 5,
      workers: 1,
      isWriting: true,
    });
  });

  it('takes no more processes than there is work for', () => {
    expect(askedIn(['--seeds', '1', '--workers', '8'])).toMatchObject({ seeds: 1, workers: 1 });
  });

  it.each([
    ['--seeds', '0'],
    ['--seeds', 'x'],
    ['--seeds', ''],
    ['--workers', '0'],
    ['--minutes', '0'],
    ['--minutes', '0.6'],
    ['--minutes', 'abc'],
    ['--from', '1e3'],
  ])('refuses what would play nothing: %s %s', (option, value) => {
    expect(askedIn([option, value])).toEqual({ problem: expect.stringContaining(`${option} ${value}`) });
  });

  it('refuses an option that it does not know', () => {
    expect(askedIn(['--seed', '7'])).toEqual({ problem: expect.stringContaining('--seed') });
  });
});
