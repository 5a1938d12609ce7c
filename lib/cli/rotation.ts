import type { Command } from 'commander';
import { instruct } from '../app/instruct.ts';
import { isNamed } from '../core/principal.ts';
import { daysDefault, daysMax, isOngoing } from '../core/watch/watch.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { openState } from '../wiring.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { UsageError } from './failure.ts';
import { collected } from './options.ts';
import { noRotation, type RotationFlags, watchesIn } from './rotation-log.ts';
import { startRotation } from './rotation-start.ts';
import { showRotations } from './rotation-status.ts';
import { screenOf } from './screen.ts';
import { existingState, settingsHelp, stateFileHelp } from './state-file.ts';
import type { World } from './world.ts';

/** `rotation`: a watch over one token's replacement: begin it, see how far it is, end it. */

export const addRotation = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  const rotation = program
    .command('rotation')
    .summary('watch over a token’s replacement: who has moved, who is late, who still uses the old one')
    .description(
      'While a token is being replaced: every use of the old one is told, each of its callers is expected on the new one ' +
        'by its own rhythm and named when it is late, and so is whoever was never there before. "tokenwatch watch" does ' +
        'the watching; a rotation that the log shows by itself is watched without being asked for.',
    );
  withSource(
    rotation
      .command('start')
      .summary('begin to watch over a rotation')
      .description('Learns from the log who uses the old token, and begins to watch.')
      .requiredOption('--old <token>', 'name or id of the token that is replaced')
      .option('--new <token>', 'name or id of its replacement; without it, only the old one is watched')
      .option('--days <n>', `how long to watch (default: ${daysDefault}; at most ${daysMax})`)
      .option('--overlap-days <n>', 'how long those who use the old token may go on doing so untold (default: 0)')
      .option('--stranger <network>', strangerHelp, collected)
      .option(
        '--since <time>',
        'when it was replaced: "2026-10-05 04:10" (UTC) or with a zone (default: now, or when a watch on it began)',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch rotation start --organization acme --old ci-deploy --new ci-deploy-2
  tokenwatch rotation start --organization acme --old ci-deploy --new ci-deploy-2 --overlap-days 7
  tokenwatch rotation start --organization acme --old ci-deploy --stranger AS64501
${exitCodesOfRotation}`,
    )
    .action(async (flags: RotationFlags) => done(await startRotation(flags, world)));
  withSource(
    rotation
      .command('status')
      .summary('who has moved, who is late, who still uses the old token')
      .description('Shows each rotation as a table, as of the last poll, or as of now with --organization or --from.')
      .option('--before-revoking', 'say only whether the old token may be revoked: who still uses it')
      .option('--json', 'print one rotation per line as JSON'),
  )
    .addHelpText('after', exitCodesOfRotation)
    .action(async (flags: RotationFlags) => done(await showRotations(flags, world)));
  rotation
    .command('stop')
    .summary('end a watch before its time')
    .option('--old <token>', 'name or id of the old token, where several rotations are watched')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .option('--settings <file>', settingsHelp)
    .action(async (flags: RotationFlags) => done(await stop(flags, world)));
};

const withSource = (command: Command): Command =>
  command
    .option('--organization <name>', 'Pulumi Cloud organization; its token is read from PULUMI_ACCESS_TOKEN')
    .option('--settings <file>', 'settings file that says what to read and where the state is')
    .option('--base-url <url>', 'address of a self-hosted Pulumi Cloud API (default: https://api.pulumi.com)')
    .option('--from <files...>', 'recorded logs instead of Pulumi Cloud')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected);

const strangerHelp =
  'a caller of the old token that is none of yours, by address, range or AS number; may be given several times';

const exitCodesOfRotation = `
Exit codes:
  0  nobody is late or on the old token     1  somebody is
  2  wrong use                              3  could not do it`;

const stop = async (flags: RotationFlags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: false });
  const state = await openState(existingState(flags, world));
  try {
    const ongoing = (await watchesIn(state, undefined)).filter(isOngoing);
    const meant =
      flags.old === undefined ? ongoing : ongoing.filter(({ old }) => isNamed(old, flags.old?.trim() ?? ''));
    const [only, ...more] = meant;
    if (ongoing.length === 0) throw noRotation();
    if (only === undefined || more.length > 0) {
      const names = ongoing.map(
        ({ old, startedAtMs }) => `  --old ${named(old.name)}  (since ${instantText(startedAtMs)})`,
      );
      throw new UsageError(`Say which rotation to stop watching:\n${names.join('\n')}`);
    }
    await instruct(state, only.source, (instructions) => ({
      ...instructions,
      watches: instructions.watches.filter(({ id }) => id !== only.id),
    }));
    screen.say(`The rotation of ${named(only.old.name)} is not watched any more.`);
    return exitCodes.nothingFound;
  } finally {
    await state.close();
    await screen.settled();
  }
};
