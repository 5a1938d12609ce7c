/**
 * A token that could be found anywhere, and every output searched for it: with a server that repeats it in its refusals,
 * over every command, in what is printed, what is kept and what is written. What is kept is for its owner's eyes alone.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseSettings } from '../../lib/config/settings.ts';
import { msPerMinute } from '../../lib/core/time.ts';
import type { Fault } from '../../lib/simulator/pulumi-api.ts';
import { emptyFolder, type Ran, run } from '../cli/test-world.ts';
import { acme, liveFromMs, organizationName, type Served, serveAcme } from './acme-demo.ts';
import { echoesOf, guisesOf } from './guises.ts';

const { token } = acme;
const guises = guisesOf(token);

/** What the server answers now and then, as a careless proxy would: the request's own header, in the body. */
let fault: Fault | undefined;
const header = `authorization: token ${token}`;
/** Plain, and as it stands in whatever carries headers in base64. */
const echoes = [...echoesOf(header), `{"headers":${JSON.stringify(echoesOf(header))}}`, token.repeat(30)];
const refusal = (status: number, echo: string): Fault => ({ kind: 'status', status, message: `refused: ${echo}` });

let served: Served;
const folder = emptyFolder();
const outputs: Ran[] = [];

const tokenwatch = async (...args: readonly string[]): Promise<Ran> => {
  const ran = await run(args, {
    // Later each time, so that there is something to read.
    clock: served.clockAt(liveFromMs + outputs.length * 10 * msPerMinute),
    environment: { PULUMI_ACCESS_TOKEN: token },
    homeFolder: folder,
    cwd: folder,
  });
  outputs.push(ran);
  return ran;
};

const ofAcme = ['--organization', organizationName];

beforeAll(async () => {
  served = await serveAcme({ fault: () => fault });
  ofAcme.push('--base-url', served.url);
  for (const command of [['watch', '--once'], ['doctor'], ['doctor', '--json'], ['inventory', '--json']])
    await tokenwatch(...command, ...ofAcme);
  await tokenwatch('investigate', 'ci-deploy', ...ofAcme, '--html', join(folder, 'report.html'));
  await tokenwatch('rotation', 'start', '--old', 'ci-deploy', ...ofAcme);
  await tokenwatch('rotation', 'status', ...ofAcme);
  await tokenwatch('baseline', 'show');
  for (const [nth, status] of [400, 401, 403, 404, 418, 429, 500].entries()) {
    for (const [at, command] of [['watch', '--once'], ['doctor'], ['inventory']].entries()) {
      fault = refusal(status, echoes[(nth + at) % echoes.length] ?? header);
      await tokenwatch(...command, ...ofAcme);
    }
  }
  fault = { kind: 'plain-text', status: 502, text: `<pre>token ${token}</pre>` };
  await tokenwatch('watch', '--once', ...ofAcme);
  fault = undefined;
  await tokenwatch('watch', '--base-url', `https://${token}@example.com`, '--organization', 'acme');
  writeFileSync(
    join(folder, 'pasted.json'),
    JSON.stringify({ sources: [{ pulumi: { organization: 'acme', token } }] }),
  );
  await tokenwatch('doctor', '--settings', join(folder, 'pasted.json'));
}, 120_000);
afterAll(() => served.close());

const filesUnder = (place: string): readonly string[] =>
  readdirSync(place, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(place, entry.name)) : [join(place, entry.name)],
  );
const written = (): readonly string[] => filesUnder(folder).filter((file) => !file.endsWith('pasted.json'));

describe('a token', () => {
  it('is used by all of these commands', () => {
    expect(outputs.length).toBeGreaterThan(30);
    expect(outputs.filter(({ code }) => code < 2).length).toBeGreaterThanOrEqual(8);
    expect(outputs.filter(({ code }) => code === 3).length).toBeGreaterThanOrEqual(10);
  });

  it.each(guises.map((guise, at) => [at, guise] as const))('is in no output, in no guise (%d)', (_, guise) => {
    for (const { stdout, stderr } of outputs) {
      expect(stdout.includes(guise)).toBe(false);
      expect(stderr.includes(guise)).toBe(false);
    }
  });

  it.each(guises.map((guise, at) => [at, guise] as const))(
    'is in no file that is kept, in no guise (%d)',
    (_, guise) => {
      expect(written().some((file) => file.endsWith('state.db'))).toBe(true);
      expect(written().some((file) => file.endsWith('report.html'))).toBe(true);
      for (const file of written()) expect([file, readFileSync(file).includes(guise)]).toEqual([file, false]);
    },
  );

  it('is in no dump of the settings that name it', () => {
    const settings = parseSettings(
      JSON.stringify({ sources: [{ pulumi: { organization: 'acme', token: 'env:PULUMI_ACCESS_TOKEN' } }] }),
      'tokenwatch.json',
    );
    expect(inspect(settings, { depth: 20 }) + JSON.stringify(settings)).not.toContain(token);
  });
});

describe('what is kept on a laptop', () => {
  it('is for the user’s eyes alone', () => {
    for (const file of written()) expect([file, (statSync(file).mode & 0o077).toString(8)]).toEqual([file, '0']);
  });
});
