import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isDeployedState } from '../wiring.ts';
import { CannotDoError } from './failure.ts';
import { chooseSettings, settingsFileDefault } from './settings.ts';
import type { World } from './world.ts';

/**
 * Where state lies unless somebody says otherwise: where each system keeps what a program remembers and a person does
 * not edit. `XDG_STATE_HOME` (XDG Base Directory Specification 0.8) is honoured on all of them.
 */

type Home = Pick<World, 'environment' | 'homeFolder' | 'platform'>;

const stateFolder = ({ environment, homeFolder, platform }: Home): string => {
  const chosen = environment.XDG_STATE_HOME ?? '';
  // The specification has relative paths ignored: they would mean another folder in every folder.
  if (isAbsolute(chosen)) return join(chosen, 'tokenwatch');
  if (platform === 'darwin') return join(homeFolder, 'Library', 'Application Support', 'tokenwatch');
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homeFolder, 'AppData', 'Local'), 'tokenwatch');
  return join(homeFolder, '.local', 'state', 'tokenwatch');
};

export const stateFile = (home: Home): string => join(stateFolder(home), 'state.db');
/** Apart from the real one, so that made-up habits never mix with learned ones. */
export const demoStateFile = (home: Home): string => join(stateFolder(home), 'demo.db');

export const stateFileHelp =
  '$XDG_STATE_HOME/tokenwatch/state.db, else ~/.local/state/tokenwatch/state.db ' +
  '(macOS: ~/Library/Application Support/tokenwatch/state.db; Windows: %LOCALAPPDATA%\\tokenwatch\\state.db); ' +
  'dynamodb:TABLE for the state of a deployed monitor';

/** As commander hands them over. */
export type StateFlags = { readonly state?: string; readonly settings?: string };

/**
 * Where the state is for every command that is run here: the option, else what the settings say (those named, else those
 * in this folder), else its usual place. With the option, settings that cannot be read are in nobody's way.
 */
export const stateMeant = ({ state, settings }: StateFlags, world: World): string => {
  const named = state ?? chooseSettings({ ...(settings !== undefined && { settings }) }, world)?.settings.statePath;
  return statePlace(named, world);
};

/** For commands that read no log. */
export const settingsHelp = `settings file that says where the state is (default: ${settingsFileDefault} in this folder, where there is one)`;

/** Where the state is: a whole path, or `dynamodb:TABLE` of a deployed monitor as it was written. */
export const statePlace = (named: string | undefined, world: World): string => {
  if (named === undefined) return stateFile(world);
  return isDeployedState(named) ? named : resolve(world.cwd, named);
};

/** A table is asked itself, with the first question. */
export const isStateThere = (place: string): boolean => isDeployedState(place) || existsSync(place);

/** The state to look into, which must be there: looking must not make one. */
export const existingState = (flags: StateFlags, world: World): string => {
  const file = stateMeant(flags, world);
  if (isStateThere(file)) return file;
  const demo = demoStateFile(world);
  const hint =
    flags.state === undefined && existsSync(demo)
      ? `Add --state ${demo} to look at the demo's, or run`
      : 'Check the path, or run';
  throw new CannotDoError(
    `There is no state at ${file}: nothing was learned there yet. ${hint} "tokenwatch watch" first.`,
  );
};
