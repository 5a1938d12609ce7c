import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openNetworks } from '../../../lib/adapters/networks/open.ts';
import { fixtureTable, ip } from './fixture-table.ts';
import { mmdbBytes } from './mmdb-writer.ts';

let folder: string;
const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tokenwatch-networks-'));
  await writeFile(inFolder('networks.bin'), fixtureTable());
  // 0.0.0.0/1, in which 8.8.8.8 lies.
  await writeFile(
    inFolder('asn.mmdb'),
    mmdbBytes(4, [{ prefixBits: '0', record: { asn: 64000, as_name: 'Example' } }]),
  );
  await writeFile(inFolder('country.mmdb'), mmdbBytes(4, [{ prefixBits: '0', record: { country_code: 'DE' } }]));
});
afterAll(() => rm(folder, { recursive: true }));

describe('opening networks', () => {
  it('takes the built table and credits its makers', async () => {
    const { lookup, credit, notice } = await openNetworks({ tableFile: inFolder('networks.bin') });
    expect(lookup(ip('8.8.8.8'))).toMatchObject({ owner: { asn: 15169 }, country: 'US' });
    expect(credit).toContain('as of 2026-06-17');
    expect(notice).toBeUndefined();
  });

  it("asks the operator's files first, and the table for what they do not tell, owner and country each", async () => {
    const tableFile = inFolder('networks.bin');
    const byAsn = await openNetworks({ mmdbFiles: [inFolder('asn.mmdb')], tableFile });
    expect(byAsn.lookup(ip('8.8.8.8'))).toEqual({
      owner: { asn: 64000, name: 'Example', class: 'unknown' },
      country: 'US',
    });
    expect(byAsn.credit).toContain('as of 2026-06-17');
    const byCountry = await openNetworks({ mmdbFiles: [inFolder('country.mmdb')], tableFile });
    expect(byCountry.lookup(ip('8.8.8.8'))).toMatchObject({ owner: { asn: 15169 }, country: 'DE' });
  });

  it("goes on with the operator's files alone where there is no table", async () => {
    const files = { mmdbFiles: [inFolder('asn.mmdb')], tableFile: inFolder('none.bin') };
    const { lookup, credit, notice } = await openNetworks(files);
    expect(lookup(ip('8.8.8.8'))).toMatchObject({ owner: { asn: 64000 } });
    expect([credit, notice]).toEqual([undefined, undefined]);
  });

  it('takes owner and country each from the first file that tells', async () => {
    const { lookup } = await openNetworks({ mmdbFiles: [inFolder('country.mmdb'), inFolder('asn.mmdb')] });
    expect(lookup(ip('8.8.8.8'))).toEqual({
      owner: { asn: 64000, name: 'Example', class: 'unknown' },
      country: 'DE',
    });
    expect(lookup(ip('192.0.2.7'))).toBeUndefined();
  });

  it('works without any, and says what is missing', async () => {
    const expected = expect.stringContaining('Run "npm run build" to make the table, or name MMDB files.');
    for (const files of [{}, { tableFile: inFolder('none.bin') }, { mmdbFiles: [] }]) {
      const { lookup, notice } = await openNetworks(files);
      expect(lookup(ip('8.8.8.8'))).toBeUndefined();
      expect(notice).toEqual(expected);
    }
  });

  it('does not go on without a file that the operator named', async () => {
    await expect(openNetworks({ mmdbFiles: [inFolder('none.mmdb')] })).rejects.toThrow(
      `${inFolder('none.mmdb')} cannot be read: there is no such file.`,
    );
  });

  it('does not go on with a table that is damaged', async () => {
    await writeFile(inFolder('damaged.bin'), fixtureTable().subarray(0, 300));
    await expect(openNetworks({ tableFile: inFolder('damaged.bin') })).rejects.toThrow('not a usable ownership table');
  });
});
