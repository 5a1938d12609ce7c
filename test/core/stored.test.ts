import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { assess, type Memory } from '../../lib/core/assess.ts';
import { baselineVersion, decodeBaseline, encodeBaseline } from '../../lib/core/baseline.ts';
import {
  beginCoverage,
  coverageVersion,
  decodeCoverage,
  encodeCoverage,
  endSweep,
  settle,
  withGap,
} from '../../lib/core/coverage.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { noNewcomers } from '../../lib/core/newcomers.ts';
import { organizationVersion } from '../../lib/core/organization.ts';
import { principalKey } from '../../lib/core/principal.ts';
import {
  readBaseline,
  readCoverage,
  readOrganization,
  StoredShapeError,
  writeBaseline,
  writeCoverage,
  writeOrganization,
} from '../../lib/core/stored.ts';
import { noStretches } from '../../lib/core/stretches.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { look, noWatching, stumble, withTry } from '../../lib/core/watching.ts';
import { ada, call, ciToken, daily, exampleOwners, having, msOf, source } from './having.ts';

/** With an open incident, sessions of several owners, a deleted token, and a place on probation. */
const past = having(
  daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' }),
  call('2026-03-01T09:00Z', '203.0.113.5', { principal: ada, action: 'team-token-deleted', target: 'old-laptop' }),
  call('2026-03-06T01:40Z', '198.51.100.9', { action: 'environment-decrypted', target: 'acme/prod' }),
  call('2026-03-06T01:50Z', undefined),
);
const baseline = past.baselineOf();
const { organization } = past.memory;
const context = { networks: rememberNetworks(exampleOwners), alertBudgetPerWeek: 1 };
const coverage = beginCoverage(msOf('2026-03-06T12:00Z'), 30 * msPerDay);

describe('what is stored', () => {
  it('carries its version', () => {
    expect([writeBaseline(baseline), writeOrganization(organization), writeCoverage(coverage)]).toMatchObject([
      { version: baselineVersion },
      { version: organizationVersion },
      { version: coverageVersion },
    ]);
  });

  it('is read back as it was', () => {
    expect(baseline.incident).toBeDefined();
    expect(readBaseline(writeBaseline(baseline))).toEqual(baseline);
    expect(readOrganization(writeOrganization(organization))).toEqual(organization);
    expect(readCoverage(writeCoverage(coverage))).toEqual(coverage);
  });

  it('is written back as it was read', () => {
    expect(writeBaseline(readBaseline(writeBaseline(baseline)))).toEqual(writeBaseline(baseline));
    expect(writeOrganization(readOrganization(writeOrganization(organization)))).toEqual(
      writeOrganization(organization),
    );
    expect(writeCoverage(readCoverage(writeCoverage(coverage)))).toEqual(writeCoverage(coverage));
  });

  it('goes on as if it had never been stored', () => {
    const next = call('2026-03-06T02:00Z', '198.51.100.9');
    const stored = {
      organization: readOrganization(writeOrganization(organization)),
      baselines: new Map([...past.memory.baselines].map(([key, each]) => [key, readBaseline(writeBaseline(each))])),
    };
    expect(stored).toEqual(past.memory);
    const told = assess(stored, [next], context).alerts;
    expect(told).toEqual(past.tells(next));
    expect(told).toHaveLength(1);
  });

  it('is written alike whether or not it was ever read: the same bytes, once something comes of it', () => {
    const calm = having(daily({ from: '2026-01-05T09:10Z', times: 60, ip: '192.0.2.7' })).memory;
    const theft = call('2026-03-06T01:40Z', '198.51.100.9', { action: 'environment-decrypted' });
    const written = (memory: Memory) =>
      [...assess(memory, [theft], context).baselines.values()].map((each) => writeBaseline(each).body);
    const reread = new Map([...calm.baselines].map(([key, each]) => [key, readBaseline(writeBaseline(each))]));
    expect(written({ ...calm, baselines: reread })).toEqual(written(calm));
  });
});

const shapes = [
  { what: 'baseline', read: readBaseline, written: writeBaseline(baseline) },
  { what: 'organization', read: readOrganization, written: writeOrganization(organization) },
  { what: 'coverage', read: readCoverage, written: writeCoverage(coverage) },
] as const;

describe.each(shapes)('a stored $what', ({ what, read, written }) => {
  it('of a newer release is refused, because writing it back would lose what this one does not know', () => {
    const newer = { ...written, version: written.version + 1 };
    expect(() => read(newer)).toThrow(StoredShapeError);
    expect(() => read(newer)).toThrow(
      `The stored ${what} has version ${newer.version}, this tokenwatch knows ${written.version} at most: it was written by a newer release. Update tokenwatch, or start with another state file.`,
    );
  });

  it.each([
    ['is no JSON', 'not json'],
    ['is cut off', written.body.slice(0, written.body.length / 2)],
    ['is empty', ''],
    ['is nothing', 'null'],
    ['is an empty object', '{}'],
    ['is a list', '[]'],
    ['is a number', '7'],
  ])('that %s is refused as damaged', (_, body) => {
    const reading = () => read({ ...written, body });
    expect(reading).toThrow(StoredShapeError);
    expect(reading).toThrow(`The stored ${what} is damaged and cannot be read.`);
  });

  it('of a version that nobody wrote is refused', () => {
    for (const version of [0, -1, 0.5, Number.NaN]) {
      expect(() => read({ ...written, version })).toThrow(StoredShapeError);
    }
  });
});

describe('a stored coverage', () => {
  /** As version 2 wrote it, and version 1 where no stretch was settled in part. */
  const ofVersion2 =
    '938740bf{"fromMs":1770206400000,"settledThroughMs":1772797500000,"backfillUntilMs":1772798400000,"sweptAtMs":1772798400000,"newestEventMs":1772796000000,"events":72,"lateEvents":3,"rhythm":{"lastHour":492443,"heard":"800001"}}';

  it.each([1, 2])('of version %i, which knew no gaps and nothing of the watching, is read', (version) => {
    expect(readCoverage({ version, body: ofVersion2 })).toEqual({
      fromMs: msOf('2026-02-04T12:00Z'),
      settledThroughMs: msOf('2026-03-06T11:45Z'),
      backfillUntilMs: msOf('2026-03-06T12:00Z'),
      sweptAtMs: msOf('2026-03-06T12:00Z'),
      newestEventMs: msOf('2026-03-06T11:20Z'),
      events: 72,
      lateEvents: 3,
      rhythm: { lastHour: 492_443, heard: '800001' },
      gaps: noStretches,
      watching: { ...noWatching, sweptLate: 3 },
    });
  });

  it('keeps gaps and the watching', () => {
    const second = { fromMs: coverage.fromMs, toMs: coverage.fromMs + 1_000, cause: 'too-much' } as const;
    const looked = look(noWatching, { nowMs: coverage.backfillUntilMs, everyMs: 300_000, young: [], throughMs: 0 });
    const watching = withTry(
      stumble(looked, { nowMs: coverage.backfillUntilMs + 300_000, everyMs: 300_000, cause: 'plan' }),
      coverage.fromMs,
    );
    const whole = endSweep({ ...withGap(coverage, second), watching }, { atMs: 1, fromMs: 2, toMs: 3 });
    expect(readCoverage(writeCoverage(whole))).toEqual(whole);
  });

  it('that claims a cause, a count or a list that nobody wrote is refused', () => {
    const text = encodeCoverage(coverage);
    const gap = '{"fromMs":1,"toMs":2,"cause":"too-much"}';
    for (const [from, to] of [
      ['"newest":[]', '"newest":[{"fromMs":1,"toMs":2,"cause":"magic"}]'],
      ['"newest":[]', `"newest":[${Array.from({ length: 21 }, () => gap)}]`],
      ['"count":0', '"count":-1'],
      ['"ids":""', '"ids":"AAA"'],
      ['"atLeast":[0,', '"atLeast":['],
      ['"lookedAtMs":0', '"lookedAtMs":"0"'],
      ['"sweptLate":0', '"sweptLate":0,"sweep":{}'],
    ] as const) {
      expect(text).toContain(from);
      expect(() => decodeCoverage(text.replace(from, to))).toThrow();
    }
  });

  it('keeps the event up to which a stretch was settled in part', () => {
    const inPart = settle(coverage, {
      throughMs: coverage.settledThroughMs + 1_000,
      throughId: 'e1',
      events: 1,
      newestEventMs: coverage.settledThroughMs + 1_000,
    });
    expect(readCoverage(writeCoverage(inPart))).toEqual(inPart);
    expect(inPart).toMatchObject({ settledThroughId: 'e1', events: 1 });
  });
});

const theft = call('2026-03-09T01:40Z', '203.0.113.9', { action: 'team-token-created' });

/** The checksum is no part of the fields. */
const fieldsOf = ({ body }: { readonly body: string }) => Object.keys(JSON.parse(body.slice(8))).sort();

const earlier = (version: number) => {
  const stored = JSON.parse(readFileSync(new URL(`../fixtures/stored/v${version}.json`, import.meta.url), 'utf8'));
  return { read: readBaseline(stored.baseline), readOrg: readOrganization(stored.organization) };
};

describe('what version 1 stored', () => {
  it('is read, and what was told then is told', () => {
    const { read, readOrg } = earlier(1);
    expect(read.events).toBe(62);
    expect(read.network.probations).toMatchObject([{ owner: 'AS64501', isTold: true }]);
    expect(read.sessions).toMatchObject([{ ownerKey: 'AS64501', isPairedFar: false }]);
    expect(readOrg.lastDay).toBe(20_519);
  });
});

describe('what version 2 stored', () => {
  it('is read; refusals then counted are those of the session they came in', () => {
    const { read } = earlier(2);
    expect(read.failures.burst).toEqual({ count: 0, startMs: 0, lastMs: 0 });
    expect(read.sessions).toMatchObject([{ ownerKey: 'AS64501', failures: 2 }]);
  });
});

describe.each([1, 2])('what version %i stored', (version) => {
  const { read, readOrg } = earlier(version);

  it('counts newcomers as if none had come, since the organization’s first day', () => {
    expect(readOrg.newcomers).toEqual({ ...noNewcomers, sinceHour: 20_458 * 24, hour: 20_458 * 24 });
  });

  it('is written back in today’s shape', () => {
    expect(readBaseline(writeBaseline(read))).toEqual(read);
    expect(readOrganization(writeOrganization(readOrg))).toEqual(readOrg);
    expect(fieldsOf(writeBaseline(read))).toEqual(fieldsOf(writeBaseline(baseline)));
    expect(fieldsOf(writeOrganization(readOrg))).toEqual(fieldsOf(writeOrganization(organization)));
  });

  it('goes on: a theft is told on top of it', () => {
    const memory = { organization: readOrg, baselines: new Map([[principalKey(source, ciToken), read]]) };
    expect(assess(memory, [theft], context).alerts.length).toBeGreaterThan(0);
  });
});

describe('a stored baseline', () => {
  it('with fewer numbers than belong is refused', () => {
    const stored = JSON.parse(encodeBaseline(baseline));
    const damaged = JSON.stringify({ ...stored, hours: { ...stored.hours, sums: 'AACAPw==' } });
    expect(() => decodeBaseline(damaged)).toThrow(RangeError);
  });

  it('with fewer bits of targets than belong is refused', () => {
    const stored = JSON.parse(encodeBaseline(baseline));
    const damaged = JSON.stringify({ ...stored, dayUse: { ...stored.dayUse, targets: 'AACAPw==' } });
    expect(() => decodeBaseline(damaged)).toThrow(RangeError);
  });

  it('of which one digit was changed is refused, and says why in its cause', () => {
    const { version, body } = writeBaseline(baseline);
    const changed = body.replace(/"firstAtMs":\d/, '"firstAtMs":9');
    expect(changed).not.toBe(body);
    expect(() => readBaseline({ version, body: changed })).toThrow(
      expect.objectContaining({ cause: new RangeError('the checksum is another') }),
    );
  });
});
