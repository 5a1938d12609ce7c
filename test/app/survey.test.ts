import { describe, expect, it } from '@jest/globals';
import { type MemoryShelves, memoryArchive } from '../../lib/adapters/archive/memory.ts';
import { fastForwardClock } from '../../lib/adapters/clock.ts';
import { memoryState } from '../../lib/adapters/state/memory.ts';
import { type PollParts, pollOnce } from '../../lib/app/poll.ts';
import { SourceError, type StateStore, type SurveyedSource, type Telling } from '../../lib/app/ports.ts';
import { type Notice, watch } from '../../lib/app/watch.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import type { ListedToken } from '../../lib/core/inventory/listing.ts';
import type { Survey } from '../../lib/core/inventory/survey.ts';
import { readLastSurvey } from '../../lib/core/stored.ts';
import { msPerDay, msPerHour, msPerMinute } from '../../lib/core/time.ts';
import { history, partsOf, sourceOf, startMs, use as usePulumi } from './monitor-world.ts';

const acme = 'scalr:acme';
const ofScalr = (event: AuditEvent): AuditEvent => ({
  ...event,
  source: acme,
  principal: { ...event.principal, provider: 'scalr' },
});
const use = (...said: Parameters<typeof usePulumi>): AuditEvent => ofScalr(usePulumi(...said));

const work = history(['ci']).map(ofScalr);

const token = (name: string, changes: Partial<ListedToken> = {}): ListedToken => ({
  id: `tok-${name}`,
  name,
  kind: 'organization',
  owner: undefined,
  description: undefined,
  createdBy: undefined,
  createdAtMs: startMs - 200 * msPerDay,
  expiresAtMs: undefined,
  lastUsedAtMs: undefined,
  isAdmin: false,
  role: undefined,
  ...changes,
});

const survey = (changes: Partial<Survey> = {}): Survey => ({
  listing: { tokens: [token('ci')], members: undefined, missing: [] },
  allowedAddresses: ['192.0.2.0/24'],
  logExport: { state: 'active', status: 'active', problem: undefined },
  lastRequestMs: undefined,
  ownTokenEndsMs: undefined,
  ...changes,
});
const stopped = survey({ logExport: { state: 'inactive', status: 'failed', problem: 'no bus' } });

type Api = { shows: () => Survey | undefined; own: () => string | undefined };

/** Polls every twenty minutes; what the API shows may change on the way. */
const worldOf = (log: readonly AuditEvent[] = work, state: StateStore = memoryState()) => {
  const clock = fastForwardClock(startMs);
  const api: Api = { shows: () => survey({ allowedAddresses: [] }), own: () => undefined };
  const surveyedAtMs: number[] = [];
  const told: Telling[] = [];
  const shelves: MemoryShelves = new Map();
  const base = partsOf(clock, log, state);
  const source: SurveyedSource = {
    ...sourceOf(clock, log),
    name: acme,
    survey: async () => {
      surveyedAtMs.push(clock.nowMs());
      return api.shows();
    },
    ownToken: async () => api.own(),
  };
  const parts: PollParts = {
    ...base,
    source,
    archive: memoryArchive({ networks: base.networks, alertJson: () => '{}', terminalSafe: (text) => text }, shelves),
    sendAlert: async (telling) => void told.push(telling),
    writeMeasures: () => undefined,
  };
  const poll = async (hours = 0): Promise<void> => {
    await pollOnce(parts, { stopAtMs: Number.POSITIVE_INFINITY });
    for (let minutes = 0; minutes < hours * 60; minutes += 20) {
      await clock.sleep(20 * msPerMinute);
      await pollOnce(parts, { stopAtMs: Number.POSITIVE_INFINITY });
    }
  };
  const remembered = async () => {
    const { survey: document } = await state.load(acme);
    if (document === undefined) throw new Error('nothing was surveyed');
    return readLastSurvey(document);
  };
  const archived = (): readonly string[] => [...shelves.values()].flatMap((shelf) => [...shelf.keys()]);
  const facts = () => told.flatMap(({ alert }) => alert.findings.map(({ evidence }) => evidence));
  return { parts, clock, state, api, surveyedAtMs, told, poll, remembered, archived, facts };
};

describe('surveys', () => {
  it('are taken once an hour, however often the log is read and however often the monitor starts anew', async () => {
    const { poll, surveyedAtMs, parts, state } = worldOf();
    await poll(3);
    expect(surveyedAtMs.map((atMs) => (atMs - startMs) / msPerHour)).toEqual([0, 1, 2, 3]);
    const again = worldOf(work, state);
    await again.clock.sleep(3.5 * msPerHour);
    await again.poll();
    expect(again.surveyedAtMs).toEqual([]);
    expect(parts.source.name).toBe(acme);
  });

  it('wait until the history is read', async () => {
    const { parts, clock, surveyedAtMs } = worldOf();
    await pollOnce(parts, { stopAtMs: clock.nowMs() - 1 });
    expect(surveyedAtMs).toEqual([]);
    await pollOnce(parts, { stopAtMs: Number.POSITIVE_INFINITY });
    expect(surveyedAtMs).toHaveLength(1);
  });

  it('that fail keep no log from being read, and are tried an hour later', async () => {
    const { poll, api, surveyedAtMs, told, state } = worldOf();
    api.shows = () => {
      throw new SourceError('unavailable', 'It did not answer.');
    };
    await poll(2);
    expect(surveyedAtMs).toHaveLength(3);
    expect((await state.load(acme)).cursor).toBeDefined();
    expect(told).toEqual([]);
  });

  it('that a person must set right are told once, and tried a day later', async () => {
    const { poll, api, surveyedAtMs, facts } = worldOf();
    api.shows = () => {
      throw new SourceError('credentials', 'Scalr refused the token.');
    };
    await poll(25);
    expect(surveyedAtMs).toHaveLength(2);
    expect(facts()).toEqual([{ detector: 'health', finding: 'api-refused', reason: 'Scalr refused the token.' }]);
  });

  it('of which the token may see nothing are no error and no news, and are tried a day later', async () => {
    const { poll, api, surveyedAtMs, told } = worldOf();
    api.shows = () => undefined;
    await poll(25);
    expect(surveyedAtMs).toHaveLength(2);
    expect(told).toEqual([]);
  });

  it('that another run commits beside are left to that', async () => {
    const { parts, api, state, told } = worldOf();
    api.own = () => undefined;
    let isMeddled = false;
    const source: SurveyedSource = {
      ...parts.source,
      survey: async () => {
        isMeddled = true;
        await state.commit(acme, { expectedRevision: (await state.load(acme)).revision });
        return stopped;
      },
    };
    await pollOnce({ ...parts, source }, { stopAtMs: Number.POSITIVE_INFINITY });
    expect([isMeddled, told]).toEqual([true, []]);
  });

  it('end with the run that they belong to, and are no failure of it', async () => {
    const { parts, told, remembered } = worldOf();
    const run = new AbortController();
    const ended = async (signal?: AbortSignal): Promise<never> => {
      run.abort();
      throw signal?.reason;
    };
    const source: SurveyedSource = { ...parts.source, survey: ended, ownToken: async () => undefined };
    await pollOnce({ ...parts, source }, { stopAtMs: Number.POSITIVE_INFINITY, signal: run.signal });
    expect([(await remembered()).askedAtMs, told]).toEqual([startMs, []]);
  });

  it('throw what is a fault of ours', async () => {
    const { poll, api } = worldOf();
    api.shows = () => {
      throw new TypeError('no such list');
    };
    await expect(poll()).rejects.toThrow('no such list');
  });
});

describe('what a survey notices', () => {
  it('is judged, told and archived like an event of the log, exactly once', async () => {
    const { poll, api, told, archived, state } = worldOf();
    await poll();
    api.shows = () => ({ ...stopped, allowedAddresses: [] });
    await poll(30);
    const tampering = told.filter(({ alert }) => alert.findings.some(({ evidence }) => 'isTampering' in evidence));
    expect(tampering.map(({ key, alert }) => [key.endsWith('/opened'), alert.severity])).toEqual([[true, 'critical']]);
    const events = archived().filter((key) => key.includes('log-export-stopped'));
    expect(events).toHaveLength(1);
    const { cursor } = await state.load(acme);
    expect(cursor?.body).toContain('"events":31');
  });

  it('that does not stand well is told once for as long as it stands', async () => {
    const { poll, api, facts, remembered, archived } = worldOf();
    api.shows = () => stopped;
    await poll(30);
    expect(facts().map((evidence) => 'finding' in evidence && evidence.finding)).toEqual([
      'log-export-stopped',
      'allow-list-without-fixed-address',
    ]);
    expect((await remembered()).health).toHaveLength(2);
    expect(archived().filter((key) => key.includes('/opened'))).toHaveLength(2);
  });

  it('is a use that the log does not show: told once, and no part of the story of what the token does next', async () => {
    const later = use(startMs + 31 * msPerHour + 10 * msPerMinute, { token: 'old', action: 'create-access-token' });
    const { poll, api, told, clock } = worldOf([...work, later]);
    api.shows = () =>
      survey({ allowedAddresses: [], listing: listingOf(token('old', { lastUsedAtMs: startMs - 99 * msPerDay })) });
    await poll(30);
    const usedMs = clock.nowMs() - msPerMinute;
    api.shows = () => survey({ allowedAddresses: [], listing: listingOf(token('old', { lastUsedAtMs: usedMs })) });
    await poll(6);
    const [only, ...more] = told.filter(({ alert }) => alert.principal.name === 'old');
    expect(more).toEqual([]);
    expect(only?.alert).toMatchObject({
      severity: 'medium',
      findings: [{ evidence: { fact: 'use-not-logged', sinceMs: startMs - 99 * msPerDay, atMs: usedMs } }],
    });
  });
});

const listingOf = (...tokens: readonly ListedToken[]) => ({ tokens, members: undefined, missing: [] });

describe('the token that the monitor reads with', () => {
  const theft = (hours: number, name: string) => use(startMs + hours * msPerHour, { token: name });

  it('is told when it is used, from the first poll on that knows it, and after it was replaced', async () => {
    const { poll, api, told, remembered } = worldOf([...work, theft(2, 'watch'), theft(20, 'watch')]);
    api.own = () => 'watch';
    await poll(4);
    expect(told.map(({ alert }) => [alert.severity, alert.principal.name])).toEqual([['critical', 'watch']]);
    api.own = () => 'watch-2';
    await poll(20);
    expect((await remembered()).own.map(({ name }) => name)).toEqual(['watch-2', 'watch']);
    expect(told.map(({ alert }) => alert.severity)).toEqual(['critical', 'critical']);
  });

  it('must lie still once another has taken its place: one that still reads is told', async () => {
    const read = (hours: number) => use(startMs + hours * msPerHour, { token: 'watch', action: 'list-workspaces' });
    const { poll, api, told } = worldOf([...work, read(2), read(20)]);
    api.own = () => 'watch';
    await poll(4);
    expect(told).toEqual([]);
    api.own = () => 'watch-2';
    await poll(20);
    expect(told.map(({ alert }) => [alert.severity, alert.principal.name])).toEqual([['critical', 'watch']]);
  });

  it('is none where others worked with it before, which is noted', async () => {
    const { poll, api, told, remembered } = worldOf([...work, theft(2, 'ci')]);
    api.own = () => 'ci';
    await poll(4);
    expect(told).toEqual([]);
    expect((await remembered()).own).toEqual([{ name: 'ci', isShared: true }]);
  });

  it('is ours where the log showed it reading before', async () => {
    const reads = Array.from({ length: 30 }, (_, day) =>
      use(startMs - (day + 1) * msPerDay, { token: 'watch', action: 'list-workspaces' }),
    );
    const { poll, api, remembered } = worldOf(reads);
    api.own = () => 'watch';
    await poll();
    expect((await remembered()).own).toEqual([{ name: 'watch', isShared: false }]);
  });
});

describe('a watch', () => {
  it('surveys too, and says at its start what stood badly before it', async () => {
    const { parts, clock, state, api, surveyedAtMs, facts } = worldOf();
    api.shows = () => stopped;
    const notices: Notice[] = [];
    const watching = (hours: number) =>
      watch({
        ...parts,
        clock,
        state,
        sources: [parts.source],
        pollEveryMs: 20 * msPerMinute,
        notify: (notice) => void notices.push(notice),
        endAtMs: clock.nowMs() + hours * msPerHour,
      });
    await watching(2);
    expect(surveyedAtMs).toHaveLength(3);
    // An allow list stands in nobody's way who sits where it lets people in.
    expect(facts()).toMatchObject([{ finding: 'log-export-stopped' }]);
    expect(notices.filter(({ notice }) => notice === 'unwell')).toEqual([]);
    await watching(2);
    expect(notices.filter(({ notice }) => notice === 'unwell')).toMatchObject([
      { health: [{ finding: 'log-export-stopped' }] },
    ]);
    expect(facts()).toHaveLength(1);
  });
});
