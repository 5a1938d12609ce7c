import { describe, expect, it } from '@jest/globals';
import { type Check, checkJson, doctorText } from '../../lib/report/doctor-text.ts';

const ok: Check = { name: 'node', outcome: 'ok', detail: 'Node 24.' };
const warning: Check = { name: 'state', outcome: 'warning', detail: 'Two alerts wait.', fix: 'Start a watch.' };
const failed: Check = { name: 'token', outcome: 'failed', detail: 'Refused\u001b[2J.', fix: 'Make a new one.' };
const settings = { width: 80, colour: false };

describe('what doctor found', () => {
  it('is a line for each check, with what to do under those that are not well', () => {
    expect(doctorText([ok, warning], settings)).toEqual([
      'ok      node: Node 24.',
      'warning state: Two alerts wait.',
      '        -> Start a watch.',
      '',
      'Nothing failed; 1 warning.',
    ]);
  });

  it('ends in one verdict', () => {
    expect(doctorText([ok], settings).at(-1)).toBe('All is well.');
    expect(doctorText([warning, failed], settings).at(-1)).toBe('1 check failed.');
  });

  it('lets nothing that a server said act on the terminal', () => {
    expect(doctorText([failed], settings).join('\n')).not.toContain('\u001b');
    expect(checkJson(failed)).not.toContain('\u001b');
  });

  it('is a line of JSON for each check', () => {
    expect(JSON.parse(checkJson(ok))).toEqual({ check: 'node', outcome: 'ok', detail: 'Node 24.', fix: null });
  });
});
