import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chooseSettings } from '../../lib/cli/settings.ts';
import { stateFile, stateMeant } from '../../lib/cli/state-file.ts';
import { emptyFolder, run, worldWith } from './test-world.ts';

const home = { homeFolder: '/home/alice', environment: {} };

describe('the state file', () => {
  it.each([
    ['Linux', { ...home, platform: 'linux' }, '/home/alice/.local/state/tokenwatch/state.db'],
    ['macOS', { ...home, platform: 'darwin' }, '/home/alice/Library/Application Support/tokenwatch/state.db'],
    [
      'a system whose user chose another place',
      { ...home, platform: 'linux', environment: { XDG_STATE_HOME: '/srv/state' } },
      '/srv/state/tokenwatch/state.db',
    ],
    [
      'a user whose choice is relative, which the specification has ignored',
      { ...home, platform: 'linux', environment: { XDG_STATE_HOME: 'state' } },
      '/home/alice/.local/state/tokenwatch/state.db',
    ],
  ] as const)('lies where %s keeps such things', (_, world, file) => {
    expect(stateFile(world)).toBe(file);
  });

  it.each([
    ['the option', { state: 'mine.db' }, 'mine.db'],
    ['the settings that are named', { settings: 'other.json' }, 'other.db'],
    ['the settings in this folder', {}, 'ours.db'],
  ] as const)('is where %s has it, for every command', (_, flags, file) => {
    const cwd = emptyFolder();
    const sources = [{ pulumi: { organization: 'acme' } }];
    writeFileSync(join(cwd, 'tokenwatch.json'), JSON.stringify({ sources, state: 'ours.db' }));
    writeFileSync(join(cwd, 'other.json'), JSON.stringify({ sources, state: 'other.db' }));
    const world = worldWith({ cwd });
    expect(stateMeant(flags, world)).toBe(join(cwd, file));
    const { settings } =
      chooseSettings({ ...flags, ...('settings' in flags ? {} : { organization: 'acme' }) }, world) ?? {};
    expect(settings?.statePath).toBe(file);
  });

  it.each([['alerts'], ['ack', 'list'], ['baseline', 'show'], ['rotation', 'status'], ['rotation', 'stop']])(
    'is looked for by %s %s where the settings in this folder have it',
    async (...words) => {
      const cwd = emptyFolder();
      writeFileSync(
        join(cwd, 'tokenwatch.json'),
        JSON.stringify({ sources: [{ pulumi: { organization: 'acme' } }], state: 'ours.db' }),
      );
      expect((await run(words, { cwd })).stderr).toContain(`There is no state at ${join(cwd, 'ours.db')}`);
    },
  );

  it('is not made by looking into it', async () => {
    const { code, stderr } = await run(['baseline', 'show', '--state', 'none.db']);
    expect(code).toBe(3);
    expect(stderr).toContain('none.db: nothing was learned there yet');
  });
});
