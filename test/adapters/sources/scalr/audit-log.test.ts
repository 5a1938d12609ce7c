import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FilterLogEvents } from '../../../../lib/adapters/sources/cloudwatch-logs.ts';
import { readAuditLog } from '../../../../lib/adapters/sources/scalr/audit-log.ts';
import { scalrTranslator } from '../../../../lib/adapters/sources/scalr/translate.ts';
import type { Stretch } from '../../../../lib/core/time.ts';
import {
  auditEnvelope,
  filterGroup,
  type GroupLine,
  type GroupQuirks,
  groupLine,
  type Nesting,
  runEnvelope,
  type ScalrDeed,
} from '../../../../lib/simulator/scalr-audit-log.ts';

const hourMs = 3_600_000;
const msOf = (text: string): number => Date.parse(text);
const nowMs = msOf('2026-03-14T12:00:00Z');
const source = 'scalr:acme';

const deed = (at: string | number, requestId: string, more: Partial<ScalrDeed> = {}): ScalrDeed => ({
  atMs: typeof at === 'number' ? at : msOf(at),
  action: 'create-run',
  ip: '203.0.113.9',
  email: 'ci@acme.scalr.io',
  lastCharacters: 'aB3_x9',
  requestId,
  ...more,
});

const delivered = (what: ScalrDeed, lateMs = 1_000, nesting: Nesting = 'detail', nth = 0): GroupLine =>
  groupLine(auditEnvelope(what, nesting), what.atMs + lateMs, nth);

const read = (lines: readonly GroupLine[], stretch: Stretch, quirks: GroupQuirks = {}, at = nowMs) => {
  const filter: FilterLogEvents = async (question) => filterGroup(lines, question, { ...quirks, nowMs: at });
  const group = { name: '/tokenwatch/scalr/acme', filter, nowMs: () => at };
  return readAuditLog({ source, stretch, translate: scalrTranslator(source), group, signal: undefined });
};

const morning: Stretch = { fromMs: msOf('2026-03-14T08:00:00Z'), toMs: msOf('2026-03-14T09:00:00Z') };
const times = (events: readonly { readonly atMs: number }[]): readonly string[] =>
  events.map(({ atMs }) => new Date(atMs).toISOString().slice(11, 19));

describe('a stretch of Scalr’s audit log', () => {
  it('holds the events whose own time lies in it, wherever in the envelope they are', async () => {
    const lines = [
      delivered(deed('2026-03-14T07:59:59.999Z', 'r1')),
      delivered(deed('2026-03-14T08:00:00Z', 'r2')),
      delivered(deed('2026-03-14T08:30:00Z', 'r3'), 1_000, 'event'),
      delivered(deed('2026-03-14T08:59:59.999Z', 'r4'), 1_000, 'attributes'),
      delivered(deed('2026-03-14T09:00:00Z', 'r5')),
    ];
    const { events, badRecords, deliveredLate } = await read(lines, morning);
    expect(times(events)).toEqual(['08:00:00', '08:30:00', '08:59:59']);
    expect(events[0]).toMatchObject({ source, principal: { kind: 'token', id: 'ci@acme.scalr.io/aB3_x9' } });
    expect({ badRecords, deliveredLate }).toEqual({ badRecords: [], deliveredLate: 0 });
  });

  it('holds what EventBridge delivered a day later, and says how much came late', async () => {
    const lines = [delivered(deed('2026-03-13T08:30:00Z', 'r1'), 23 * hourMs + 50 * 60_000)];
    const stretch = { fromMs: morning.fromMs - 24 * hourMs, toMs: morning.toMs - 24 * hourMs };
    expect(await read(lines, stretch)).toMatchObject({ events: [{ action: 'create-run' }], deliveredLate: 1 });
    // Not there yet, and so not missed but waited for.
    expect((await read(lines, stretch, {}, msOf('2026-03-13T12:00:00Z'))).events).toEqual([]);
  });

  it('holds what Scalr’s clock dates ahead of its delivery', async () => {
    const lines = [delivered(deed('2026-03-14T08:00:00Z', 'r1'), -90_000)];
    expect((await read(lines, morning)).events).toHaveLength(1);
  });

  it('looks no further than now', async () => {
    const asked: number[] = [];
    const filter: FilterLogEvents = async ({ endTime }) => {
      asked.push(endTime);
      return {};
    };
    const group = { name: 'g', filter, nowMs: () => nowMs };
    const translate = scalrTranslator(source);
    await readAuditLog({ source, stretch: morning, translate, group, signal: undefined });
    expect(asked).toEqual([nowMs + 5 * 60_000 - 1]);
  });

  it('counts a delivery that came twice once, and two alike of different deliveries twice', async () => {
    const one = deed('2026-03-14T08:10:00Z', 'r1');
    expect((await read([delivered(one), delivered(one, 5_000, 'detail', 1)], morning)).events).toHaveLength(1);

    const unnamed = (envelopeId: string): string => {
      const parsed = JSON.parse(auditEnvelope(one));
      return JSON.stringify({
        ...parsed,
        id: envelopeId,
        detail: { ...parsed.detail, request: { ...parsed.detail.request, id: undefined } },
      });
    };
    const lines = [
      groupLine(unnamed('first'), one.atMs + 1, 0),
      groupLine(unnamed('second'), one.atMs + 2, 1),
      groupLine(unnamed('first'), one.atMs + 3, 2),
    ];
    const ids = (await read(lines, morning)).events.map(({ id }) => id);
    expect(ids).toEqual([ids[0], `${ids[0]}.1`]);
    expect((await read(lines.slice(0, 1), morning)).events.map(({ id }) => id)).toEqual([ids[0]]);
  });

  it('lets news of runs go', async () => {
    const atMs = morning.fromMs + 1_000;
    const lines = [groupLine(runEnvelope(atMs, 'run-1'), atMs, 0), groupLine(runEnvelope(atMs, 'run-1'), atMs + 50, 1)];
    expect(await read(lines, morning)).toMatchObject({ events: [], badRecords: [] });
  });

  it('keeps what it cannot read, without the tokens that stand in it', async () => {
    const atMs = msOf('2026-03-14T08:20:00Z');
    const token = 'eyJhbGciOiJub25lIn0.eyJtYWRlIjoidXAifQ.made-up-signature';
    const lines = [
      groupLine(`{"detail": "${token}"`, atMs, 0),
      groupLine(JSON.stringify({ source: 'aws.partner/scalr.com/acme', detail: { weather: 'fine' } }), atMs, 1),
      delivered({ ...deed('2026-03-14T08:21:00Z', 'r1'), ip: 'somewhere' }),
      groupLine('not JSON either', morning.toMs, 2),
    ];
    const { events, badRecords } = await read(lines, morning);
    expect(events).toMatchObject([{ ip: undefined }]);
    expect(badRecords).toMatchObject([
      { where: 'scalr:acme 2026-03-14T08:20:00Z', outcome: 'rejected', reason: 'not JSON: expected an event of Scalr' },
      { outcome: 'rejected', reason: 'not a Scalr audit record: expected actor and request.action' },
      { where: 'scalr:acme 2026-03-14T08:21:00Z', outcome: 'kept' },
    ]);
    expect(JSON.stringify(badRecords)).not.toContain('made-up-signature');
  });

  it('is refused where it holds more than memory should', async () => {
    const events = Array.from({ length: 50_001 }, (_, nth) =>
      delivered(deed(morning.fromMs + nth, `r${nth}`), 1_000, 'detail', nth),
    );
    await expect(read(events, morning)).rejects.toMatchObject({ failure: 'too-much' });
  }, 30_000);
});

describe('however a log is delivered', () => {
  const deeds = fc.uniqueArray(
    fc.record({
      atMs: fc.integer({ min: morning.fromMs - 2 * hourMs, max: morning.toMs + 2 * hourMs }),
      request: fc.nat({ max: 60 }),
      lateMs: fc.array(fc.integer({ min: -60_000, max: 23 * hourMs }), { minLength: 1, maxLength: 3 }),
      nesting: fc.constantFrom<Nesting>('detail', 'event', 'attributes'),
    }),
    { selector: ({ request }) => request, maxLength: 40 },
  );
  const quirks = fc.record({ pageSize: fc.integer({ min: 1, max: 9 }), isHalting: fc.boolean() });
  const cuts = fc.uniqueArray(fc.integer({ min: morning.fromMs + 1, max: morning.toMs - 1 }), { maxLength: 4 });

  it('every event is read once, and cuts between stretches change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, quirks, cuts, async (all, ways, edges) => {
        const lines = all.flatMap(({ atMs, request, lateMs, nesting }, a) =>
          lateMs.map((late, b) => delivered(deed(atMs, `r${request}`), late, nesting, 10 * a + b)),
        );
        const later = nowMs + 48 * hourMs;
        const whole = await read(lines, morning, ways, later);
        const wanted = all.filter(({ atMs }) => atMs >= morning.fromMs && atMs < morning.toMs);
        expect(new Set(whole.events.map(({ id }) => id)).size).toBe(wanted.length);
        expect(whole.events).toHaveLength(wanted.length);

        const bounds = [morning.fromMs, ...edges.toSorted((a, b) => a - b), morning.toMs];
        const pieces = [];
        for (const [at, fromMs] of bounds.slice(0, -1).entries()) {
          const toMs = bounds[at + 1] ?? morning.toMs;
          pieces.push(...(await read(lines, { fromMs, toMs }, ways, later)).events);
        }
        expect(pieces).toEqual(whole.events);
      }),
      { numRuns: 40, seed: 20260314 },
    );
  });
});
