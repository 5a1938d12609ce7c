import { describe, expect, it } from '@jest/globals';
import { networkOf, noOwners, ownerKey, rememberNetworks } from '../../lib/core/network.ts';
import { exampleOwners } from './having.ts';

describe('a network', () => {
  it('is the address, what is around it, and who owns it', () => {
    expect(networkOf('192.0.2.7', exampleOwners)).toEqual({
      address: '192.0.2.7',
      prefix: '192.0.2.0/24',
      owner: { asn: 64500, name: 'Example Cloud', class: 'cloud' },
      class: 'cloud',
      country: 'IE',
    });
  });

  it('is of unknown owner where no table lists it', () => {
    expect(networkOf('192.0.2.7', noOwners)).toEqual({
      address: '192.0.2.7',
      prefix: '192.0.2.0/24',
      owner: undefined,
      class: 'unknown',
      country: undefined,
    });
  });

  it('keeps the country of an address without an owner', () => {
    expect(networkOf('192.0.2.7', () => ({ country: 'IE' }))).toMatchObject({ class: 'unknown', country: 'IE' });
  });

  it('is private where nobody can own it, whatever the table says', () => {
    const nonsense = () => ({ owner: { asn: 1, name: 'Nonsense', class: 'hosting' }, country: 'ZZ' }) as const;
    expect(networkOf('10.1.2.3', nonsense)).toEqual({
      address: '10.1.2.3',
      prefix: '10.1.2.0/24',
      owner: undefined,
      class: 'private',
      country: undefined,
    });
  });

  it('stands for itself where the text is no address', () => {
    expect(networkOf('unix', exampleOwners)).toMatchObject({ address: 'unix', prefix: 'unix', class: 'unknown' });
  });

  it('belongs to its owner, else to the private ones, else to its prefix', () => {
    expect(ownerKey(networkOf('192.0.2.7', exampleOwners))).toBe('AS64500');
    expect(ownerKey(networkOf('10.1.2.3', exampleOwners))).toBe('private');
    expect(ownerKey(networkOf('192.0.2.7', noOwners))).toBe('192.0.2.0/24');
  });
});

describe('remembered networks', () => {
  it('are looked up once, and are the same', () => {
    const asked: string[] = [];
    const networks = rememberNetworks((ip) => {
      asked.push(ip.text);
      return exampleOwners(ip);
    });
    expect([networks('192.0.2.7'), networks('192.0.2.7')]).toEqual([
      networkOf('192.0.2.7', exampleOwners),
      networkOf('192.0.2.7', exampleOwners),
    ]);
    expect(asked).toEqual(['192.0.2.7']);
  });

  it('are forgotten before they are too many, and then looked up again', () => {
    let lookups = 0;
    const networks = rememberNetworks(() => {
      lookups += 1;
      return undefined;
    });
    const addresses = Array.from({ length: 20_001 }, (_, i) => `2001:db8::${i.toString(16)}`);
    addresses.forEach(networks);
    networks('2001:db8::0');
    expect(lookups).toBe(20_002);
  });
});
