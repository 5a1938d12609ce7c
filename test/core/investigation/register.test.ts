import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../lib/core/event.ts';
import {
  emptyRegister,
  principalsNamed,
  principalsOfUser,
  type Register,
  registerEvents,
  suspectSilences,
} from '../../../lib/core/investigation/register.ts';
import { ada, call, ciToken, daily, hourly } from '../having.ts';

const registerOf = (...events: readonly AuditEvent[]): Register => {
  const register = emptyRegister();
  registerEvents(
    [...events].sort((a, b) => a.atMs - b.atMs),
    register,
  );
  return register;
};

const namesOf = (found: ReturnType<typeof principalsNamed>): readonly string[] =>
  found.map(({ principal }) => principal.id);

describe('a name', () => {
  const twin = { ...ciToken, id: 'tok-2' };
  const register = registerOf(
    call('2026-03-01T09:00Z', '192.0.2.7'),
    call('2026-03-01T10:00Z', '192.0.2.7', { principal: twin }),
    call('2026-03-01T11:00Z', '192.0.2.7', { principal: ada }),
  );

  it('means every bearer, in upper or lower case', () => {
    expect(namesOf(principalsNamed('CI-Deploy', register))).toEqual(['tok-ci', 'tok-2']);
  });

  it('that is an id means that one alone', () => {
    expect(namesOf(principalsNamed('tok-2', register))).toEqual(['tok-2']);
  });

  it('that is nobody’s means nobody', () => {
    expect(principalsNamed('deploy', register)).toEqual([]);
  });
});

describe('a user', () => {
  it('is their own sessions and the tokens they were seen behind', () => {
    const register = registerOf(
      call('2026-03-01T09:00Z', '192.0.2.7', { user: 'ada' }),
      call('2026-03-01T10:00Z', '192.0.2.7', { principal: { ...ciToken, id: 'other' }, user: 'eva' }),
      call('2026-03-01T11:00Z', '192.0.2.7', { principal: ada }),
    );
    expect(namesOf(principalsOfUser('ADA', register))).toEqual(['tok-ci', 'ada']);
  });
});

describe('a silence', () => {
  const busy = (from: string, days: number): readonly AuditEvent[] =>
    hourly({ from, times: 24 * days, ip: '192.0.2.7' });

  it('far longer than the log is ever silent is suspect', () => {
    const register = registerOf(...busy('2026-03-02T00:00Z', 28), ...busy('2026-04-02T00:00Z', 5));
    expect(suspectSilences(register)).toEqual([
      { fromMs: Date.parse('2026-03-29T23:00Z'), toMs: Date.parse('2026-04-02T00:00Z') },
    ]);
  });

  it('of a weekend is usual where every weekend is silent', () => {
    const weeks = [0, 1, 2, 3, 4, 5].flatMap((week) =>
      daily({ from: new Date(Date.UTC(2026, 2, 2 + 7 * week)).toISOString(), times: 5, ip: '192.0.2.7' }),
    );
    expect(suspectSilences(registerOf(...weeks))).toEqual([]);
  });

  it('of three days in a log of two weeks may be a weekend', () => {
    const register = registerOf(...busy('2026-03-02T00:00Z', 5), ...busy('2026-03-09T12:00Z', 3));
    expect(suspectSilences(register)).toEqual([]);
  });
});

describe('a register', () => {
  it('stays bounded when somebody invents names', () => {
    const register = emptyRegister();
    for (let batch = 0; batch < 60; batch += 1) {
      registerEvents(
        Array.from({ length: 1_000 }, (_, nth) => {
          const name = `invented-${batch}-${nth}`;
          return call(Date.UTC(2026, 2, 1) + batch, '192.0.2.7', { principal: { ...ciToken, id: name, name } });
        }),
        register,
      );
    }
    expect(register.principals.size).toBe(50_000);
    expect(register.unregistered).toBe(10_000);
    expect(register.events).toBe(60_000);
  });
});
