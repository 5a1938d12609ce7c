import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

/** How large an asset is: its files, and what of them travels (a zip archive deflates each file by itself). */
export type Size = { readonly rawBytes: number; readonly zippedBytes: number };

export const sizeOf = (path: string): Size => {
  if (!statSync(path).isDirectory()) {
    const bytes = readFileSync(path);
    return { rawBytes: bytes.length, zippedBytes: deflateRawSync(bytes).length };
  }
  return readdirSync(path)
    .map((name) => sizeOf(join(path, name)))
    .reduce((a, b) => ({ rawBytes: a.rawBytes + b.rawBytes, zippedBytes: a.zippedBytes + b.zippedBytes }), {
      rawBytes: 0,
      zippedBytes: 0,
    });
};
