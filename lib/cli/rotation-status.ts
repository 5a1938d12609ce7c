import { usesIn } from '../app/inventory.ts';
import { latenessMs } from '../core/coverage.ts';
import type { Network } from '../core/network.ts';
import { rememberNetworks } from '../core/network.ts';
import { isOngoing, stateOf, type Watch } from '../core/watch/watch.ts';
import { beforeRevokingText, isStillUsed, rotationJson, rotationText } from '../report/rotation-text.ts';
import { openOwners, openState } from '../wiring.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { followLog, noRotation, type OpenedLog, openLog, type RotationFlags, watchesIn } from './rotation-log.ts';
import { type Screen, screenOf } from './screen.ts';
import { existingState } from './state-file.ts';
import type { World } from './world.ts';

/** `rotation status`: as of the last poll, or brought up to now from the log, for showing only. */

export const showRotations = async (flags: RotationFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: flags.json === true });
  const isAsked = flags.from !== undefined || flags.organization !== undefined || flags.settings !== undefined;
  const opened = isAsked ? await openLog(flags, { world, screen }) : undefined;
  try {
    const path = flags.state ?? opened?.statePath;
    const state = await openState(existingState(path, world));
    try {
      const watches = await watchesIn(state, opened?.source);
      if (watches.length === 0) throw noRotation();
      const owners = await openOwners(flags.mmdb ?? [], world.tableFile);
      const networks = rememberNetworks(owners.lookup);
      const throughMs = flags.from === undefined ? world.clock.nowMs() - latenessMs : undefined;
      const shown = [];
      for (const watch of watches)
        shown.push(opened === undefined ? watch : await brought(watch, opened, { networks, throughMs }));
      return await showStatus(shown, { flags, screen });
    } finally {
      await state.close();
    }
  } finally {
    opened?.close();
    await screen.settled();
  }
};

/** For showing only: the monitor keeps its own account. */
const brought = async (
  watch: Watch,
  opened: OpenedLog,
  { networks, throughMs }: { readonly networks: (address: string) => Network; readonly throughMs: number | undefined },
): Promise<Watch> => {
  if (!isOngoing(watch)) return watch;
  if (throughMs !== undefined) return followLog(watch, opened, { networks, throughMs });
  const { lastEventMs } = await usesIn(opened.log, { networks });
  return followLog(watch, opened, { networks, throughMs: (lastEventMs ?? 0) + 1 });
};

const showStatus = async (
  watches: readonly Watch[],
  { flags, screen }: { readonly flags: RotationFlags; readonly screen: Screen },
): Promise<ExitCode> => {
  const { width, hasColour: colour } = screen;
  const shown = flags.beforeRevoking === true ? watches.filter(isOngoing) : watches;
  if (shown.length === 0) throw noRotation();
  const text = (watch: Watch): string => {
    if (flags.json === true) return rotationJson(watch);
    const lines = flags.beforeRevoking === true ? beforeRevokingText : rotationText;
    return lines(watch, { width, colour }).join('\n');
  };
  await screen.result(`${shown.map(text).join(flags.json === true ? '\n' : '\n\n')}\n`);
  const isOpen = (watch: Watch): boolean =>
    flags.beforeRevoking === true
      ? isStillUsed(watch) || watch.callers.some((each) => stateOf(each, watch.seenThroughMs) === 'waiting')
      : watch.strangers.length > 0 ||
        watch.callers.some((each) => ['late', 'still on old'].includes(stateOf(each, watch.seenThroughMs)));
  return shown.some(isOpen) ? exitCodes.somethingFound : exitCodes.nothingFound;
};
