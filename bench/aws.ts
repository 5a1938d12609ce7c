/**
 * What the deployed stack weighs and costs: the size of its bundles, how long they take to start, and a month's bill from the
 * AWS calls of a counted day. Writes bench/results/aws.md; needs what `npm run test:aws` needs.
 *
 *     npm run bench:aws
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { assetsOf, synthesize } from '../test/aws/tools/deployment.ts';
import { account, region, startAws } from '../test/aws/tools/ministack.ts';
import { progress } from '../test/aws/tools/progress.ts';
import setUp from '../test/aws/tools/set-up.ts';
import { type Day, dayOf } from './aws/day.ts';
import { initsOf } from './aws/init.ts';
import { reportOf } from './aws/report.ts';
import { sizeOf } from './aws/sizes.ts';
import type { Holdings } from './aws/usage.ts';

const sources = ['pulumi:acme', 'scalr:acme'] as const;
const sizes = [20, 200, 2_000];
const resultFile = join(import.meta.dirname, 'results/aws.md');

const settings = {
  sources: [
    { pulumi: { organization: 'acme', token: 'aws-sm:tokenwatch/pulumi#token' } },
    {
      scalr: {
        account: 'acme',
        token: 'aws-sm:tokenwatch/scalr#token',
        eventSource: 'aws.partner/scalr.com/acme/audit',
      },
    },
  ],
  alerts: { email: ['security@example.com'], slack: 'aws-sm:tokenwatch/slack#webhook' },
  aws: { stack: 'tokenwatch', account, region },
};

/** Metrics of each source that a poll writes: LagSeconds, DeadLetters, RejectedCredentials, SilentRatio. */
const metricsPerSource = 4;

await setUp();
const folder = mkdtempSync(join(tmpdir(), 'tokenwatch-bench-'));
const aws = await startAws(folder);
try {
  progress('cdk synth');
  const settingsFile = join(folder, 'tokenwatch.json');
  writeFileSync(settingsFile, JSON.stringify(settings));
  const assembly = await synthesize(settingsFile, join(folder, 'cdk.out'));
  const resources = Object.entries(assembly.resources);
  const count = (type: string): number => resources.filter(([, { Type }]) => Type === type).length;

  const functions = resources
    .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
    .map(([id, { Properties = {} }]) => ({
      name: nameOf(id),
      memoryMb: Number(Properties.MemorySize),
      ...assetsOf(assembly, id),
      environment: {
        ...aws.environment,
        SOURCE: id.includes('scalr') ? sources[1] : sources[0],
        METRICS_NAMESPACE: 'tokenwatch/tokenwatch',
        STATE_TABLE: 'state',
        ARCHIVE_GROUP: 'archive',
        ALERT_TOPIC: `arn:aws:sns:${region}:${account}:alerts`,
        SCALR_LOG_GROUP: '/tokenwatch/scalr/acme',
      },
    }));
  progress('starting each function, and a bare one, eleven times');
  const inits = await initsOf(functions, folder);
  const [load = Number.NaN] = loadavg();

  const days: Day[] = [];
  for (const principals of sizes) {
    progress(`a day of ${principals} principals`);
    days.push(await dayOf(principals, sources, aws));
  }
  const holdings: Holdings = {
    alarms: count('AWS::CloudWatch::Alarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    keys: count('AWS::KMS::Key'),
    metrics: metricsPerSource * sources.length,
    pollerMb: Math.max(...functions.map(({ memoryMb }) => memoryMb)),
  };
  const bundles = functions.map(({ name, codeFolder }) => ({ name, ...sizeOf(codeFolder) }));
  const layer = functions.find(({ layerFolders }) => layerFolders.length > 0)?.layerFolders[0];
  const report = reportOf({
    bundles,
    layer: layer === undefined ? { rawBytes: 0, zippedBytes: 0 } : sizeOf(layer),
    inits,
    days,
    holdings,
    sources: sources.length,
    load,
  });
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(resultFile, report);
  process.stdout.write(report);
} finally {
  await aws.end();
  rmSync(folder, { recursive: true, force: true });
}

/** As an operator knows them. */
function nameOf(id: string): string {
  if (id.includes('Notifier')) return 'notify-slack';
  if (id.includes('Writer')) return 'digest';
  return id.includes('scalr') ? 'poll (Scalr)' : 'poll (Pulumi)';
}
