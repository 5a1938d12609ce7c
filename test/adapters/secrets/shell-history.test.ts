import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tokensInShellHistory } from '../../../lib/adapters/secrets/shell-history.ts';

const home = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Shaped like tokens, and none. */
const pulumiLike = `pul-${'0'.repeat(40)}`;
const webTokenLike = `eyJ${'A'.repeat(20)}.${'B'.repeat(20)}.C`;

describe('the history of a shell', () => {
  it('is searched for lines with tokens, which are counted and not shown', async () => {
    writeFileSync(join(home, '.bash_history'), `ls\nPULUMI_ACCESS_TOKEN=${pulumiLike} tokenwatch watch\ncd /\n`);
    writeFileSync(join(home, '.zsh_history'), `: 1:0;export A=${webTokenLike}\n: 2:0;curl -H 'token ${pulumiLike}'\n`);
    mkdirSync(join(home, '.sh_history'));
    expect(await tokensInShellHistory(home)).toEqual([
      { file: '~/.bash_history', lines: 1 },
      { file: '~/.zsh_history', lines: 2 },
    ]);
  });

  it('is searched where the shell was told to keep it, where PowerShell does, and for any kind of secret', async () => {
    const elsewhere = join(home, 'elsewhere');
    const folder = join(home, '.local/share/powershell/PSReadLine');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'ConsoleHost_history.txt'), `$env:VAULT_TOKEN = "hvs.${'A'.repeat(24)}"\r\n`);
    writeFileSync(elsewhere, 'curl https://hooks.slack.com/services/T000/B000/made-up -d {}\n');
    const found = await tokensInShellHistory(home, { HISTFILE: elsewhere });
    expect(found).toContainEqual({ file: '~/elsewhere', lines: 1 });
    expect(found).toContainEqual({ file: '~/.local/share/powershell/PSReadLine/ConsoleHost_history.txt', lines: 1 });
    expect(await tokensInShellHistory(join(home, 'nowhere'), { HISTFILE: elsewhere })).toEqual([
      { file: elsewhere, lines: 1 },
    ]);
    rmSync(folder, { recursive: true });
  });

  it('is passed over where it is a pipe into which nobody writes', async () => {
    const pipe = join(home, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await tokensInShellHistory(join(home, 'nowhere'), { HISTFILE: pipe })).toEqual([]);
  });

  it('is fine where there is none, or nothing in it', async () => {
    expect(await tokensInShellHistory(join(home, 'nowhere'))).toEqual([]);
    writeFileSync(join(home, '.bash_history'), 'pulumi up\nexport PULUMI_ACCESS_TOKEN=$(cat token)\n');
    rmSync(join(home, '.zsh_history'));
    expect(await tokensInShellHistory(home)).toEqual([]);
  });
});
