/**
 * Stretches of a log that were read, as files of one folder, so that a long reading goes on where it was interrupted:
 * one file for each stretch, a line that says what it is and then a line for each event. A file is there whole or not at
 * all, and belongs to this user alone: it holds addresses and names.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptStretch, StretchStore } from '../../app/gather.ts';
import { StateError } from '../../app/ports.ts';
import type { AuditEvent } from '../../core/event.ts';
import type { Principal } from '../../core/principal.ts';
import { msPerDay, type Stretch } from '../../core/time.ts';

const version = 1;
/** Long enough for an incident and its aftermath; then what was read of people is removed. */
const keptMsMax = 14 * msPerDay;
const fileName = /^\d{1,15}-\d{1,15}\.jsonl$/;
/** What a run that was ended from outside leaves behind. */
const unfinishedName = /\.jsonl\.(\d{1,10})\.part$/;

/** Throws `StateError` where the folder cannot be used. Files of other logs never mix: each has a folder of its own. */
export const folderOfStretches = async ({
  folder,
  source,
  nowMs,
}: {
  readonly folder: string;
  readonly source: string;
  readonly nowMs: number;
}): Promise<StretchStore> => {
  const own = join(folder, createHash('sha256').update(source).digest('hex').slice(0, 16));
  await attempt(own, async () => {
    await mkdir(own, { recursive: true, mode: 0o700 });
    await chmod(own, 0o700);
  });
  return {
    stretches: () => attempt(own, () => stretchesIn(own, { source, nowMs })),
    keep: (stretch, events) => attempt(own, () => keep(own, { source, stretch, events })),
    events: (stretch) => attempt(own, () => eventsOf(own, stretch)),
  };
};

const pathOf = (folder: string, { fromMs, toMs }: Stretch): string => join(folder, `${fromMs}-${toMs}.jsonl`);

type Head = { readonly version: number; readonly source: string } & KeptStretch;

/** Removes what is too old, of another version or torn; the log has it still. */
const stretchesIn = async (
  folder: string,
  { source, nowMs }: { readonly source: string; readonly nowMs: number },
): Promise<readonly KeptStretch[]> => {
  const kept: KeptStretch[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const writer = unfinishedName.exec(name)?.[1];
    if (writer !== undefined && isRunning(Number(writer))) continue;
    const head = fileName.test(name) ? await headOf(path) : undefined;
    const isOurs = head?.version === version && head.source === source && `${head.fromMs}-${head.toMs}.jsonl` === name;
    if (!isOurs || nowMs - head.readAtMs > keptMsMax) {
      await rm(path, { force: true });
      continue;
    }
    const { fromMs, toMs, readAtMs, events, rejected } = head;
    kept.push({ fromMs, toMs, readAtMs, events, rejected });
  }
  return kept;
};

const isRunning = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

/** Longer than any head; only the first line is read. */
const headBytesMax = 4_096;

const headOf = async (path: string): Promise<Head | undefined> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytesMax), 0, headBytesMax, 0);
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split('\n', 1);
    return JSON.parse(line) as Head;
  } catch {
    return undefined; // Torn or foreign: the caller removes it.
  } finally {
    await file.close();
  }
};

const keep = async (
  folder: string,
  {
    source,
    stretch,
    events,
  }: { readonly source: string; readonly stretch: KeptStretch; readonly events: readonly AuditEvent[] },
): Promise<void> => {
  const { fromMs, toMs, readAtMs, rejected } = stretch;
  const head: Head = { version, source, fromMs, toMs, readAtMs, events: events.length, rejected };
  const path = pathOf(folder, stretch);
  const unfinished = `${path}.${process.pid}.part`;
  try {
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(linesOf(head, events));
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
};

const linesOf = function* (head: Head, events: readonly AuditEvent[]): Iterable<string> {
  yield `${JSON.stringify(head)}\n`;
  for (const event of events) yield `${JSON.stringify(event)}\n`;
};

/** One object for each principal, as from a translator: the engine finds those faster. */
const eventsOf = async (folder: string, stretch: Stretch): Promise<readonly AuditEvent[]> => {
  const [, ...lines] = (await readFile(pathOf(folder, stretch), 'utf8')).split('\n');
  const principals = new Map<string, Principal>();
  return lines.flatMap((line) => {
    if (line === '') return [];
    const event = JSON.parse(line) as AuditEvent;
    const key = JSON.stringify(event.principal);
    const principal = principals.get(key) ?? event.principal;
    principals.set(key, principal);
    return [
      {
        id: event.id,
        atMs: event.atMs,
        source: event.source,
        principal,
        ip: event.ip,
        action: event.action,
        outcome: event.outcome,
        user: event.user,
        credential: event.credential,
        target: event.target,
        userAgent: event.userAgent,
        description: event.description,
      },
    ];
  });
};

const attempt = async <Result>(folder: string, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why =
      code === 'ENOSPC'
        ? 'the disk is full. Make room'
        : code === 'EACCES' || code === 'EROFS'
          ? 'this user may not write there. Allow it, or set XDG_STATE_HOME to another folder'
          : `${code ?? String(cause)}. Check the folder`;
    throw new StateError(`What was read cannot be kept in ${folder}: ${why}, and run it again.`, { cause });
  }
};
