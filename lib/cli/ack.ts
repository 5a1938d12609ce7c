import type { Command } from 'commander';
import { acknowledgementsIn, answer, idsMeant, withdraw } from '../app/acknowledge.ts';
import type { StateStore } from '../app/ports.ts';
import { acknowledgedMsMax, acknowledgementsMax, allowancesOf, isInForce } from '../core/acknowledgement.ts';
import { msPerDay } from '../core/time.ts';
import {
  acknowledgedText,
  acknowledgementJson,
  acknowledgementTable,
  noteColumnsMax,
} from '../report/acknowledgement-text.ts';
import { answersCommand, namePlaceholder, type Place } from '../report/commands.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { listed } from '../report/words.ts';
import { openState } from '../wiring.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { CannotDoError, UsageError } from './failure.ts';
import { timeGiven } from './investigate-time.ts';
import { programOf } from './place.ts';
import { screenOf } from './screen.ts';
import { existingState, settingsHelp, stateFileHelp } from './state-file.ts';
import { theAlert } from './the-alert.ts';
import type { World } from './world.ts';

/** `ack ALERT`: it was us, until when, and who says so. */

type Flags = {
  readonly until?: string;
  readonly by?: string;
  readonly note?: string;
  readonly withdraw?: true;
  readonly state?: string;
  readonly settings?: string;
  readonly json?: true;
};

export const addAck = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('ack')
    .summary('answer an alert with “that was us”, for a time')
    .description(
      'Says that what an alert showed was yours. What it showed (that network, that hour, that volume, that action) is ' +
        'then not told again of that token or user until the date you give; anything else still is. Who said so, and ' +
        'when, is kept and shown in later alerts. "tokenwatch ack list" shows all of them.',
    )
    .argument('<alert>', 'id of the alert, at the end of its text, or its beginning; or "list"')
    .option(
      '--until <time>',
      'until when: a day such as 2026-10-05, a time, or days from now such as 30d; at most 90 days',
    )
    .option('--by <name>', 'who says so')
    .option('--note <text>', 'why, for whoever reads a later alert')
    .option('--withdraw', 'take an earlier answer back, from now on')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .option('--settings <file>', settingsHelp)
    .option('--json', 'with list: print one per line as JSON')
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch ack 2026-03-14-0123456789ab --until 30d --by anna --note "moved house"
  tokenwatch ack 2026-03-14-0123456789ab --withdraw
  tokenwatch ack list
${exitCodesHelp}`,
    )
    .action(async (alert: string, flags: Flags) => done(await runAck(alert.trim(), flags, world)));
};

const runAck = async (words: string, flags: Flags, world: World): Promise<ExitCode> => {
  const given = words === 'list' || flags.withdraw === true ? undefined : answerOf(flags, world.clock.nowMs());
  const file = existingState(flags, world);
  const place = { program: programOf(world), state: file };
  const state = await openState(file);
  const screen = screenOf(world, { isJson: flags.json === true });
  try {
    if (words === 'list') {
      await screen.result(await listText(state, { flags, width: screen.width, nowMs: world.clock.nowMs() }));
    } else if (given === undefined) {
      await screen.result(`${await withdrawn(state, words, { place, nowMs: world.clock.nowMs() })}\n`);
    } else {
      await screen.result(`${await answered(state, words, { given, place })}\n`);
    }
    return exitCodes.nothingFound;
  } finally {
    await state.close();
    await screen.settled();
  }
};

type Given = {
  readonly by: string;
  readonly note: string | undefined;
  readonly atMs: number;
  readonly untilMs: number;
};

const nameCharsMax = 80;

/** Throws `UsageError`. */
const answerOf = ({ until, by, note }: Flags, nowMs: number): Given => {
  if (until === undefined)
    throw new UsageError('Say until when, such as --until 2026-10-05 or --until 30d: no answer is for ever.');
  if (by === undefined || by.trim() === '')
    throw new UsageError('Say who says so: --by NAME. It is shown in later alerts.');
  if (by.trim() === namePlaceholder)
    throw new UsageError(`--by: write your own name in place of ${namePlaceholder}. It is shown in later alerts.`);
  const untilMs = untilGiven(until, nowMs);
  if (untilMs <= nowMs) throw new UsageError(`--until lies in the past: it is ${instantText(nowMs)} now.`);
  if (untilMs - nowMs > acknowledgedMsMax) {
    throw new UsageError(
      `--until is further away than ${acknowledgedMsMax / msPerDay} days. Write ${instantText(nowMs + acknowledgedMsMax)} or earlier; what stays usual is learned by then.`,
    );
  }
  if (by.length > nameCharsMax || (note?.length ?? 0) > noteColumnsMax) {
    throw new UsageError(`--by has ${nameCharsMax} characters at most, and --note ${noteColumnsMax}.`);
  }
  return { by: by.trim(), note: note?.trim() === '' ? undefined : note?.trim(), atMs: nowMs, untilMs };
};

/** Days from now, as alerts propose it, or a day or time. */
const untilGiven = (text: string, nowMs: number): number => {
  const days = /^\+?(\d{1,3})\s?(?:d|days?)$/.exec(text.trim())?.[1];
  return days === undefined ? timeGiven('--until', text).atMs : nowMs + Number(days) * msPerDay;
};

const answered = async (
  state: StateStore,
  words: string,
  { given, place }: { readonly given: Given; readonly place: Place },
): Promise<string> => {
  const alert = await theAlert(state, words);
  const allowances = allowancesOf(alert);
  if (allowances === undefined) {
    throw new UsageError(
      `Alert ${named(alert.id)} states a fact (use of an ended token, a change to the log, a rotation), and that is not made usual by an answer: mend it.`,
    );
  }
  const made = await answer(state, alert, { ...given, allowances });
  if (made === undefined) {
    throw new CannotDoError(
      `${acknowledgementsMax} answers are in force, which is all there may be: withdraw some (${answersCommand(place)}).`,
    );
  }
  return acknowledgedText(made);
};

const withdrawn = async (
  state: StateStore,
  words: string,
  { place, nowMs }: { readonly place: Place; readonly nowMs: number },
): Promise<string> => {
  const inForce = (await acknowledgementsIn(state)).filter(({ acknowledgement }) => isInForce(acknowledgement, nowMs));
  const ids = [...new Set(inForce.map(({ acknowledgement }) => acknowledgement.alertId))];
  const [id, ...more] = idsMeant(words, ids);
  if (id === undefined || more.length > 0) {
    throw new UsageError(
      id === undefined
        ? `No answer to ${named(words)} is in force. See all of them: ${answersCommand(place)}`
        : `${named(words)} may be ${listed([id, ...more].map((each) => named(each)))}: give more of the id.`,
    );
  }
  for (const { source, acknowledgement } of inForce)
    if (acknowledgement.alertId === id) await withdraw(state, { source, alertId: id, atMs: nowMs });
  return `Withdrawn: what alert ${named(id)} showed is judged as before, from now on.`;
};

const listText = async (
  state: StateStore,
  { flags, width, nowMs }: { readonly flags: Flags; readonly width: number; readonly nowMs: number },
): Promise<string> => {
  const all = (await acknowledgementsIn(state)).map(({ acknowledgement }) => acknowledgement);
  if (flags.json === true) return all.map((each) => `${acknowledgementJson(each)}\n`).join('');
  if (all.length === 0) return 'No alert was answered with “that was us” so far.\n';
  return `${acknowledgementTable(all, { width, nowMs }).join('\n')}\n`;
};
