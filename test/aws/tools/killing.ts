import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { DeployedFunction } from './deployment.ts';
import type { Call, Gateway } from './gateway.ts';

/**
 * The death of a function at a chosen moment: the call of AWS at which it is seen gets no answer and does nothing, and the
 * process is killed, as when its machine goes. Resolves to whether that moment came.
 */
export const killedAt = async (
  { gateway, folder }: { readonly gateway: Gateway; readonly folder: string },
  { name }: DeployedFunction,
  isMoment: (call: Call, before: readonly Call[]) => boolean,
  work: () => Promise<unknown>,
): Promise<boolean> => {
  let isKilled = false;
  gateway.forget();
  gateway.watch((call) => {
    if (isKilled || !isMoment(call, gateway.calls().slice(0, -1))) return true;
    isKilled = true;
    for (const pid of processesOf(name, folder)) process.kill(pid, 'SIGKILL');
    return false;
  });
  try {
    await work();
  } finally {
    gateway.watch(undefined);
  }
  return isKilled;
};

/** The emulator gives each function a process, in a folder that is named after it, inside of ours. */
const processesOf = (name: string, folder: string): readonly number[] => {
  const place = join(folder, 'tmp', `ministack-lambda-${name}-`);
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(place))
    .map((line) => Number.parseInt(line, 10));
};
