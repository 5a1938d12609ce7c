import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fileSecrets, fileWarning } from '../../../lib/adapters/secrets/file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'token');
const reference = { scheme: 'file', path } as const;
const fileOf = (content: string | Buffer, mode = 0o600): void => {
  rmSync(path, { force: true });
  writeFileSync(path, content, { mode });
};

describe('a secret in a file', () => {
  it.each(['made-up-token', 'made-up-token\n', 'made-up-token\r\n'])('is its text: %j', async (text) => {
    fileOf(text);
    expect((await fileSecrets.read(reference)).reveal()).toBe('made-up-token');
  });

  it('may be behind a link, as Kubernetes mounts it', async () => {
    fileOf('made-up-token');
    const link = join(folder, 'link');
    symlinkSync(path, link);
    expect((await fileSecrets.read({ ...reference, path: link })).reveal()).toBe('made-up-token');
  });

  it.each([
    ['two line breaks', 'made-up-token\n\n', 'holds a blank, a line break'],
    ['another file', 'x'.repeat(65_537), 'has more than 64 KiB'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x41]), 'is not text'],
    ['nothing', '', 'is blank'],
  ])('is refused as %s', async (_, content, text) => {
    fileOf(content);
    await expect(fileSecrets.read(reference)).rejects.toMatchObject({
      failure: 'unusable',
      message: expect.stringContaining(text),
    });
  });

  it('is no pipe, and nobody is waited for who might write into it', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(fileSecrets.read({ ...reference, path: pipe })).rejects.toMatchObject({
      failure: 'unusable',
      message: expect.stringContaining('is not a file'),
    });
  });

  it('is no folder', async () => {
    await expect(fileSecrets.read({ ...reference, path: folder })).rejects.toMatchObject({ failure: 'unusable' });
  });

  it.each([
    [0o600, undefined],
    [0o400, undefined],
    [0o440, 'Others on this machine may read the file (mode 440).'],
    [0o644, 'Others on this machine may read the file (mode 644).'],
  ])('of mode %i is careless where others may read it', async (mode, warning) => {
    fileOf('made-up-token', mode);
    expect(await fileWarning(reference)).toBe(warning);
  });
});
