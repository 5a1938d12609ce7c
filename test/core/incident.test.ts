import { describe, expect, it } from '@jest/globals';
import { isAbove, sampleEventsMax } from '../../lib/core/alert.ts';
import { assess } from '../../lib/core/assess.ts';
import { rememberNetworks } from '../../lib/core/network.ts';
import { msPerDay } from '../../lib/core/time.ts';
import { ada, call, daily, everySecond, exampleOwners, having, msOf } from './having.ts';

const home = '192.0.2.7';
const rented = '198.51.100.9';
const work = daily({ from: '2026-01-05T09:10Z', times: 60, ip: home });
const theft = call('2026-03-06T01:40Z', rented);
const stolen = having(work).and(theft);

describe('an incident', () => {
  it('opens with the first evidence', () => {
    expect(having(work).tells(theft)).toMatchObject([
      {
        news: 'opened',
        alert: {
          source: 'pulumi:acme',
          principal: { id: 'tok-ci', name: 'ci-deploy' },
          openedAtMs: theft.atMs,
          firstEventAtMs: theft.atMs,
          lastEventAtMs: theft.atMs,
          eventCount: 1,
          sampleEvents: [theft],
          networks: [{ address: rented, owner: { name: 'Example Hosting' } }],
        },
      },
    ]);
  });

  it('tells its findings strongest first, one of each detector', () => {
    const [alert] = having(work, [theft]).alerts;
    const surprises = alert?.findings.map(({ surprise }) => surprise) ?? [];
    expect(surprises).toEqual([...surprises].sort((a, b) => b - a));
    const detectors = alert?.findings.map(({ evidence }) => evidence.detector) ?? [];
    expect(detectors).toContain('unfamiliar-network');
    expect(new Set(detectors).size).toBe(detectors.length);
  });

  it('grows with each further call of its session, under the same id', () => {
    const next = call('2026-03-06T01:45Z', rented);
    expect(stolen.tells(next)).toMatchObject([
      { news: 'grown', alert: { id: stolen.alerts[0]?.id, eventCount: 2, lastEventAtMs: next.atMs } },
    ]);
  });

  it('is not fed by what goes on at home meanwhile', () => {
    const byDay = having(work).and(call('2026-03-06T09:00Z', rented));
    expect(byDay.alerts).toHaveLength(1);
    expect(byDay.tells(call('2026-03-06T09:10Z', home))).toEqual([]);
  });

  it('is raised by worse evidence: a secret touched from a foreign place', () => {
    const told = stolen.tells(call('2026-03-06T01:45Z', rented, { action: 'environment-decrypted' }));
    expect(told).toMatchObject([{ news: 'raised', alert: { id: stolen.alerts[0]?.id } }]);
    const [before, after] = [stolen.alerts[0]?.severity, told[0]?.alert.severity];
    expect(before !== undefined && after !== undefined && isAbove(after, before)).toBe(true);
  });

  it('never becomes milder', () => {
    const raised = stolen.and(call('2026-03-06T01:45Z', rented, { action: 'environment-decrypted' }));
    const later = raised.and(call('2026-03-06T01:50Z', rented));
    expect(later.alerts[0]?.severity).toBe(raised.alerts[0]?.severity);
    expect(later.alerts[0]?.surprise).toBeGreaterThanOrEqual(raised.alerts[0]?.surprise ?? 0);
  });

  it('is one piece of news where opening, raising and growing are read at once', () => {
    const told = having(work).tells(
      theft,
      call('2026-03-06T01:45Z', rented, { action: 'environment-decrypted' }),
      call('2026-03-06T01:50Z', rented),
    );
    expect(told).toMatchObject([{ news: 'opened', alert: { eventCount: 3 } }]);
  });

  it('counts the calls of its session that came before the evidence', () => {
    const past = having(work);
    const first = call('2026-03-06T09:10Z', home);
    const tampering = call('2026-03-06T09:12Z', home, { action: 'delete-audit-log-export' });
    const [told] = past.and(first).tells(tampering);
    expect(told?.alert).toMatchObject({
      eventCount: 2,
      firstEventAtMs: first.atMs,
      openedAtMs: tampering.atMs,
    });
  });

  it('shows a handful of its events, in the order of time', () => {
    const many = everySecond({ from: '2026-03-06T01:40:01Z', times: 200, ip: rented, action: 'environment-decrypted' });
    const [alert] = having(work, [theft], many).alerts;
    const samples = alert?.sampleEvents ?? [];
    expect(samples.length).toBeLessThanOrEqual(sampleEventsMax);
    expect(samples.map(({ atMs }) => atMs)).toEqual(samples.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(new Set(samples.map(({ id }) => id)).size).toBe(samples.length);
    expect(alert?.eventCount).toBe(201);
  });

  it('shows the sensitive actions that worked among many attempts that were refused', () => {
    const refused = (from: string) =>
      everySecond({ from, times: 20, ip: rented, action: 'auth-failure-stack-permission', outcome: 'failure' });
    const opened = ['01:50', '01:51', '01:52'].map((time) =>
      call(`2026-03-06T${time}Z`, rented, { action: 'environment-decrypted' }),
    );
    const [alert] = having(work, [theft], refused('2026-03-06T01:45Z'), opened, refused('2026-03-06T01:55Z')).alerts;
    expect(alert?.sampleEvents).toHaveLength(sampleEventsMax);
    expect(alert?.sampleEvents).toEqual(expect.arrayContaining(opened));
    const times = alert?.sampleEvents.map(({ atMs }) => atMs) ?? [];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('an incident’s end', () => {
  const deletion = call('2026-03-06T12:00Z', '203.0.113.5', {
    principal: ada,
    action: 'organization-token-deleted',
    target: 'ci-deploy',
  });
  const straggler = (at: string) => call(at, home);
  const past = having(work, [deletion]).and(straggler('2026-03-06T13:00:00Z'));

  it('comes when twelve hours bring nothing new', () => {
    const within = past.tells(straggler('2026-03-07T01:00:00Z'));
    expect(within).toMatchObject([{ news: 'grown', alert: { id: past.alerts[0]?.id } }]);
    const beyond = past.tells(straggler('2026-03-07T01:00:01Z'));
    expect(beyond).toMatchObject([{ news: 'opened' }]);
    expect(beyond[0]?.alert.id).not.toBe(past.alerts[0]?.id);
  });

  it('is not the end of a fact: use of a deleted token is told every day', () => {
    const days = daily({ from: '2026-03-07T09:10Z', times: 10, ip: home });
    expect(having(work, [deletion], days).alerts).toHaveLength(10);
  });
});

describe('the same news', () => {
  const again = (afterDays: number) => having(work, [theft], [call(theft.atMs + afterDays * msPerDay, rented)]).alerts;

  it('of the same network is not told within a fortnight', () => {
    expect(again(1)).toHaveLength(1);
    expect(again(13)).toHaveLength(1);
  });

  it('is told again after it', () => {
    expect(again(16)).toHaveLength(2);
  });

  it('of a place that still waits to become familiar is not told again, however long ago it was told', () => {
    const atWork = call('2026-03-24T09:10Z', rented);
    expect(having(work, [theft], [atWork]).alerts).toHaveLength(1);
  });

  it('is told within it where there is something new to it', () => {
    const worse = call('2026-03-08T01:40Z', rented, { action: 'environment-decrypted' });
    const past = having(work, [theft], [worse]);
    expect(past.alerts).toHaveLength(2);
    expect(past.alerts[1]?.findings.map(({ evidence }) => evidence.detector)).toContain('sensitive-action');
  });

  it('is told each time where it is a spike', () => {
    const steady = Array.from({ length: 28 * 24 * 3 }, (_, i) => call(msOf('2026-01-05T00:00Z') + i * 1_200_000, home));
    const burst = (from: string) => everySecond({ from, times: 200, ip: home, action: 'stack-outputs-read' });
    const past = having(steady, burst('2026-02-02T00:00:00Z'), burst('2026-02-03T00:00:00Z'));
    expect(past.alerts).toHaveLength(2);
    expect(past.alerts.map(({ findings }) => findings[0]?.evidence.detector)).toEqual(['usage-spike', 'usage-spike']);
  });
});

describe('the id of an alert', () => {
  it('is the day for people and a hash for machines', () => {
    expect(stolen.alerts[0]?.id).toMatch(/^2026-03-06-[0-9a-f]{12}$/);
  });

  it('is the same live and replayed', () => {
    expect(having([...work, theft]).alerts[0]?.id).toBe(stolen.alerts[0]?.id);
  });

  it('is another for another event, and another principal', () => {
    const ids = new Set(
      [
        stolen.alerts[0]?.id,
        having(work).and(call('2026-03-06T01:41Z', rented)).alerts[0]?.id,
        having(work.map((event) => ({ ...event, principal: ada }))).and({ ...theft, principal: ada }).alerts[0]?.id,
      ].filter((id) => id !== undefined),
    );
    expect(ids.size).toBe(3);
  });

  it('is critical when the monitor’s own token is used from elsewhere, whatever was touched', () => {
    const severityWith = (isOwn: boolean) =>
      assess(having(work).memory, [theft], {
        networks: rememberNetworks(exampleOwners),
        alertBudgetPerWeek: 1,
        isOwn: ({ id }) => isOwn && id === 'tok-ci',
      }).alerts[0]?.alert.severity;
    expect(severityWith(true)).toBe('critical');
    expect(severityWith(false)).not.toBe('critical');
  });

  it('is the one that people were told of already, where a late event moved the opening', () => {
    const asked: unknown[] = [];
    const { alerts } = assess(having(work).memory, [theft], {
      networks: rememberNetworks(exampleOwners),
      alertBudgetPerWeek: 1,
      toldId: (...question) => {
        asked.push(question);
        return 'told-before';
      },
    });
    expect(alerts[0]?.alert.id).toBe('told-before');
    expect(asked).toEqual([['pulumi:acme|token|tok-ci', theft.atMs]]);
  });
});
