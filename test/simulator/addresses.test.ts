import { describe, expect, it } from '@jest/globals';
import { parseIp } from '../../lib/core/ip.ts';
import { networkOf } from '../../lib/core/network.ts';
import * as addresses from '../../lib/simulator/addresses.ts';
import { createDice } from '../../lib/simulator/dice.ts';

const dice = createDice('addresses');
const ownerOf = (address: string) => {
  const { class: ownerClass, country } = networkOf(address, addresses.madeUpOwners);
  return { class: ownerClass, country };
};

describe('made-up addresses', () => {
  it.each([
    ['an American office', () => addresses.officeAddress('US', dice), 'business', 'US'],
    ['a German office', () => addresses.officeAddress('DE', dice), 'business', 'DE'],
    ['an American home', () => addresses.homeAddress('US', dice), 'residential', 'US'],
    ['a German home', () => addresses.homeAddress('DE', dice), 'residential', 'DE'],
    [
      'an American home with IPv6',
      () => addresses.homeAddress6(addresses.homePrefix6('US', dice), dice),
      'residential',
      'US',
    ],
    [
      'a German home with IPv6',
      () => addresses.homeAddress6(addresses.homePrefix6('DE', dice), dice),
      'residential',
      'DE',
    ],
    ['a phone', () => addresses.mobileAddress('DE', dice), 'residential', 'DE'],
    ['a hotel', () => addresses.hotelAddress(dice), 'business', 'FR'],
    ['a VPN', () => addresses.vpnAddress(dice), 'vpn', 'CH'],
    ['a rented server', () => addresses.hostingAddress(dice), 'hosting', 'NL'],
    ['a cloud machine', () => addresses.cloudAddress(dice), 'cloud', 'DE'],
    ['a CI job', () => addresses.ciAddress(dice.integer(0, 99_999)), 'ci', 'US'],
  ])('of %s belong to an owner of the right class and country', (_, addressOf, ownerClass, country) => {
    for (let draw = 0; draw < 200; draw += 1) expect(ownerOf(addressOf())).toEqual({ class: ownerClass, country });
  });

  it('are written the one canonical way', () => {
    for (let draw = 0; draw < 200; draw += 1) {
      const address = addresses.homeAddress6(addresses.homePrefix6('DE', dice), dice);
      expect(parseIp(address)?.text).toBe(address);
    }
  });

  it('do not run out for CI: a job in 32,512 has the address of an earlier one', () => {
    const seen = new Set(Array.from({ length: 32_512 }, (_, ordinal) => addresses.ciAddress(ordinal)));
    expect(seen.size).toBe(32_512);
    expect(addresses.ciAddress(32_512)).toBe(addresses.ciAddress(0));
  });

  it('of real owners are unknown here', () => {
    expect(ownerOf('8.8.8.8')).toEqual({ class: 'unknown', country: undefined });
    expect(ownerOf('2001:db8:9999::1')).toEqual({ class: 'unknown', country: undefined });
  });

  it('have owners that say they are made up, with documentation ASNs', () => {
    const { owner } = networkOf('203.0.113.9', addresses.madeUpOwners);
    expect(owner).toEqual({ asn: 64511, name: 'Example Cheap Servers (made up)', class: 'hosting' });
  });
});
