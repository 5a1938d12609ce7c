import { readFile } from 'node:fs/promises';
import { type NetworkLookup, noOwners, type Owner } from '../../core/network.ts';
import { mmdbLookup } from './mmdb.ts';
import { NetworksError } from './networks-error.ts';
import { tableLookup } from './table.ts';

/**
 * Opens whatever tells who owns an address: the operator's own files, and for what they do not tell the table that was built.
 */

export type Networks = {
  readonly lookup: NetworkLookup;
  /** Whom the licence of the table asks to credit; undefined where there is none. */
  readonly credit: string | undefined;
  /** A sentence for the operator where insight is missing. */
  readonly notice: string | undefined;
};

/**
 * A file that the operator named and that cannot be used is an error; the built table may be missing.
 * Both doors, run from source or from `dist`, lie one folder below the package: the table is
 * `new URL('../dist/networks.bin', import.meta.url)` to them.
 */
export const openNetworks = async (files: {
  readonly mmdbFiles?: readonly string[];
  readonly tableFile?: string;
}): Promise<Networks> => {
  const named = await Promise.all((files.mmdbFiles ?? []).map(async (file) => mmdbLookup(await contentOf(file), file)));
  const bytes = files.tableFile === undefined ? undefined : await contentIfThere(files.tableFile);
  const table = files.tableFile === undefined || bytes === undefined ? undefined : tableLookup(bytes, files.tableFile);
  const lookups = table === undefined ? named : [...named, table.lookup];
  if (lookups.length === 0) return { lookup: noOwners, credit: undefined, notice };
  return { lookup: firstKnown(lookups), credit: table?.credit, notice: undefined };
};

const notice =
  'No ownership table: addresses are judged without their owner and country. Run "npm run build" to make the table, ' +
  'or name MMDB files.';

/** Owner and country each from the first file that tells: an ASN and a country database complete one another. */
const firstKnown =
  (lookups: readonly NetworkLookup[]): NetworkLookup =>
  (ip) => {
    let owner: Owner | undefined;
    let country: string | undefined;
    for (const lookup of lookups) {
      const found = lookup(ip);
      owner ??= found?.owner;
      country ??= found?.country;
    }
    if (owner === undefined) return country === undefined ? undefined : { country };
    return country === undefined ? { owner } : { owner, country };
  };

const contentOf = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new NetworksError(`${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
};

const contentIfThere = async (file: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new NetworksError(`${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
};

const reasonOf = (cause: unknown): string => {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  return code ?? String(cause);
};
