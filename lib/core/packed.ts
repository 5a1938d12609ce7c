/**
 * Numbers as they are kept: 32-bit floats and integers, in base64. A memory is rounded when it is learned, not when it is
 * stored, so that a monitor that never stopped and one that was restarted a hundred times say the same to the last bit.
 */

const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export const packFloats = (floats: Float32Array): string =>
  toBase64(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));

export const packIntegers = (integers: Uint32Array): string =>
  toBase64(new Uint8Array(integers.buffer, integers.byteOffset, integers.byteLength));

/** `length` guards against a damaged store: a memory of another shape must not be read as this one. */
export const unpackFloats = (text: string, length: number): Float32Array => {
  const floats = new Float32Array(fromBase64(text).buffer);
  if (floats.length !== length) throw new RangeError(`${floats.length} numbers are stored where ${length} belong`);
  return floats;
};

export const unpackIntegers = (text: string): Uint32Array => new Uint32Array(fromBase64(text).buffer);

/** 48 bits of a text as hexadecimal digits: enough to tell apart what one organization ever names. */
export const stableHex = (text: string): string => {
  const hex = hash32(text, 2).toString(16).padStart(8, '0') + hash32(text, 3).toString(16).padStart(8, '0');
  return hex.slice(0, 12);
};

/**
 * 32 bits of a text (FNV-1a, then murmur3's finalizer), for membership in small sets where a rare collision only makes
 * one address look familiar at its finest level. The seed differs per principal, so that a collision found for one is
 * none for another.
 */
export const hash32 = (text: string, seed: number): number => {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
