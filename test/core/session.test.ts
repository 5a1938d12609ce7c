import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../lib/core/event.ts';
import { isAccepted } from '../../lib/core/session.ts';
import { ada, call, ciToken, having } from './having.ts';

const sessionsAfter = (...events: readonly (AuditEvent | readonly AuditEvent[])[]) =>
  having(...events).baselineOf().sessions;

describe('a session', () => {
  it('holds what comes no more than two hours apart', () => {
    const sessions = sessionsAfter(
      call('2026-03-02T09:00Z', '192.0.2.7'),
      call('2026-03-02T11:00Z', '192.0.2.7'),
      call('2026-03-02T13:00Z', '192.0.2.7'),
    );
    expect(sessions).toMatchObject([{ events: 3, accepted: 3 }]);
  });

  it('is over after two idle hours', () => {
    const sessions = sessionsAfter(call('2026-03-02T09:00Z', '192.0.2.7'), call('2026-03-02T11:00:01Z', '192.0.2.7'));
    expect(sessions).toMatchObject([{ events: 1 }]);
  });

  it('is over after twelve hours, however busy', () => {
    const busy = Array.from({ length: 13 }, (_, hour) => call(Date.UTC(2026, 2, 2, 6 + hour), '192.0.2.7'));
    expect(sessionsAfter(busy)).toMatchObject([{ events: 13 }]);
    expect(sessionsAfter(busy, call('2026-03-02T18:00:01Z', '192.0.2.7'))).toMatchObject([{ events: 1 }]);
  });

  it('is kept apart for each owner of addresses, so that a thief has one of his own', () => {
    const sessions = sessionsAfter(
      call('2026-03-02T09:00Z', '192.0.2.7'),
      call('2026-03-02T09:01Z', '198.51.100.9'),
      call('2026-03-02T09:02Z', '192.0.2.8'),
    );
    expect(sessions).toMatchObject([
      { ownerKey: 'AS64500', events: 2 },
      { ownerKey: 'AS64501', events: 1 },
    ]);
  });

  it('says whose addresses it holds in words', () => {
    expect(sessionsAfter(call('2026-03-02T09:00Z', '192.0.2.7'))[0]?.ownerLabel).toBe('Example Cloud (AS64500)');
  });

  it('ends for a newer one where a flood opens too many at once: the one idle for longest', () => {
    const flood = Array.from({ length: 9 }, (_, i) => call(Date.UTC(2026, 2, 2, 9, i), `100.${i}.0.1`));
    const sessions = sessionsAfter(flood);
    expect(sessions.map(({ ownerKey }) => ownerKey)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((i) => `100.${i}.0.0/24`));
  });
});

describe('an event is use of the credential', () => {
  it('when it succeeded', () => {
    expect(isAccepted(call('2026-03-02T09:00Z', '192.0.2.7', { principal: ada }))).toBe(true);
  });

  it('when a token was refused something: somebody held it', () => {
    const refused = call('2026-03-02T09:00Z', '192.0.2.7', { principal: ciToken, outcome: 'failure' });
    expect(isAccepted(refused)).toBe(true);
  });

  it('but not when a user was refused: anybody can type a name', () => {
    const refused = call('2026-03-02T09:00Z', '192.0.2.7', { principal: ada, outcome: 'failure' });
    expect(isAccepted(refused)).toBe(false);
  });
});
