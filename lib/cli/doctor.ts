import type { Command } from 'commander';
import { type Check, checkJson, doctorText } from '../report/doctor-text.ts';
import { checkAllowances } from './allow-checks.ts';
import { checkNode, checkOwners, checkSource, checkState } from './checks.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { collected } from './options.ts';
import { checkPromises } from './promise-checks.ts';
import { screenOf } from './screen.ts';
import { checkShellHistory, checkToken, checkWebhook } from './secret-checks.ts';
import { type Chosen, chooseSettings, type SettingsFlags, settingsFileDefault } from './settings.ts';
import { stateFileHelp, statePlace } from './state-file.ts';
import type { World } from './world.ts';

/** `doctor`: can this watch work, and if not, what is to be done. Changes nothing and shows no secret. */

type Flags = Pick<SettingsFlags, 'settings' | 'organization' | 'baseUrl' | 'state' | 'mmdb'> & { readonly json?: true };

export const addDoctor = (program: Command, world: World, done: (code: ExitCode) => void): void => {
  program
    .command('doctor')
    .summary('check settings, secrets, permissions, state, clock and lag, and say what to fix')
    .description(
      'Checks whether a watch can work: settings, secrets, what the token may do, the plan, clock, state and lag. ' +
        'Each check says what to do when it is not well. Nothing is changed, and no secret is shown.',
    )
    .option('--organization <name>', 'Pulumi Cloud organization to check; its token is read from PULUMI_ACCESS_TOKEN')
    .option('--settings <file>', `settings file (default: ${settingsFileDefault} in this folder, where there is one)`)
    .option('--base-url <url>', 'address of a self-hosted Pulumi Cloud API (default: https://api.pulumi.com)')
    .option('--state <file>', `state file (default: ${stateFileHelp})`)
    .option('--mmdb <file>', 'MMDB file that says who owns an address; may be given several times', collected)
    .option('--json', 'print one check per line as JSON')
    .addHelpText(
      'after',
      `
Examples:
  tokenwatch doctor
  PULUMI_ACCESS_TOKEN=... tokenwatch doctor --organization acme
  tokenwatch doctor --json | jq 'select(.outcome != "ok")'
${exitCodesHelp}
Warnings do not change the exit code; a failed check makes it 3.`,
    )
    .action(async (flags: Flags) => done(await runDoctor(flags, world)));
};

const runDoctor = async (flags: Flags, world: World): Promise<ExitCode> => {
  const screen = screenOf(world, { isJson: false });
  const chosen = chooseSettings(flags, world);
  const checks = await allChecks(chosen, flags, world, (name) => screen.status(`Checking ${name}`));
  screen.status(undefined);
  const lines =
    flags.json === true ? checks.map(checkJson) : doctorText(checks, { width: screen.width, colour: screen.hasColour });
  await screen.result(`${lines.join('\n')}\n`);
  return checks.some(({ outcome }) => outcome === 'failed') ? exitCodes.couldNot : exitCodes.nothingFound;
};

const allChecks = async (
  chosen: Chosen | undefined,
  flags: Flags,
  world: World,
  onCheck: (name: string) => void,
): Promise<readonly Check[]> => {
  const settings = chosen?.settings;
  const stateNamed = settings?.statePath ?? flags.state;
  const checks: Check[] = [checkNode(world), settingsCheck(chosen), ...(await checkShellHistory(world))];
  onCheck('the ownership table');
  const mmdbPaths = settings?.mmdbPaths ?? flags.mmdb ?? [];
  const owners = await checkOwners(mmdbPaths, world);
  const hasOwners = owners.every(({ outcome }) => outcome === 'ok');
  checks.push(...owners, ...checkAllowances(settings?.allow ?? [], { nowMs: world.clock.nowMs(), hasOwners }));
  onCheck('the state');
  const file = statePlace(stateNamed, world);
  checks.push(...(await checkState({ file, settings, clock: world.clock })));
  onCheck('the alert budget');
  checks.push(...(await checkPromises({ file, settings, mmdbPaths, world })));
  for (const source of settings?.sources ?? []) {
    onCheck(source.name);
    const secret = await checkToken(source, world);
    checks.push(...secret);
    if (secret.every(({ outcome }) => outcome !== 'failed')) checks.push(...(await checkSource(source, world)));
  }
  if (settings !== undefined) {
    onCheck('Slack');
    checks.push(...(await checkWebhook(settings, world)));
  }
  return checks;
};

const settingsCheck = (chosen: Chosen | undefined): Check =>
  chosen === undefined
    ? {
        name: 'settings',
        outcome: 'warning',
        detail: `Nothing says what to watch: there is no ./${settingsFileDefault}, and no --organization was given.`,
        fix: `Give --organization NAME with PULUMI_ACCESS_TOKEN set, or write ${settingsFileDefault}: { "sources": [{ "pulumi": { "organization": "NAME" } }] }`,
      }
    : {
        name: 'settings',
        outcome: 'ok',
        detail: `From ${chosen.from}: ${chosen.settings.sources.map(({ name }) => name).join(', ')}.`,
      };
