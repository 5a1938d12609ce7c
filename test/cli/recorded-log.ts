import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';
import { emptyFolder } from './test-world.ts';

/** A neutral log: thirty days of a nightly token at one address, and, if asked for, a night at which it is elsewhere. */

const firstMs = Date.parse('2026-02-01T02:00:00Z');
const days = 30;

const line = (atMs: number, ip: string, action: string): string =>
  JSON.stringify({
    time: new Date(atMs).toISOString(),
    principal: 'token:nightly',
    ip,
    action,
    outcome: 'success',
    source: 'pulumi:acme',
  });

const ordinaryNights = Array.from({ length: days }, (_, day) =>
  ['stack-update-started', 'stack-update-completed'].map((action, at) =>
    line(firstMs + day * msPerDay + (at + (day % 5)) * msPerMinute, '192.0.2.7', action),
  ),
).flat();

const theft = Array.from({ length: 12 }, (_, at) =>
  line(Date.parse('2026-03-03T14:00:00Z') + at * msPerMinute, '203.0.113.9', 'stack-exported'),
);

export const lines = { ordinaryNights, theft } as const;

export const logFile = (...content: readonly string[]): string => {
  const file = join(emptyFolder(), 'log.jsonl');
  writeFileSync(file, `${content.join('\n')}\n`);
  return file;
};
