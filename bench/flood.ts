/**
 * State explosion: a million distinct addresses, names, tokens, actions and targets, each flood an hour of a log that is
 * ordinary otherwise. What an event of it costs beside an ordinary one, how much memory and how many bytes are kept, and
 * what was told. Times are of one machine and one run; the ratio is not.
 *
 *     npm run bench:flood [-- --events N]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '../lib/core/alert.ts';
import { encodeBaseline } from '../lib/core/baseline.ts';
import type { AuditEvent } from '../lib/core/event.ts';
import { encodeOrganization } from '../lib/core/organization.ts';
import { headlineOf } from '../lib/report/sentences.ts';
import { assessInto, type Flooded, floodedLog, floods, networks, nothingKept, ordinary } from './flood/flooded-log.ts';

const wanted = Number(process.argv[process.argv.indexOf('--events') + 1] ?? '') || 1_000_000;
const ordinaryPerBatch = 200;
const ordinaryRounds = 20;
/** Often enough to see a peak, seldom enough to cost nothing that is measured. */
const batchesPerLook = 50;

const heapMiB = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Milliseconds that assessing took. */
const timed = (work: () => void): number => {
  const before = performance.now();
  work();
  return performance.now() - before;
};

/** The same five weeks again and again, each time from nothing; the first rounds warm up. */
const microsecondsOrdinary = (): number => {
  let ms = 0;
  for (let round = 0; round < ordinaryRounds; round += 1) {
    const kept = nothingKept();
    const networksOf = networks();
    for (let at = 0; at < ordinary.length; at += ordinaryPerBatch) {
      const batch = ordinary.slice(at, at + ordinaryPerBatch);
      const batchMs = timed(() => assessInto(kept, batch, networksOf));
      if (round >= ordinaryRounds / 2) ms += batchMs;
    }
  }
  return (ms * 1_000) / (ordinary.length * (ordinaryRounds / 2));
};

const measure = (kind: Flooded) => {
  const kept = nothingKept();
  const networksOf = networks();
  const alerts = new Map<string, Alert>();
  const heapBefore = heapMiB();
  let heapMax = heapBefore;
  let baselineBytes = 0;
  let organizationBytes = 0;
  let ms = 0;
  let batches = 0;
  const look = (): void => {
    heapMax = Math.max(heapMax, heapMiB());
    organizationBytes = Math.max(organizationBytes, Buffer.byteLength(encodeOrganization(kept.organization)));
    for (const baseline of kept.baselines.values())
      baselineBytes = Math.max(baselineBytes, Buffer.byteLength(encodeBaseline(baseline)));
  };
  const take = (batch: readonly AuditEvent[], isFlood: boolean): void => {
    const batchMs = timed(() => {
      for (const { alert } of assessInto(kept, batch, networksOf).alerts) alerts.set(alert.id, alert);
    });
    if (!isFlood) return;
    ms += batchMs;
    batches += 1;
    if (batches % batchesPerLook === 1) look();
  };
  let isFirst = true;
  for (const batch of floodedLog(kind, wanted)) {
    // The ordinary weeks before and the days after are not what is measured.
    take(batch, !isFirst && batch.length >= Math.min(wanted, 1_000));
    isFirst = false;
  }
  look();
  const storedBytes = [...kept.baselines.values()].reduce(
    (sum, baseline) => sum + Buffer.byteLength(encodeBaseline(baseline)),
    Buffer.byteLength(encodeOrganization(kept.organization)),
  );
  return {
    kind,
    microseconds: (ms * 1_000) / wanted,
    heapMiB: heapMax - heapBefore,
    principals: kept.baselines.size,
    baselineBytes,
    organizationBytes,
    storedBytes,
    alerts: [...alerts.values()],
  };
};

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

const usualMicroseconds = microsecondsOrdinary();
const calm = nothingKept();
assessInto(calm, ordinary, networks());
const measured = floods.map((kind) => {
  const result = measure(kind);
  process.stderr.write(`${kind}: ${result.microseconds.toFixed(1)} us an event\n`);
  return result;
});

const page = [
  '# Floods, measured',
  '',
  `Made by \`npm run bench:flood\`: ${number(wanted)} events in one hour, each with something that nobody ever saw, in a log of`,
  'twenty principals and five ordinary weeks, with a theft in the middle of the flood and one on the day after. "Cost" is the',
  `time to assess one event of the flood beside an ordinary one (${usualMicroseconds.toFixed(0)} microseconds here).`,
  '',
  '| flood of | cost | heap grown by, MiB | principals kept | largest baseline, bytes | organization, bytes | all that is stored, bytes |',
  '| -- | --: | --: | --: | --: | --: | --: |',
  ...measured.map(
    ({ kind, microseconds, heapMiB: grown, principals, baselineBytes, organizationBytes, storedBytes }) =>
      `| ${kind} | ${(microseconds / usualMicroseconds).toFixed(2)} | ${grown.toFixed(0)} | ${number(principals)} | ${number(baselineBytes)} | ${number(organizationBytes)} | ${number(storedBytes)} |`,
  ),
  '',
  `Without a flood: ${calm.baselines.size} principals. Peak resident memory of all of it in one process: ${number(process.resourceUsage().maxRSS / 1_024)} MiB.`,
  '',
  '## What was told',
  '',
  ...measured.flatMap(({ kind, alerts }) => [
    `Flood of ${kind}:`,
    '',
    ...alerts.map((alert) => `- ${alert.severity}, ${number(alert.eventCount)} events: ${headlineOf(alert)}`),
    '',
  ]),
].join('\n');

const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'flood.md'), page);
console.log(page);
