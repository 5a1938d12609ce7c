/**
 * What one event costs the hour and count detectors, in this process: as nanoseconds, and as a multiple of parsing the
 * event's own text, which any reader of a log must do. The multiple is what other machines can compare.
 */
import type { Seen } from '../../lib/core/detectors/detector.ts';
import { oddHours } from '../../lib/core/detectors/odd-hours.ts';
import { usageSpike } from '../../lib/core/detectors/usage-spike.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { msPerDay, msPerMinute } from '../../lib/core/time.ts';
import { type Part, type Row, row } from './row.ts';

const rounds = 200_000;
const warmUp = 50_000;
const startMs = Date.UTC(2026, 0, 5);

const eventAt = (atMs: number): AuditEvent => ({
  id: 'e1',
  atMs,
  source: 'pulumi:acme',
  principal: { provider: 'pulumi', kind: 'token', id: 'token-1', name: 'ci-deploy' },
  ip: '192.0.2.7',
  action: 'stack-updated',
  outcome: 'success',
  user: 'ada@example.com',
  credential: undefined,
  target: 'acme/shop/prod',
  userAgent: 'pulumi-cli/3.140.0',
  description: 'Updated stack acme/shop/prod',
});

/** All that these two detectors read of what a detector is shown. */
const seenAt = (atMs: number): Seen => ({ event: eventAt(atMs), session: { accepted: 1 } }) as Seen;

/** Nanoseconds a round, after a warm-up. */
const nanosOf = (once: (round: number) => void): number => {
  for (let round = 0; round < warmUp; round += 1) once(round);
  const from = process.hrtime.bigint();
  for (let round = warmUp; round < warmUp + rounds; round += 1) once(round);
  return Number(process.hrtime.bigint() - from) / rounds;
};

const countEvents = (): number => {
  let memory = usageSpike.empty;
  return nanosOf((round) => {
    // One event in seven minutes: an hour ends with every eighth or ninth event.
    const seen = seenAt(startMs + round * 7 * msPerMinute);
    usageSpike.judge(seen, memory);
    memory = usageSpike.learn(seen.event, memory);
  });
};

const startSessions = (): number => {
  let memory = oddHours.empty;
  return nanosOf((round) => {
    const atMs = startMs + (round * msPerDay) / 8;
    oddHours.judge(seenAt(atMs), memory);
    memory = oddHours.learn(atMs, memory);
  });
};

const parseText = (): number => {
  const text = JSON.stringify({ ...eventAt(startMs), credential: 'none' });
  return nanosOf(() => {
    if (JSON.parse(text) === undefined) throw new RangeError('an event is never nothing');
  });
};

const measure = (): readonly Row[] => {
  const parsing = parseText();
  const dataSet = 'cost';
  return [
    { label: 'usage spike, per event', nanos: countEvents() },
    { label: 'odd hours, per session', nanos: startSessions() },
  ].map(({ label, nanos }) =>
    row({
      dataSet,
      measure: `${label} (${Math.round(nanos)} ns here), of parsing the event's text`,
      ours: nanos / parsing,
      unit: 'times',
      reference: 'all detectors 1 us per event',
    }),
  );
};

export const cost: Part = { name: 'cost', reads: [], measure };
