import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hash32, packFloats, packIntegers, unpackFloats, unpackIntegers } from '../../lib/core/packed.ts';

describe('packed numbers', () => {
  it('are read back to the last bit', () => {
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true }), (floats) => {
        expect(unpackFloats(packFloats(floats), floats.length)).toEqual(floats);
      }),
      { seed: 1 },
    );
    fc.assert(
      fc.property(fc.uint32Array(), (integers) => {
        expect(unpackIntegers(packIntegers(integers))).toEqual(integers);
      }),
      { seed: 1 },
    );
  });

  it('are the bytes of IEEE 754, little end first, in base64', () => {
    expect(packFloats(Float32Array.of(1))).toBe('AACAPw==');
    expect(packIntegers(Uint32Array.of(1))).toBe('AQAAAA==');
  });

  it('are packed as the part of a buffer that they are', () => {
    expect(packFloats(Float32Array.of(0, 1, 2).subarray(1, 2))).toBe(packFloats(Float32Array.of(1)));
    expect(packIntegers(Uint32Array.of(0, 1, 2).subarray(1, 2))).toBe(packIntegers(Uint32Array.of(1)));
  });

  it('are refused where there are more or fewer than belong', () => {
    const packed = packFloats(Float32Array.of(1, 2));
    expect(() => unpackFloats(packed, 3)).toThrow('2 numbers are stored where 3 belong');
    expect(() => unpackFloats(packed, 1)).toThrow(RangeError);
  });

  it.each([['not base64!'], ['AAAA']])('are refused where the text is damaged: %s', (text) => {
    expect(() => unpackIntegers(text)).toThrow();
    expect(() => unpackFloats(text, 1)).toThrow();
  });
});

describe('a hash', () => {
  it('is 32 bits, the same for the same text and seed', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), (text, seed) => {
        const hash = hash32(text, seed);
        expect(hash).toBe(hash32(text, seed));
        expect(hash).toBe(hash >>> 0);
      }),
      { seed: 1 },
    );
  });

  it('keeps its value from release to release, because it is stored', () => {
    expect([hash32('', 0), hash32('192.0.2.7', 0), hash32('192.0.2.7', 1)]).toEqual([
      2_872_998_923, 2_792_370_494, 2_902_255_388,
    ]);
  });

  it('spreads neighbouring addresses: of 65,536, about as many collide as chance has it', () => {
    const hashes = new Set<number>();
    for (let i = 0; i < 65_536; i += 1) hashes.add(hash32(`192.0.${i >> 8}.${i & 255}`, 7));
    // The birthday bound: n^2 / 2^33 = 0.5 expected.
    expect(65_536 - hashes.size).toBeLessThan(6);
  });
});
