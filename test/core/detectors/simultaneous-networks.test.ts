import { describe, expect, it } from '@jest/globals';
import type { NetworkLookup } from '../../../lib/core/network.ts';
import { acme, ada, call, daily, exampleOwners, having, havingIn } from '../having.ts';

const home = '203.0.113.5';
const rented = '198.51.100.9';
const work = daily({ from: '2026-01-05T09:00Z', times: 40, ip: home, principal: ada });
const at = (time: string, ip: string) => call(`2026-02-14T${time}Z`, ip, { principal: ada });

describe('simultaneous networks', () => {
  it('are told when one credential goes there and back within minutes', () => {
    const heard = having(work, [at('09:00', home), at('09:05', rented)]).hears(
      'simultaneous-networks',
      at('09:10', home),
    );
    expect(heard.nats).toBeGreaterThan(Math.log(10));
    expect(heard.evidence).toMatchObject({
      besideOwner: 'Example Hosting (AS64501)',
      besideCountry: 'NL',
      apartMs: 5 * 60_000,
      sessionsPaired: 0,
    });
  });

  it('surprise more between two countries than within one, or where a country is not known', () => {
    const heardAt = (country: string | undefined) => {
      const lookup: NetworkLookup = (ip) => {
        const found = exampleOwners(ip);
        if (ip.text !== rented || found?.owner === undefined) return found;
        return country === undefined ? { owner: found.owner } : { owner: found.owner, country };
      };
      const past = havingIn({ ...acme, lookup }, work, [at('09:00', home), at('09:05', rented)]);
      return past.hears('simultaneous-networks', at('09:10', home)).nats;
    };
    expect(heardAt('NL')).toBeGreaterThan(heardAt('DE') + 1);
    expect(heardAt(undefined)).toBe(heardAt('NL'));
  });

  it('are silent for somebody who moves, and stays there', () => {
    const past = having(work, [at('09:00', home)]);
    expect(past.hears('simultaneous-networks', at('09:05', rented)).nats).toBe(0);
  });

  it('are silent for somebody who takes his time to come back', () => {
    const past = having(work, [at('09:00', home), at('09:05', rented)]);
    expect(past.hears('simultaneous-networks', at('10:30', home)).nats).toBe(0);
  });

  it('are silent within one owner: a fleet has many addresses', () => {
    const past = having(work, [at('09:00', home), at('09:05', '203.0.113.200')]);
    expect(past.hears('simultaneous-networks', at('09:10', home)).nats).toBe(0);
  });

  it('are not judged before five sessions', () => {
    const past = having(work.slice(0, 3), [at('09:00', home), at('09:05', rented)]);
    expect(past.hears('simultaneous-networks', at('09:10', home)).nats).toBe(0);
  });

  it('are not made by somebody’s refused log-ins elsewhere', () => {
    const knock = { ...at('09:05', rented), action: 'user-login-failed', outcome: 'failure' as const };
    const past = having(work, [at('09:00', home), knock]);
    expect(past.hears('simultaneous-networks', at('09:10', home)).nats).toBe(0);
  });
});
