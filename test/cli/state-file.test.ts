import { describe, expect, it } from '@jest/globals';
import { stateFile } from '../../lib/cli/state-file.ts';
import { run } from './test-world.ts';

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

  it('is not made by looking into it', async () => {
    const { code, stderr } = await run(['baseline', 'show', '--state', 'none.db']);
    expect(code).toBe(3);
    expect(stderr).toContain('none.db: nothing was learned there yet');
  });
});
