import type { Command } from 'commander';
import type { StateStore } from '../app/ports.ts';
import type { Alert } from '../core/alert.ts';
import { alertJson } from '../report/alert-json.ts';
import { alertText } from '../report/alert-text.ts';
import { alertCommand, type Place } from '../report/commands.ts';
import { alertList } from '../report/run-text.ts';
import { counted } from '../report/words.ts';
import { openState } from '../wiring.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { timeGiven } from './investigate-time.ts';
import { placeAt } from './place.ts';
import { screenOf } from './screen.ts';
import { existingState, settingsHelp, stateFileHelp } from './state-file.ts';
import { theAlert } from './the-alert.ts';
import type { World } from './world.ts';

/** `alerts`: what was told so far, as a list; one of them whole, as it stands now. */

type Flags = {
  readonly since?: string;
  readonly state?: string;
  readonly settings?: string;
  readonly json?: true;
};

export const addAlerts = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('alerts')
    .summary('what was told so far; one alert whole')
    .description(
      'Lists the alerts that are kept, those of the history that was read at the first start too; with an id, shows that one as it stands now. An alert goes on counting after it was told.',
    )
    .argument('[alert]', 'id of an alert, or the beginning of one')
    .option('--since <time>', 'only alerts opened then or later: a day such as 2026-10-05, or a time')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .option('--settings <file>', settingsHelp)
    .option('--json', 'print one alert per line as JSON')
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch alerts --since 2026-10-01
  tokenwatch alerts 2026-03-14-0123456789ab
  tokenwatch alerts --json | jq 'select(.severity == "critical") | .principal.name'
${exitCodesHelp}`,
    )
    .action(async (alert: string | undefined, flags: Flags) => done(await runAlerts(alert?.trim(), flags, world)));
};

const runAlerts = async (words: string | undefined, flags: Flags, world: World): Promise<ExitCode> => {
  if (words !== undefined && flags.since !== undefined)
    throw new UsageError('Give either the id of an alert or --since: one alert is shown whenever it was opened.');
  const sinceMs = flags.since === undefined ? undefined : timeGiven('--since', flags.since).atMs;
  const file = existingState(flags, world);
  const state = await openState(file);
  const screen = screenOf(world, { isJson: flags.json === true });
  try {
    const alerts = words === undefined ? await alertsIn(state, sinceMs) : [await theAlert(state, words)];
    const look = { width: screen.width, colour: screen.hasColour, zone: world.zone, place: placeAt(file, world) };
    if (flags.json === true) for (const alert of alerts) await screen.result(`${alertJson(alert)}\n`);
    else if (words !== undefined) for (const alert of alerts) await screen.result(alertText(alert, look));
    else await screen.result(listText(alerts, look));
    return alerts.length === 0 ? exitCodes.nothingFound : exitCodes.somethingFound;
  } finally {
    await state.close();
    await screen.settled();
  }
};

/** Of all sources, newest last, where the eye rests. */
const alertsIn = async (state: StateStore, sinceMs: number | undefined): Promise<readonly Alert[]> => {
  const alerts: Alert[] = [];
  for (const source of await state.sources())
    alerts.push(...(await state.alerts(source, sinceMs === undefined ? undefined : { openedAtMs: sinceMs })));
  return alerts.sort((a, b) => a.openedAtMs - b.openedAtMs);
};

const listText = (
  alerts: readonly Alert[],
  look: { readonly width: number; readonly colour: boolean; readonly place: Place },
): string => {
  const last = alerts.at(-1);
  if (last === undefined) return 'No alerts.\n';
  const command = alertCommand(look.place, last.id);
  const how = command === undefined ? '.' : `; the last of them:\n  ${command}`;
  return `${alertList(alerts, look).join('\n')}\n\n${counted(alerts.length, 'alert')}. Each is shown whole by its id${how}\n`;
};
