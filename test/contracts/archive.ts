import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LineWords } from '../../lib/adapters/archive/lines.ts';
import type { Archive, Telling } from '../../lib/app/ports.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { networkOf } from '../../lib/core/network.ts';
import { msPerMinute } from '../../lib/core/time.ts';
import { call, exampleOwners, msOf } from '../core/having.ts';
import { acme, alert, telling } from './state-store-samples.ts';

/** What every archive promises: all of it, once, however often a revision is tried and by whom. */

export type ArchivePlace = {
  /** The archive as a process finds it that has just begun. */
  open(): Archive;
  /** Every line that is kept. */
  lines(): readonly string[];
};

export const words: LineWords = {
  networks: (address) => networkOf(address, exampleOwners),
  alertJson: ({ id }) => JSON.stringify({ id, severity: 'high' }),
  terminalSafe: (json) => json,
};

/** Every time of these is within the two weeks before it. */
export const nowMs = msOf('2026-03-14T12:00:00Z');
const eventsOf = (count: number, from = 0): readonly AuditEvent[] =>
  Array.from({ length: count }, (_, at) => call(msOf('2026-03-14T08:00:00Z') + (from + at) * msPerMinute, '192.0.2.7'));
const news: Telling = telling('alert-1/opened', alert('alert-1', '2026-03-14T09:00:00Z'));

type Line = { readonly kind: string; readonly id: string };
const idsIn = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (JSON.parse(line) as Line).id).toSorted();
const idsOf = (events: readonly AuditEvent[]): readonly string[] => events.map(({ id }) => id).toSorted();

export const describeArchive = (name: string, placeOf: () => ArchivePlace | Promise<ArchivePlace>): void => {
  describe(`${name}, as an archive`, () => {
    let place: ArchivePlace;
    beforeEach(async () => {
      place = await placeOf();
    });
    const keep = (
      archive: Archive,
      revision: number,
      { events = [], tellings = [], source = acme }: Partial<Parameters<Archive['keep']>[0]>,
    ): Promise<void> => archive.keep({ source, revision, events, tellings });

    it('keeps an event as a line that says what happened, and where from', async () => {
      const [event] = eventsOf(1);
      await keep(place.open(), 4, { events: event === undefined ? [] : [event] });
      expect(place.lines().map((line) => JSON.parse(line))).toEqual([
        {
          kind: 'event',
          id: event?.id,
          at: '2026-03-14T08:00:00Z',
          source: acme,
          principal: { provider: 'pulumi', kind: 'token', id: 'tok-ci', name: 'ci-deploy' },
          ip: '192.0.2.7',
          network: { prefix: '192.0.2.0/24', asn: 64500, owner: 'Example Cloud', class: 'cloud', country: 'IE' },
          action: 'stack-updated',
          outcome: 'success',
        },
      ]);
    });

    it('keeps the news of an alert with its JSON contract', async () => {
      await keep(place.open(), 4, { tellings: [news] });
      expect(place.lines().map((line) => JSON.parse(line))).toEqual([
        {
          kind: 'alert',
          id: 'alert-1/opened',
          at: '2026-03-14T09:00:00Z',
          source: acme,
          principal: expect.objectContaining({ provider: 'pulumi' }),
          severity: 'high',
          alert: { id: 'alert-1', severity: 'high' },
        },
      ]);
    });

    it('keeps what an attacker wrote inside one line', async () => {
      const userAgent = 'curl\n{"kind":"event","id":"forged"}\r\u2028\u0000\ud800"';
      const events = [call('2026-03-14T08:00:00Z', undefined, { userAgent, id: 'line\nbreak' })];
      await keep(place.open(), 4, { events });
      const [line = '', ...more] = place.lines();
      expect(more).toEqual([]);
      expect(line).not.toMatch(/[\n\r\0]/);
      expect(JSON.parse(line)).toMatchObject({ id: 'line\nbreak', userAgent });
    });

    it('keeps a revision once, however often it is tried', async () => {
      const archive = place.open();
      const kept = { events: eventsOf(7), tellings: [news] };
      await keep(archive, 4, kept);
      await keep(archive, 4, kept);
      await keep(place.open(), 4, kept);
      expect(idsIn(place.lines())).toEqual([...idsOf(kept.events), news.key].toSorted());
    });

    it('adds what is missing when a revision is tried again with more of the log', async () => {
      await keep(place.open(), 4, { events: eventsOf(3) });
      await keep(place.open(), 4, { events: eventsOf(5) });
      expect(idsIn(place.lines())).toEqual(idsOf(eventsOf(5)));
    });

    it('keeps once what was tried in one revision and came in the next', async () => {
      await keep(place.open(), 4, { events: eventsOf(6) });
      const archive = place.open();
      await keep(archive, 4, { events: eventsOf(2) });
      await keep(archive, 5, { events: eventsOf(2, 2) });
      await keep(place.open(), 6, { events: eventsOf(4, 4) });
      expect(idsIn(place.lines())).toEqual(idsOf(eventsOf(8)));
    });

    it('keeps once what a run kept that died, however many commits without events came after it', async () => {
      await keep(place.open(), 4, { events: eventsOf(6) });
      await keep(place.open(), 9, { events: eventsOf(8) });
      expect(idsIn(place.lines())).toEqual(idsOf(eventsOf(8)));
    });

    it('looks back by the order of revisions', async () => {
      for (const [nth, revision] of [8, 9, 10, 11, 102].entries()) {
        await keep(place.open(), revision, { events: eventsOf(2, nth * 2) });
      }
      await keep(place.open(), 200, { events: eventsOf(6, 4) });
      expect(idsIn(place.lines())).toEqual(idsOf(eventsOf(10)));
    });

    it('keeps a piece of news once, though it comes again many revisions later, when its events settle', async () => {
      await keep(place.open(), 4, { events: eventsOf(1), tellings: [news] });
      for (let revision = 5; revision < 12; revision += 1) {
        await keep(place.open(), revision, { events: eventsOf(1, revision) });
      }
      const grown = { ...news, alert: { ...news.alert, eventCount: news.alert.eventCount + 9 } };
      await keep(place.open(), 12, { events: eventsOf(1, 20), tellings: [grown] });
      const kept = place.lines().map((line) => (JSON.parse(line) as Line).id);
      expect(kept.filter((id) => id === news.key)).toHaveLength(1);
    });

    it('keeps each piece of news of an alert, and the same of each source', async () => {
      const rising = { ...news, key: 'alert-1/critical' };
      await keep(place.open(), 4, { tellings: [news, rising] });
      await keep(place.open(), 4, { source: 'scalr:acme', tellings: [{ ...news, source: 'scalr:acme' }] });
      expect(idsIn(place.lines())).toEqual(['alert-1/critical', 'alert-1/opened', 'alert-1/opened']);
    });

    it('keeps once what it wrote itself before a commit that failed', async () => {
      const archive = place.open();
      await keep(archive, 4, { events: eventsOf(6) });
      await keep(archive, 5, { events: eventsOf(6, 3) });
      expect(idsIn(place.lines())).toEqual(idsOf(eventsOf(9)));
    });

    it('keeps sources apart', async () => {
      const archive = place.open();
      await keep(archive, 4, { events: eventsOf(2) });
      await keep(archive, 4, {
        source: 'scalr:acme',
        events: eventsOf(2).map((event) => ({ ...event, source: 'scalr:acme' })),
      });
      expect(place.lines()).toHaveLength(4);
    });

    it('keeps what is years old or ahead of its time, with its own time', async () => {
      const events = ['2001-09-09T01:46:40Z', '2026-02-01T00:00:00Z', '2026-03-20T00:00:00Z'].map((at) =>
        call(at, undefined),
      );
      await keep(place.open(), 4, { events });
      expect(place.lines().map((line) => (JSON.parse(line) as { at: string }).at)).toEqual([
        '2001-09-09T01:46:40Z',
        '2026-02-01T00:00:00Z',
        '2026-03-20T00:00:00Z',
      ]);
    });

    it('keeps nothing where there is nothing', async () => {
      await keep(place.open(), 4, {});
      expect(place.lines()).toEqual([]);
    });
  });
};
