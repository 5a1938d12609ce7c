import { describe, expect, it } from '@jest/globals';
import { call, daily, having } from '../having.ts';

const home = '192.0.2.7';
/** A deploy token and its one stack. */
const work = daily({ from: '2026-01-05T09:00Z', times: 40, ip: home, target: 'acme/web' });
const touch = (target: string | undefined) => call('2026-02-14T09:00Z', home, { target });

describe('an unfamiliar target', () => {
  it('is told where a token with one stack touches another', () => {
    const heard = having(work).hears('unfamiliar-target', touch('acme/prod-secrets'));
    expect(heard.nats).toBeGreaterThan(Math.log(10));
    expect(heard.evidence).toMatchObject({ target: 'acme/prod-secrets', action: 'stack-updated', targetsKnown: 1 });
  });

  it('is silent at the stack it always deploys', () => {
    expect(having(work).hears('unfamiliar-target', touch('acme/web')).nats).toBe(0);
  });

  it('is silent where the log names no target', () => {
    expect(having(work).hears('unfamiliar-target', touch(undefined)).nats).toBe(0);
  });

  it('is not judged before five sessions', () => {
    expect(having(work.slice(0, 3)).hears('unfamiliar-target', touch('acme/prod-secrets')).nats).toBe(0);
  });

  it('surprises less of somebody who wanders from stack to stack', () => {
    const wandering = work.map((event, day) => ({ ...event, target: `acme/stack-${day}` }));
    const wanderer = having(wandering).hears('unfamiliar-target', touch('acme/prod-secrets')).nats;
    expect(wanderer).toBeLessThan(Math.log(2));
    expect(wanderer).toBeLessThan(having(work).hears('unfamiliar-target', touch('acme/prod-secrets')).nats);
  });
});
