import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { start } from './process.ts';
import { pythonWith } from './python.ts';

/**
 * An AWS on this machine: MiniStack, on loopback, with every permission checked (AUTH), behind our gateway. Its faults are
 * worked around here and in `lambda-preload.js`, never in what is deployed.
 */

const ministackVersion = '1.5.33';

/** A Python that has it. */
export const ministackPython = (): Promise<string> => pythonWith('ministack', ministackVersion);

/** Documentation's own account number. */
export const account = '111122223333';
export const region = 'us-east-1';

export type EmulatedAws = {
  readonly gateway: Gateway;
  /** For any client of AWS, and for the CDK: the account's root, at the gateway. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where functions read how far ahead their clock is, for those that run outside of the emulator. */
  readonly clockFile: string;
  /** Moves the clock of all functions ahead of the real one. */
  readonly shiftClock: (aheadMs: number) => void;
  /** What the emulator printed. */
  readonly printed: () => string;
  readonly end: () => Promise<void>;
};

const readyWithinMs = 30_000;

/** `folder`: a new one of the caller's, for whatever the emulator writes. */
export const startAws = async (folder: string): Promise<EmulatedAws> => {
  const command = await ministackPython();
  const port = await freePort();
  const gateway = await openGateway(port);
  const home = join(folder, 'home');
  const temporary = join(folder, 'tmp');
  const clockFile = join(folder, 'clock');
  for (const each of [home, temporary]) mkdirSync(each, { recursive: true });
  setClock(clockFile, 0);
  const credentials = {
    // MiniStack takes an account's number as its root's access key.
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'made-up',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: gateway.url,
    PATH: process.env.PATH ?? '',
    HOME: home,
    TMPDIR: temporary,
  };
  const server = start({
    command,
    options: [join(import.meta.dirname, 'ministack-launcher.py')],
    folder,
    environment: {
      ...credentials,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      MINISTACK_ACCOUNT_ID: account,
      MINISTACK_REGION: region,
      AUTH: 'true',
      // The functions' processes inherit these.
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'lambda-preload.js')}`,
      TEST_CLOCK_FILE: clockFile,
    },
  });
  const end = async (): Promise<void> => {
    await server.end();
    await gateway.close();
  };
  const untilMs = Date.now() + readyWithinMs;
  while (!(await isReady(port))) {
    if (server.hasEnded() || Date.now() > untilMs) {
      await end();
      throw new Error(`MiniStack did not start:\n${server.printed()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    gateway,
    environment: credentials,
    clockFile,
    shiftClock: (aheadMs) => setClock(clockFile, aheadMs),
    printed: server.printed,
    end,
  };
};

/** In one step, since a function may read it at any moment. */
const setClock = (file: string, aheadMs: number): void => {
  writeFileSync(`${file}.new`, String(aheadMs));
  renameSync(`${file}.new`, file);
};

const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/_ministack/ready`)).ok;
  } catch {
    return false;
  }
};
