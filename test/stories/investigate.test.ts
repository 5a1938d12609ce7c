/** After a leak, from the log to the words that people read. */
import { describe, expect, it } from '@jest/globals';
import {
  ci,
  colleagues,
  type Deed,
  deploy,
  flat,
  type Holder,
  investigated,
  msOf,
  type PulumiRecord,
  session,
  workdays,
} from './leaked-token.ts';

const carla: Holder = { user: 'carla', token: 'carla-laptop' };
const until = '2026-10-09T18:00Z';
const team = colleagues('2026-08-31', 39);
const ciAtWork = workdays({ from: '2026-08-31', days: 39, hours: [9, 12, 16], ip: '192.0.2.10' }, ci);

/** What a thief does first. */
const looting: readonly Deed[] = [
  ['stack-exported', 'Exported stack web/prod'],
  ['stack-exported', 'Exported stack billing/prod'],
  ['environment-open', 'Opened environment "billing/prod"'],
];

const saturdayNight = session('2026-10-03T23:10Z', '198.51.100.66', ci, looting);

describe('a CI token stolen on Saturday night', () => {
  const told = investigated([...team, ...ciAtWork, ...saturdayNight], {
    token: 'ci-deploy',
    leakedAt: '2026-10-03T20:00Z',
    until,
  });

  it('is said to be used by somebody else, in the first line', () => {
    expect(told.investigation.verdict.answer).toBe('used-by-others');
    expect(told.text.split('\n')[0]).toContain('USED BY SOMEBODY ELSE: token ci-deploy, from Example Hosting');
  });

  it('is explained by what was taken and from where', () => {
    expect(flat(told.text)).toContain('It read stack state: stack-exported on web/prod. It did not once do so');
    expect(flat(told.text)).toContain('198.51.100.66, which belongs to Example Hosting (AS64501, hosting, NL)');
  });

  it('lists what was done, sensitive actions first', () => {
    expect(told.investigation.deeds.sensitive.map(({ action }) => action)).toEqual([
      'stack-exported',
      'stack-exported',
      'environment-open',
    ]);
    expect(flat(told.text)).toContain('Read stack state: 2 times, on web/prod and billing/prod.');
  });

  it('says what to do: revoke first, then rotate what was opened', () => {
    const next = flat(told.text.slice(told.text.indexOf('Next')));
    expect(next).toMatch(/1\. Revoke the token ci-deploy now\..*Rotate the secrets of web\/prod and billing\/prod/);
    expect(next).toContain('"$PULUMI_BACKEND_URL/api/orgs/acme/tokens/id-of-ci-deploy"');
  });

  it('is found without a time of leak too, which is then told', () => {
    const { investigation, text } = investigated([...team, ...ciAtWork, ...saturdayNight], {
      token: 'ci-deploy',
      until,
    });
    expect(investigation.verdict).toMatchObject({
      answer: 'used-by-others',
      firstForeignMs: Date.parse('2026-10-03T23:10Z'),
    });
    expect(flat(text)).toContain('It leaked on 3 Oct 2026 23:10 UTC at the latest');
  });

  it('shows that the leak is older than was thought, where it is', () => {
    const { investigation, text } = investigated([...team, ...ciAtWork, ...saturdayNight], {
      token: 'ci-deploy',
      leakedAt: '2026-10-05T08:00Z',
      until,
    });
    expect(investigation.verdict.answer).toBe('used-by-others');
    expect(flat(text)).toContain('is older than the leak you gave: it leaked before');
  });

  it('finds a patient thief who comes back every night for weeks', () => {
    const nights = Array.from({ length: 20 }, (_, night) =>
      session(Date.parse('2026-09-18T23:10Z') + night * 86_400_000, '198.51.100.66', ci, looting),
    ).flat();
    const { investigation } = investigated([...team, ...ciAtWork, ...nights], {
      token: 'ci-deploy',
      leakedAt: '2026-09-18T20:00Z',
      until,
    });
    expect(investigation.verdict.answer).toBe('used-by-others');
    expect(investigation.counts.foreign).toBe(20);
  });
});

describe('a developer who moved house', () => {
  const before = workdays({ from: '2026-08-31', days: 25, hours: [8, 11, 15], ip: '203.0.113.20' }, carla);
  const after = workdays({ from: '2026-09-28', days: 11, hours: [8, 11, 15], ip: '2001:db8:b::20' }, carla);
  const asked = { token: 'carla-laptop', leakedAt: '2026-09-26T00:00Z', until };

  it('is not accused', () => {
    const { investigation, text } = investigated([...team, ...before, ...after], asked);
    expect(investigation.verdict.answer).toBe('cannot-tell');
    expect(flat(text)).toContain(
      'A network of the same kind and country fell silent when this one began, as when somebody moves house.',
    );
    expect(flat(text)).toContain('Ask carla whether this was theirs: 2001:db8:b::20');
  });

  it('is cleared when the person logs in from there as well', () => {
    const logins = workdays({ from: '2026-09-28', days: 11, hours: [8], ip: '2001:db8:b::20' }, { user: 'carla' }, [
      ['user-login', 'User "carla" logged into the Pulumi Console.'],
    ]);
    const { investigation } = investigated([...team, ...before, ...after, ...logins], asked);
    expect(investigation.verdict.answer).toBe('no-sign');
  });
});

describe('a leak with nothing in the log', () => {
  it('shows no sign, and says what it rests on and what it cannot show', () => {
    const { investigation, text } = investigated([...team, ...ciAtWork], {
      token: 'ci-deploy',
      leakedAt: '2026-10-03T20:00Z',
      until,
    });
    expect(investigation.verdict).toMatchObject({ answer: 'no-sign', missing: [], judged: 12 });
    expect(text.split('\n')[0]).toContain('NO SIGN OF USE BY SOMEBODY ELSE: token ci-deploy');
    expect(flat(text)).toContain('Whether they hold all that happened then, only who made them knows.');
    expect(flat(text)).toContain('Personal tokens that their owner makes or deletes leave no line');
    expect(flat(text)).toContain('Replace the token ci-deploy all the same: what has leaked stays leaked.');
  });

  it('shows no sign where the token was not used at all any more', () => {
    const retired = workdays({ from: '2026-08-31', days: 20, hours: [9], ip: '192.0.2.10' }, ci);
    const { investigation, text } = investigated([...team, ...retired], {
      token: 'ci-deploy',
      leakedAt: '2026-10-03T20:00Z',
      until,
    });
    expect(investigation.verdict.answer).toBe('no-sign');
    expect(flat(text)).toContain('of which the log shows no use at all from 3 Oct 2026 20:00 UTC');
  });
});

describe('a log that', () => {
  it('starts after the leak cannot tell, and says from when it would be needed', () => {
    const { investigation, text } = investigated([...team, ...ciAtWork], {
      token: 'ci-deploy',
      leakedAt: '2026-08-20T00:00Z',
      until,
    });
    expect(investigation.verdict.answer).toBe('cannot-tell');
    expect(investigation.verdict.missing.map(({ missing }) => missing)).toContain('log-before');
    expect(flat(text)).toContain('The log begins on 31 Aug 2026');
  });

  it('starts after the leak still shows a theft', () => {
    const { investigation } = investigated([...team, ...ciAtWork, ...saturdayNight], {
      token: 'ci-deploy',
      leakedAt: '2026-08-20T00:00Z',
      until,
    });
    expect(investigation.verdict.answer).toBe('used-by-others');
  });

  it('ends early cannot tell', () => {
    const { investigation } = investigated([...team, ...ciAtWork], {
      token: 'ci-deploy',
      leakedAt: '2026-10-03T20:00Z',
      until: '2026-11-20T00:00Z',
    });
    expect(investigation.verdict).toMatchObject({ answer: 'cannot-tell', missing: [{ missing: 'log-after' }] });
  });

  it('has a hole cannot tell', () => {
    const isKept = ({ timestamp }: PulumiRecord): boolean =>
      Number(timestamp) < Date.parse('2026-09-21T00:00Z') / 1_000 ||
      Number(timestamp) > Date.parse('2026-10-01T00:00Z') / 1_000;
    const { investigation, text } = investigated([...team, ...ciAtWork].filter(isKept), {
      token: 'ci-deploy',
      leakedAt: '2026-09-19T00:00Z',
      until,
    });
    expect(investigation.verdict).toMatchObject({ answer: 'cannot-tell', missing: [{ missing: 'silence' }] });
    expect(flat(text)).toContain('A part may be missing.');
  });

  it('knows too little of a new token cannot tell', () => {
    const { investigation } = investigated(
      [...team, ...session('2026-10-02T09:00Z', '192.0.2.10', ci), ...session('2026-10-06T09:00Z', '192.0.2.10', ci)],
      { token: 'ci-deploy', leakedAt: '2026-10-03T20:00Z', until },
    );
    expect(investigation.verdict).toMatchObject({ answer: 'cannot-tell', missing: [{ missing: 'history' }] });
  });
});

describe('a token used by five services of which one is foreign', () => {
  const places = ['192.0.2.10', '2001:db8:a::1', '2001:db8:c::1', '2001:db8:d::1'];
  const services = places.flatMap((ip, nth) =>
    workdays({ from: '2026-08-31', days: 39, hours: [2 + 5 * nth, 4 + 5 * nth], ip }, ci),
  );
  const foreign = session('2026-10-06T13:20Z', '198.51.100.66', ci, looting);
  const { investigation, text } = investigated([...team, ...services, ...foreign], {
    token: 'ci-deploy',
    leakedAt: '2026-10-05T00:00Z',
    until,
  });

  it('accuses that one and no other', () => {
    expect(investigation.verdict.answer).toBe('used-by-others');
    expect(investigation.callers.map(({ ownerKey, judgement }) => [ownerKey, judgement])).toEqual([
      ['AS64501', 'foreign'],
      ...['AS64500', 'AS64503', 'AS64505', 'AS64506'].map((owner) => [owner, 'usual']),
    ]);
    expect(text).toMatch(/foreign +Example Hosting +hosting +NL +3 +1/);
  });
});

describe('a thief who created a second token', () => {
  const created: readonly Deed[] = [
    ['organization-token-created', 'Created organization access token "backup-2"'],
    ['stack-exported', 'Exported stack web/prod'],
  ];
  const theft = session('2026-10-03T23:10Z', '198.51.100.66', ci, created);
  const second = session('2026-10-04T02:00Z', '2001:db8:d::99', { user: 'acme', token: 'backup-2' }, looting);
  const invited = session('2026-10-04T02:30Z', '198.51.100.70', { user: 'mallory' }, [
    ['organization-invite-sent', 'Invited "mallory2" to the organization'],
  ]);
  const { investigation, text } = investigated([...team, ...ciAtWork, ...theft, ...second, ...invited], {
    token: 'ci-deploy',
    leakedAt: '2026-10-03T20:00Z',
    until,
  });

  it('is followed to the token that was made, wherever it is used from', () => {
    expect(investigation.followers[0]).toMatchObject({ principal: { name: 'backup-2' }, isMadeThere: true });
    expect(flat(text)).toContain('token backup-2: made in a foreign session; 3 events');
  });

  it('is followed to whoever else works from the same network', () => {
    expect(investigation.followers[1]).toMatchObject({ principal: { name: 'mallory' }, isMadeThere: false });
  });

  it('has the second token revoked and investigated', () => {
    const next = flat(text.slice(text.indexOf('Next')));
    expect(next).toContain('Revoke every credential that was made in the foreign sessions: backup-2.');
    expect(next).toContain('Investigate what else was used from there: backup-2 and mallory.');
  });
});

describe('a thief with two of our tokens', () => {
  const metrics: Holder = { user: 'acme', token: 'metrics' };
  const opening: readonly Deed[] = [['environment-open', 'Opened environment "web/prod"']];
  const metricsAtWork = workdays({ from: '2026-08-31', days: 39, hours: [7, 15], ip: '192.0.2.30' }, metrics, opening);
  const night = (day: number, holder: Holder) =>
    session(msOf('2026-10-01T13:10Z') + day * 86_400_000, '198.51.100.66', holder, opening);
  const withFirst = [0, 1, 2, 3].flatMap((day) => night(day, ci));
  const withSecond = [4, 5, 6].flatMap((day) => night(day, metrics));
  const all = [...team, ...ciAtWork, ...metricsAtWork, ...withFirst, ...withSecond];
  const told = investigated(all, { token: 'metrics', leakedAt: '2026-10-01T08:00Z', until });

  it('does not vouch with the first for the second', () => {
    expect(told.investigation.verdict.answer).toBe('probably');
    expect(told.text.split('\n')[0]).toContain('PROBABLY USED BY SOMEBODY ELSE: token metrics, from Example Hosting');
  });

  it('is told with both', () => {
    expect(flat(told.text)).toContain(
      'From the same network came token ci-deploy, first on 1 Oct 2026 13:10 UTC: more may have leaked than this.',
    );
    expect(flat(told.text)).toContain('1 other in the organization was lately seen there too.');
    expect(flat(told.text)).toContain('Investigate what else was used from there: ci-deploy.');
  });

  it('is a question at least where nobody knows when they leaked', () => {
    const { investigation } = investigated(all, { token: 'metrics', until });
    expect(investigation.verdict.answer).toBe('cannot-tell');
  });
});

describe('a new job of one’s own', () => {
  it('on a network of the same cloud is not accused', () => {
    const moved = session('2026-10-06T12:00Z', '192.0.2.99', ci, deploy);
    const { investigation } = investigated([...team, ...ciAtWork, ...moved], {
      token: 'ci-deploy',
      leakedAt: '2026-10-03T20:00Z',
      until,
    });
    expect(investigation.verdict.answer).not.toBe('used-by-others');
    expect(investigation.counts.foreign).toBe(0);
  });

  it('on servers never used before, beside the old ones, is at most probable as long as it only deploys', () => {
    const elsewhere = session('2026-10-06T12:00Z', '198.51.100.9', ci, deploy);
    const { investigation, text } = investigated([...team, ...ciAtWork, ...elsewhere], {
      token: 'ci-deploy',
      leakedAt: '2026-10-03T20:00Z',
      until,
    });
    expect(investigation.verdict.answer).toBe('probably');
    expect(flat(text)).toContain('Ask whoever owns it whether this was theirs: 198.51.100.9');
  });
});

describe('a user', () => {
  it('is investigated with all tokens and sessions', () => {
    const laptop = workdays({ from: '2026-08-31', days: 39, hours: [8], ip: '203.0.113.20' }, carla);
    const console_ = workdays({ from: '2026-08-31', days: 39, hours: [9], ip: '203.0.113.20' }, { user: 'carla' }, [
      ['user-login', 'User "carla" logged into the Pulumi Console.'],
    ]);
    const { investigation } = investigated([...team, ...laptop, ...console_], {
      user: 'Carla',
      leakedAt: '2026-10-03T20:00Z',
      until,
    });
    expect(investigation.subjects.map(({ principal }) => principal.name).sort()).toEqual(['carla', 'carla-laptop']);
    expect(investigation.verdict.answer).toBe('no-sign');
  });
});
