import { describe, expect, it } from '@jest/globals';
import { buildTable } from '../../../lib/adapters/networks/build-table.ts';
import { NetworksError } from '../../../lib/adapters/networks/networks-error.ts';
import { tableLookup } from '../../../lib/adapters/networks/table.ts';
import { networkOf } from '../../../lib/core/network.ts';
import { fixtureTable, ip } from './fixture-table.ts';

const { lookup, credit } = tableLookup(fixtureTable(), 'networks.bin');
const asnOf = (address: string): number | undefined => lookup(ip(address))?.owner?.asn;
const countryOf = (address: string): string | undefined => lookup(ip(address))?.country;

/** A table of one owner's row, in numbers: 3232235520 is 192.168.0.0. */
const tableOf = (ownerRow: string): ReturnType<typeof tableLookup> =>
  tableLookup(
    buildTable({
      asOf: '2026-06-17',
      attribution: '',
      owners: { ipv4: ownerRow, ipv6: '' },
      countries: { ipv4: '', ipv6: '' },
    }),
    'networks.bin',
  );

describe('the ownership table', () => {
  it('tells owner, class and country of an IPv4 address', () => {
    expect(lookup(ip('8.8.8.8'))).toEqual({
      owner: { asn: 15169, name: 'Google LLC', class: 'cloud' },
      country: 'US',
    });
  });

  it('tells owner, class and country of an IPv6 address', () => {
    expect(lookup(ip('2a01:4f8::1'))).toEqual({
      owner: { asn: 24940, name: 'Hetzner Online GmbH', class: 'hosting' },
      country: 'DE',
    });
  });

  it('knows an IPv4 address written as IPv6', () => {
    expect(asnOf('::ffff:8.8.8.8')).toBe(15169);
  });

  it('reads names that hold commas and quotes', () => {
    expect(lookup(ip('140.82.112.3'))?.owner?.name).toBe('GitHub, Inc.');
    expect(tableOf('0,255,64000,"PJSC ""Example"""').lookup(ip('0.0.0.1'))?.owner?.name).toBe('PJSC "Example"');
  });

  it('includes the first and the last address of a range, and neither neighbour', () => {
    expect(asnOf('1.1.1.0')).toBe(13335);
    expect(asnOf('1.1.1.255')).toBe(13335);
    expect(asnOf('1.1.0.255')).toBeUndefined();
    expect(asnOf('1.1.2.0')).toBeUndefined();
  });

  it('tells IPv6 owners apart within one /64', () => {
    expect(asnOf('2001:500:30ff::2f')).toBe(396585);
    expect(asnOf('2001:500:30ff::30')).toBe(396552);
    expect(asnOf('2001:500:30ff::31')).toBe(396585);
  });

  it('lets a correction inside a block tell, and the block around it', () => {
    expect(['2.58.197.14', '2.58.197.15', '2.58.197.16'].map(countryOf)).toEqual(['DE', 'BE', 'DE']);
  });

  it('tells a country where no owner is known', () => {
    expect(lookup(ip('2.58.197.15'))).toEqual({ country: 'BE' });
  });

  it('knows nothing of addresses before, between and after its ranges', () => {
    for (const address of ['0.0.0.0', '192.0.2.7', '255.255.255.254', '::2', '2001:db8::1', 'ffff::1']) {
      expect(lookup(ip(address))).toBeUndefined();
    }
  });

  it('reaches to the very last address', () => {
    expect(tableOf('4294967040,4294967295,64000,Example').lookup(ip('255.255.255.255'))?.owner?.asn).toBe(64000);
  });

  it('is not asked about private addresses', () => {
    const { lookup: wrong } = tableOf('0,4294967295,64000,Everything');
    expect(networkOf('192.168.0.1', wrong)).toMatchObject({ owner: undefined, class: 'private' });
  });

  it('takes AS numbers that nobody may own for no owner', () => {
    for (const asn of [0, 23456, 64512, 65535, 4_200_000_000]) {
      expect(tableOf(`0,255,${asn},Somebody`).lookup(ip('0.0.0.1'))).toBeUndefined();
    }
  });

  it('keeps no control characters of a name', () => {
    expect(tableOf('0,255,64000,Ex\u001b[31mample\tInc').lookup(ip('0.0.0.1'))?.owner?.name).toBe('Ex [31mample Inc');
  });

  it('credits the lists it was made of, and says how old they are', () => {
    expect(credit).toBe('Address ownership as of 2026-06-17. Rows of lists by example.com.');
  });

  it('is the same bytes each time it is built', () => {
    expect(fixtureTable().equals(fixtureTable())).toBe(true);
  });

  it('is not built from a row of another shape', () => {
    expect(() => tableOf('1.1.1.0,1.1.1.255,13335,Example')).toThrow('Row 1 is no address range: 1.1.1.0,1.1.1.255');
    expect(() => tableOf('9,8,13335,Example')).toThrow('Row 1 is no address range');
  });
});

describe('a file that is no table', () => {
  const reading = (bytes: Buffer) => () => tableLookup(bytes, 'some/networks.bin').lookup(ip('192.0.2.1'));

  it('is named, with what to do', () => {
    expect(reading(Buffer.from('<html>not found</html>\n'))).toThrow(
      'some/networks.bin is not a usable ownership table: it does not begin with "tokenwatch-networks 1". ' +
        'Run "npm run build" to make it anew.',
    );
  });

  it('is refused wherever it was cut', () => {
    const whole = fixtureTable();
    for (let length = 0; length < whole.length; length += 7) {
      expect(reading(whole.subarray(0, length))).toThrow(NetworksError);
    }
  });

  it('is refused where a bit of its body flipped', () => {
    const flipped = Buffer.from(fixtureTable());
    const middle = flipped.length - 100;
    flipped[middle] = (flipped[middle] ?? 0) ^ 1;
    expect(reading(flipped)).toThrow('cut short or damaged');
  });

  it('is refused where its header asks for more than there is', () => {
    const text = fixtureTable().toString('latin1');
    const asking = (owners: string) => Buffer.from(text.replace(/"owners":\d+/, `"owners":${owners}`), 'latin1');
    expect(reading(asking('4000000'))).toThrow('cut short or damaged');
    expect(reading(asking('4e15'))).toThrow('its second line is damaged');
    expect(reading(asking('-1'))).toThrow('its second line is damaged');
  });
});
