import { Command, CommanderError } from 'commander';
import { version } from '../wiring.ts';
import { addAck } from './ack.ts';
import { addAlerts } from './alerts.ts';
import { addBaseline } from './baseline.ts';
import { addDoctor } from './doctor.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { exitCodeOf, failureText } from './failure.ts';
import { addInventory } from './inventory.ts';
import { addInvestigate } from './investigate.ts';
import { addReplay } from './replay.ts';
import { addRotation } from './rotation.ts';
import { addWatch } from './watch.ts';
import type { World } from './world.ts';

/**
 * The command line as a function: arguments and a world in, an exit code out. Errors end here: one message on stderr, and
 * the stack only for those who ask.
 */

export const runProgram = async (args: readonly string[], world: World): Promise<ExitCode> => {
  let code: ExitCode = exitCodes.nothingFound;
  const program = programFor(world, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.nothingFound : exitCodes.wrongUse;
    await world.stderr.write(`${failureText(error, { isDebug: isDebug(program, world) })}\n`).catch(() => undefined);
    return exitCodeOf(error);
  }
};

const isDebug = (program: Command, { environment }: World): boolean =>
  program.opts<{ readonly debug?: true }>().debug === true || environment.TOKENWATCH_DEBUG === '1';

const programFor = (world: World, done: (code: ExitCode) => void): Command => {
  const program = new Command('tokenwatch')
    .description(
      'Watches how Pulumi Cloud access tokens are used, learns what is normal for each, and tells you when somebody else ' +
        'uses one. Start with "tokenwatch watch": without settings it shows itself on made-up data.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--debug', 'on errors print where in the program they arose (or set TOKENWATCH_DEBUG=1)')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run it with --help to see how it is used.')
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text).catch(() => undefined),
      writeErr: (text) => void world.stderr.write(text).catch(() => undefined),
      getOutHelpWidth: () => helpColumns(world.stdout.columns),
      getErrHelpWidth: () => helpColumns(world.stderr.columns),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch watch                                                    made-up data, in fast-forward
  PULUMI_ACCESS_TOKEN=... tokenwatch watch --organization acme        your own organization
  tokenwatch replay audit-log.json                                    a log that was exported
${exitCodesHelp}`,
    );
  addWatch(program, world, done);
  addReplay(program, world, done);
  addInvestigate(program, world, done);
  addInventory(program, world, done);
  addRotation(program, world, done);
  addAlerts(program, world, done);
  addAck(program, world, done);
  addBaseline(program, world, done);
  addDoctor(program, world, done);
  return program;
};

const helpColumns = (columns: number | undefined): number => Math.min(120, Math.max(80, columns ?? 100));
