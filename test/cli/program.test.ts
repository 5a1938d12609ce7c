import { describe, expect, it } from '@jest/globals';
import { outputOf, run } from './test-world.ts';

describe('the command line', () => {
  it.each([
    [['--help'], 'Usage: tokenwatch [options] [command]'],
    [['watch', '--help'], 'Usage: tokenwatch watch [options]'],
    [['replay', '--help'], 'Usage: tokenwatch replay [options] <files...>'],
    [['baseline', '--help'], 'Usage: tokenwatch baseline [options] [command]'],
    [['baseline', 'show', '--help'], 'Usage: tokenwatch baseline show [options] [principal]'],
    [['doctor', '--help'], 'Usage: tokenwatch doctor [options]'],
    [['help', 'watch'], 'Usage: tokenwatch watch [options]'],
  ])('%j explains itself on stdout, and that is no error', async (args, usage) => {
    const { code, stdout, stderr } = await run(args);
    expect(stdout).toContain(usage);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(['watch', 'replay', 'doctor'])('gives %s examples, defaults and exit codes in its help', async (command) => {
    const { stdout } = await run([command, '--help']);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('2  wrong use');
    expect(stdout).toMatch(/default/);
  });

  it('says its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it('shows its help as an error when no command is given', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: tokenwatch');
  });

  it.each([
    [['wach'], '(Did you mean watch?)'],
    [['watch', '--organisation', 'acme'], '(Did you mean --organization?)'],
    [['replay'], "missing required argument 'files'"],
    [['watch', 'acme'], 'too many arguments'],
    [['baseline', 'forget'], "unknown command 'forget'"],
  ])('refuses %j as wrong use and says what was meant', async (args, text) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).toContain('--help');
  });

  it('says one clear message and no stack when something cannot be done', async () => {
    const { code, stderr } = await run(['replay', '/no/such/log.json']);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: '/no/such/log.json cannot be read: there is no such file or folder; check the path.\n',
    });
  });

  it.each([
    [['--debug', 'replay', '/no/such/log.json'], {}],
    [['replay', '/no/such/log.json', '--debug'], {}],
    [['replay', '/no/such/log.json'], { TOKENWATCH_DEBUG: '1' }],
  ])('shows where it arose when asked by %j and %j', async (args, environment) => {
    expect((await run(args, { environment })).stderr).toMatch(/FileError: [\s\S]*\n\s+at /);
  });

  it('lets nothing in a message act on the terminal', async () => {
    const { stderr } = await run(['replay', '/no/such/\u001b[2J.json']);
    expect(stderr).not.toContain('\u001b');
    expect(stderr).toContain('\\x1b[2J');
  });

  it('keeps its help as narrow as the terminal, within reason', async () => {
    const stdout = outputOf({ columns: 82 });
    await run(['--help'], { stdout });
    const widest = Math.max(
      ...stdout
        .text()
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(105);
  });
});
