import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseIp } from '../../lib/core/ip.ts';

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['2001:db8::7', '2001:db8::7', '2001:db8::/48'],
    ['2001:DB8:A:B:C:D:E:F', '2001:db8:a:b:c:d:e:f', '2001:db8:a::/48'],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1', '2001:db8::/48'],
    ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['::FFFF:C000:0207', '192.0.2.7', '192.0.2.0/24'],
  ])('written %s is %s in %s', (written, text, prefix) => {
    expect(parseIp(written)).toMatchObject({ text, prefix });
  });

  // RFC 5952, section 4.2: the longest run of zeros is shortened, the first of two alike, never a single group.
  it.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:0', '2001:db8:0:0:1::'],
  ])('written %s has the one canonical text %s', (written, text) => {
    expect(parseIp(written)?.text).toBe(text);
  });

  it.each([
    ['octal', '010.1.1.1'],
    ['octal inside IPv6', '::ffff:010.1.1.1'],
    ['hexadecimal', '0x7f.0.0.1'],
    ['a short form', '127.1'],
    ['a bare number', '3221225991'],
    ['a byte too large', '192.0.2.256'],
    ['a zone', 'fe80::1%eth0'],
    ['brackets', '[2001:db8::1]'],
    ['a port', '192.0.2.7:443'],
    ['a prefix', '192.0.2.0/24'],
    ['space', ' 192.0.2.7'],
    ['two gaps', '2001::db8::1'],
    ['nine groups', '1:2:3:4:5:6:7:8:9'],
    ['a name', 'host.example.com'],
    ['nothing', ''],
    ['more than any address has', `2001:db8::${'0'.repeat(60)}1`],
  ])('is refused where it is %s: %s', (_, written) => {
    expect(parseIp(written)).toBeUndefined();
  });

  it.each([
    ['10.1.2.3'],
    ['172.16.0.1'],
    ['192.168.1.1'],
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['100.64.0.1'],
    ['0.0.0.0'],
    ['255.255.255.255'],
    ['224.0.0.1'],
    ['::1'],
    ['::'],
    ['fe80::1'],
    ['fd00::1'],
    ['ff02::1'],
    ['::ffff:10.1.2.3'],
  ])('%s has no owner by its nature', (written) => {
    expect(parseIp(written)?.isReserved).toBe(true);
  });

  it.each([['192.0.2.7'], ['198.51.100.1'], ['203.0.113.1'], ['2001:db8::1'], ['198.18.0.1']])(
    '%s stands for a public one in examples',
    (written) => {
      expect(parseIp(written)?.isReserved).toBe(false);
    },
  );

  it('has one text, whichever way its bytes were written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (written) => {
        const ip = parseIp(written);
        fc.pre(ip !== undefined);
        expect(parseIp(ip?.text ?? '')).toEqual(ip);
        const groups = ip?.bytes.length === 16 ? ip.bytes : [...Array(10).fill(0), 255, 255, ...(ip?.bytes ?? [])];
        const long = Array.from({ length: 8 }, (_, i) =>
          (((groups[2 * i] as number) << 8) | (groups[2 * i + 1] as number)).toString(16).padStart(4, '0'),
        ).join(':');
        expect(parseIp(long.toUpperCase())).toEqual(ip);
      }),
      { seed: 1 },
    );
  });

  it('of version 4 is read back as it was written', () => {
    fc.assert(
      fc.property(fc.ipV4(), (written) => {
        expect(parseIp(written)?.text).toBe(written);
        expect(parseIp(`::ffff:${written}`)).toEqual(parseIp(written));
      }),
      { seed: 1 },
    );
  });
});
