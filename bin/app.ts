import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseDeployable } from '../lib/config/deployable.ts';
import { deployedText } from '../lib/config/deployed-settings.ts';
import { nearest } from '../lib/config/nearest.ts';
import { type Settings, SettingsError } from '../lib/config/settings.ts';
import { MonitorStack } from '../lib/infra/monitor-stack.ts';
import { networksProblems } from '../lib/infra/networks-layer.ts';

/** The door for CDK: `npx cdk deploy`, or `npx cdk deploy -c settings=FILE`. */

const networksFile = fileURLToPath(new URL('../dist/networks.bin', import.meta.url));

const main = (): void => {
  const app = new App();
  const named: unknown = app.node.tryGetContext('settings');
  const settings = readSettings(typeof named === 'string' ? named : 'tokenwatch.json');
  // As they were understood, so that no function needs the schema.
  const settingsFile = join(app.outdir, 'settings.json');
  writeFileSync(settingsFile, deployedText(settings));
  const { account, region, stack } = settings.aws;
  warnOfRegion(region);
  new MonitorStack(app, stack, {
    settings,
    settingsFile,
    networksFile,
    env: { ...(account && { account }), ...(region && { region }) },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
};

/** Only a warning: AWS has new regions before its library knows them. */
const warnOfRegion = (region: string | undefined): void => {
  const known = RegionInfo.regions.map(({ name }) => name);
  if (region === undefined || known.includes(region)) return;
  const near = nearest(region, known);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  process.stderr.write(`aws.region: ${region} is none of the regions that are known here.${hint}\n`);
};

const readSettings = (file: string): Settings =>
  parseDeployable(textOf(file), file, (mmdbFiles) => networksProblems({ tableFile: networksFile, mmdbFiles }));

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const text = 'cannot be read: write one as in docs/deploy.md, or name another with -c settings=FILE';
    throw new SettingsError(`${file} is`, [{ path: '', text }], { cause });
  }
};

try {
  main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
