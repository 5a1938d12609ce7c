import { describe, expect, it } from '@jest/globals';
import { hasColour, screenOf } from '../../lib/cli/screen.ts';
import { outputOf, worldWith } from './test-world.ts';

const terminal = outputOf({ columns: 100 });
const pipe = outputOf();

describe('colour', () => {
  it.each([
    ['a terminal', terminal, {}, true],
    ['a pipe', pipe, {}, false],
    ['a terminal that refuses it', terminal, { NO_COLOR: '1' }, false],
    ['a terminal with a blank NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['a pipe that is forced', pipe, { FORCE_COLOR: '1' }, true],
    ['a terminal that is forced not to', terminal, { FORCE_COLOR: '0' }, false],
    ['one that refuses and is forced', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['a terminal that can nothing', terminal, { TERM: 'dumb' }, false],
  ])('for %s', (_, output, environment, isColoured) => {
    expect(hasColour(output, environment)).toBe(isColoured);
  });
});

describe('the screen', () => {
  it.each([
    [40, 60],
    [90, 90],
    [300, 120],
    [undefined, 100],
  ])('of %s columns is used to %s', (columns, width) => {
    const stdout = columns === undefined ? outputOf() : outputOf({ columns });
    expect(screenOf(worldWith({ stdout }), { isJson: false }).width).toBe(width);
  });

  it('shows what is going on only on a terminal, and takes it away before anything else is said', async () => {
    const stderr = outputOf({ columns: 80 });
    const stdout = outputOf();
    const screen = screenOf(worldWith({ stdout, stderr }), { isJson: false });
    screen.status('Reading: 40 %');
    await screen.result('an alert\n');
    screen.status(undefined);
    await screen.settled();
    expect(stdout.text()).toBe('an alert\n');
    expect(stderr.text()).toBe('\r\u001b[2KReading: 40 %\r\u001b[2KReading: 40 %\r\u001b[2K');
  });

  it('is silent about progress where stderr is a file', async () => {
    const stderr = outputOf();
    const screen = screenOf(worldWith({ stderr }), { isJson: false });
    screen.status('Reading: 40 %');
    await screen.settled();
    expect(stderr.text()).toBe('');
  });

  it('keeps stdout for JSON alone when JSON was asked for', async () => {
    const stdout = outputOf();
    const stderr = outputOf();
    const screen = screenOf(worldWith({ stdout, stderr }), { isJson: true });
    screen.say('for people');
    await screen.result('{}\n');
    await screen.settled();
    expect({ stdout: stdout.text(), stderr: stderr.text() }).toEqual({ stdout: '{}\n', stderr: 'for people\n' });
  });
});
