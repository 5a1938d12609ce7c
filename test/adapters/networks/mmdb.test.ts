import { describe, expect, it } from '@jest/globals';
import { mmdbLookup } from '../../../lib/adapters/networks/mmdb.ts';
import { NetworksError } from '../../../lib/adapters/networks/networks-error.ts';
import { ip } from './fixture-table.ts';
import { mmdbBytes, type Value } from './mmdb-writer.ts';

const bitsOf = (address: string, length: number): string =>
  ip(address)
    .bytes.map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, length);

/** What a database says of 192.0.2.7 that holds this record for 192.0.2.0/24. */
const saidBy = (record: Value) =>
  mmdbLookup(mmdbBytes(4, [{ prefixBits: bitsOf('192.0.2.0', 24), record }]), 'x.mmdb')(ip('192.0.2.7'));

describe('an MMDB file', () => {
  it('is understood in the words of MaxMind and DB-IP', () => {
    expect(saidBy({ autonomous_system_number: 24940, autonomous_system_organization: 'Hetzner Online GmbH' })).toEqual({
      owner: { asn: 24940, name: 'Hetzner Online GmbH', class: 'hosting' },
    });
    expect(saidBy({ country: { iso_code: 'DE', is_in_european_union: true } })).toEqual({ country: 'DE' });
    expect(saidBy({ registered_country: { iso_code: 'AT' } })).toEqual({ country: 'AT' });
  });

  it('is understood in the words of IPinfo', () => {
    expect(
      saidBy({
        asn: 'AS15169',
        as_name: 'Google LLC',
        as_domain: 'example.com',
        country: 'Germany',
        country_code: 'DE',
      }),
    ).toEqual({ owner: { asn: 15169, name: 'Google LLC', class: 'cloud' }, country: 'DE' });
    expect(saidBy({ country: 'DE', country_name: 'Germany' })).toEqual({ country: 'DE' });
  });

  it('may tell itself what kind of owner it is', () => {
    expect(saidBy({ asn: 'AS64000', as_name: 'Example', as_type: 'isp' })?.owner?.class).toBe('residential');
    expect(saidBy({ asn: 'AS64000', as_name: 'Example', as_type: 'education' })?.owner?.class).toBe('business');
    expect(saidBy({ asn: 'AS16509', as_name: 'AMAZON-02', as_type: 'hosting' })?.owner?.class).toBe('cloud');
  });

  it('is understood where it gives a number and no name', () => {
    expect(saidBy({ asn: 64000 })?.owner).toEqual({ asn: 64000, name: 'AS64000', class: 'unknown' });
  });

  it('says nothing where its fields are not what they should be', () => {
    for (const record of [
      { asn: 'AS', country_code: 'Germany' },
      { asn: 0, country: { iso_code: 49 } },
      { autonomous_system_number: true, country: '' },
      { continent: { code: 'EU' } },
      'text',
    ]) {
      expect(saidBy(record)).toBeUndefined();
    }
  });

  it('keeps no control characters of a name', () => {
    expect(saidBy({ asn: 64000, as_name: 'Ex\u001b[31mample' })?.owner?.name).toBe('Ex [31mample');
  });

  it('knows nothing outside its ranges', () => {
    const lookup = mmdbLookup(
      mmdbBytes(4, [{ prefixBits: bitsOf('192.0.2.0', 24), record: { country_code: 'DE' } }]),
      'x.mmdb',
    );
    expect(lookup(ip('198.51.100.7'))).toBeUndefined();
  });

  it('finds both families in an IPv6 tree', () => {
    const lookup = mmdbLookup(
      mmdbBytes(6, [
        { prefixBits: '0'.repeat(96) + bitsOf('192.0.2.0', 24), record: { country_code: 'DE' } },
        { prefixBits: bitsOf('2001:db8::', 32), record: { country_code: 'FR' } },
      ]),
      'x.mmdb',
    );
    expect(lookup(ip('192.0.2.7'))).toEqual({ country: 'DE' });
    expect(lookup(ip('2001:db8::7'))).toEqual({ country: 'FR' });
  });

  it('says nothing of an IPv6 address where it holds IPv4 only, though the bits would lead somewhere', () => {
    const lookup = mmdbLookup(mmdbBytes(4, [{ prefixBits: '0', record: { country_code: 'DE' } }]), 'x.mmdb');
    expect(lookup(ip('192.0.2.7'))).toBeUndefined();
    expect(lookup(ip('2001:db8::7'))).toBeUndefined();
    expect(lookup(ip('1.1.1.1'))).toEqual({ country: 'DE' });
  });
});

describe('a file that is no MMDB', () => {
  const opening = (bytes: Buffer) => () => mmdbLookup(bytes, 'downloads/GeoLite2-ASN.mmdb.gz');
  const sound = mmdbBytes(6, [{ prefixBits: bitsOf('2001:db8::', 128), record: { country_code: 'DE' } }]);

  it('is named, with what to give instead', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('network,asn\n192.0.2.0/24,64000\n'), sound.subarray(0, 90)]) {
      expect(opening(bytes)).toThrow(NetworksError);
      expect(opening(bytes)).toThrow(
        'downloads/GeoLite2-ASN.mmdb.gz is not an MMDB file. ' +
          'Give an ASN or country database in MMDB format, unpacked, such as GeoLite2-ASN.mmdb.',
      );
    }
  });

  it('is refused where its beginning is missing', () => {
    expect(opening(sound.subarray(sound.indexOf('MaxMind.com') - 3))).toThrow('is cut short');
  });

  it('is named where one of its records is damaged', () => {
    const damaged = Buffer.from(sound);
    damaged.fill(0, sound.indexOf('country_code') - 2, sound.indexOf('DE'));
    expect(() => mmdbLookup(damaged, 'x.mmdb')(ip('2001:db8::'))).toThrow(
      'x.mmdb is damaged: the record of 2001:db8:: cannot be read. Download it again.',
    );
  });
});
