import { usesIn } from '../app/inventory.ts';
import { latenessMs } from '../core/coverage.ts';
import type { Network } from '../core/network.ts';
import { rememberNetworks } from '../core/network.ts';
import { beforeRevoking, strangersAfterDeletion, strangersOnOld } from '../core/watch/before-revoking.ts';
import { isOngoing, stateOf, type Watch } from '../core/watch/watch.ts';
import type { Place } from '../report/commands.ts';
import { beforeRevokingText } from '../report/rotation-revoking-text.ts';
import { rotationJson, rotationText } from '../report/rotation-text.ts';
import { openOwners, openState } from '../wiring.ts';
import type { CallersLog } from './callers-log.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { placeAt, placeReading } from './place.ts';
import { followLog, noRotation, openLog, type RotationFlags, watchesIn } from './rotation-log.ts';
import { type Screen, screenOf } from './screen.ts';
import { existingState } from './state-file.ts';
import type { World } from './world.ts';

/** `rotation status`: as of the last poll, or brought up to now from the log, for showing only. */

export const showRotations = async (flags: RotationFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: flags.json === true });
  const isAsked = flags.from !== undefined || flags.organization !== undefined || flags.settings !== undefined;
  const file = existingState(flags, world);
  const opened = isAsked ? await openLog(flags, { world, screen }) : undefined;
  try {
    const state = await openState(file);
    try {
      const watches = await watchesIn(state, opened?.source);
      if (watches.length === 0) throw noRotation();
      const owners = await openOwners(flags.mmdb ?? [], world.tableFile);
      const networks = rememberNetworks(owners.lookup);
      // A recorded log ends where it ends: of the time after, nothing is known.
      const logEndsMs =
        flags.from === undefined || opened === undefined
          ? undefined
          : (await usesIn(opened.log, { networks })).lastEventMs;
      const throughMs = flags.from === undefined ? world.clock.nowMs() - latenessMs : (logEndsMs ?? 0) + 1;
      const shown = [];
      for (const watch of watches)
        shown.push(opened === undefined ? watch : await brought(watch, opened, { networks, throughMs }));
      const place = opened === undefined ? placeAt(file, world) : placeReading(file, opened.source, flags, world);
      return await showStatus(shown, { flags, screen, place, logEndsMs });
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
  opened: CallersLog,
  { networks, throughMs }: { readonly networks: (address: string) => Network; readonly throughMs: number },
): Promise<Watch> => (isOngoing(watch) ? followLog(watch, opened, { networks, throughMs }) : watch);

type Showing = {
  readonly flags: RotationFlags;
  readonly screen: Screen;
  readonly place: Place;
  readonly logEndsMs: number | undefined;
};

const showStatus = async (
  watches: readonly Watch[],
  { flags, screen, place, logEndsMs }: Showing,
): Promise<ExitCode> => {
  const { width, hasColour: colour } = screen;
  const ongoing = watches.filter(isOngoing);
  // One that has ended still knows more than nothing, and its answer says until when it looked.
  const shown = flags.beforeRevoking === true && ongoing.length > 0 ? ongoing : watches;
  if (shown.length === 0) throw noRotation();
  const text = (watch: Watch): string => {
    if (flags.json === true) return rotationJson(watch);
    const lines =
      flags.beforeRevoking === true
        ? beforeRevokingText(watch, { width, place, logEndsMs })
        : rotationText(watch, { width, colour, logEndsMs });
    return lines.join('\n');
  };
  await screen.result(`${shown.map(text).join(flags.json === true ? '\n' : '\n\n')}\n`);
  const isOpen = flags.beforeRevoking === true ? mayNotBeLeft : isUnfinished;
  return shown.some(isOpen) ? exitCodes.somethingFound : exitCodes.nothingFound;
};

/** Somebody uses it, or may, or it is in foreign hands. */
const mayNotBeLeft = (watch: Watch): boolean => {
  const { verdict, users } = beforeRevoking(watch);
  return verdict === 'deleted' ? users.length + strangersAfterDeletion(watch).length > 0 : verdict !== 'unused';
};

const isUnfinished = (watch: Watch): boolean =>
  watch.strangers.length + strangersOnOld(watch).length + strangersAfterDeletion(watch).length > 0 ||
  watch.callers.some((each) => ['late', 'still on old'].includes(stateOf(each, watch)));
