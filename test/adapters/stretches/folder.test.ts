import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { folderOfStretches } from '../../../lib/adapters/stretches/folder.ts';
import { StateError } from '../../../lib/app/ports.ts';
import { msPerDay } from '../../../lib/core/time.ts';
import { call } from '../../core/having.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-stretches-'));
  folders.push(folder);
  return folder;
};

const nowMs = Date.UTC(2026, 3, 10);
const day = { fromMs: Date.UTC(2026, 3, 8), toMs: Date.UTC(2026, 3, 9), readAtMs: nowMs, events: 2, rejected: 1 };
const events = [
  call('2026-04-08T09:00Z', '192.0.2.7', { target: 'web/prod', description: 'line\nbreak \u2028 and "quotes"' }),
  call('2026-04-08T10:00Z', undefined, { user: 'ada' }),
];

const open = (folder: string, source = 'pulumi:acme', at = nowMs) => folderOfStretches({ folder, source, nowMs: at });

describe('a folder of stretches', () => {
  it('gives back what was kept, to the letter', async () => {
    const folder = emptyFolder();
    await (await open(folder)).keep(day, events);
    const again = await open(folder);
    expect(await again.stretches()).toEqual([day]);
    expect(await again.events(day)).toEqual(events);
  });

  it('keeps logs apart', async () => {
    const folder = emptyFolder();
    await (await open(folder)).keep(day, events);
    expect(await (await open(folder, 'pulumi:other')).stretches()).toEqual([]);
  });

  it('is for this user alone', async () => {
    const folder = emptyFolder();
    await (await open(folder)).keep(day, events);
    const [own = ''] = readdirSync(folder);
    const [file = ''] = readdirSync(join(folder, own));
    expect(statSync(join(folder, own)).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, own, file)).mode & 0o777).toBe(0o600);
  });

  it('forgets what is old, torn or foreign', async () => {
    const folder = emptyFolder();
    const store = await open(folder);
    await store.keep(day, events);
    const [own = ''] = readdirSync(folder);
    const whole = readFileSync(join(folder, own, readdirSync(join(folder, own))[0] ?? ''), 'utf8');
    writeFileSync(join(folder, own, '1-2.jsonl'), whole.slice(0, 20));
    writeFileSync(join(folder, own, '3-4.jsonl'), whole);
    writeFileSync(join(folder, own, '5-6.jsonl.999999999.part'), whole);
    expect(await store.stretches()).toEqual([day]);
    expect(readdirSync(join(folder, own))).toHaveLength(1);
    expect(await (await open(folder, 'pulumi:acme', nowMs + 15 * msPerDay)).stretches()).toEqual([]);
    expect(readdirSync(join(folder, own))).toEqual([]);
  });

  it('says what to do where it cannot be used', async () => {
    const file = join(emptyFolder(), 'a-file');
    writeFileSync(file, '');
    await expect(open(file)).rejects.toThrow(StateError);
    await expect(open(file)).rejects.toThrow('cannot be kept in');
  });
});
