import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { delimiter, join } from 'node:path';

/**
 * Runs before a bundle outside of AWS and gives it two things that it has there, so that the bundle itself stays exactly
 * as it is deployed: layers at `/opt`, which the emulator unpacks elsewhere and names in `_LAMBDA_LAYERS_DIRS`; and the
 * passing of time, which a test cannot wait for, as an offset in milliseconds in the file that TEST_CLOCK_FILE names.
 */

const layers = (process.env._LAMBDA_LAYERS_DIRS ?? '').split(delimiter).filter((folder) => folder !== '');

const inLayer = (path) => {
  const text = path instanceof URL && path.protocol === 'file:' ? path.pathname : path;
  if (typeof text !== 'string' || !text.startsWith('/opt/')) return path;
  const candidates = layers.map((folder) => join(folder, text.slice('/opt/'.length)));
  return candidates.find((candidate) => exists(candidate)) ?? path;
};

const exists = fs.existsSync;
const byPath = [
  'existsSync',
  'openSync',
  'readFileSync',
  'statSync',
  'accessSync',
  'readdirSync',
  'open',
  'readFile',
  'readdir',
  'stat',
  'access',
];
for (const holder of [fs, fs.promises]) {
  for (const name of byPath) {
    const original = holder[name];
    if (original !== undefined) holder[name] = (path, ...rest) => original(inLayer(path), ...rest);
  }
}
syncBuiltinESMExports();

const clockFile = process.env.TEST_CLOCK_FILE;
if (clockFile !== undefined) {
  const { now } = Date;
  const readFile = fs.readFileSync;
  const shiftedNow = () => now() + Number(readFile(clockFile, 'utf8'));
  globalThis.Date = new Proxy(Date, {
    apply: (target) => new target(shiftedNow()).toString(),
    construct: (target, given, asked) => Reflect.construct(target, given.length === 0 ? [shiftedNow()] : given, asked),
    get: (target, name) => (name === 'now' ? shiftedNow : Reflect.get(target, name)),
  });
}
