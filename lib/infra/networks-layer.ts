import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { SettingsProblem } from '../config/settings.ts';

export type NetworksFiles = {
  /** The table that comes with tokenwatch. */
  readonly tableFile: string;
  /** The operator's own, asked first and in this order. */
  readonly mmdbFiles: readonly string[];
};

/**
 * Who owns an address, as a layer: `/opt/networks.bin`, and the operator's files as `/opt/mmdb/0.mmdb` and so on. Apart from
 * the code because it is ten times as large and changes twice a year.
 */
export const networksLayer = (scope: Construct, id: string, { tableFile, mmdbFiles }: NetworksFiles): LayerVersion =>
  new LayerVersion(scope, id, {
    description: 'Who owns which addresses',
    compatibleArchitectures: [Architecture.ARM_64],
    compatibleRuntimes: [Runtime.NODEJS_24_X],
    code: Code.fromAsset(dirname(tableFile), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Never asked for: the copy below needs no container.
        image: DockerImage.fromRegistry('scratch'),
        local: {
          tryBundle: (folder) => {
            copyFileSync(tableFile, join(folder, 'networks.bin'));
            if (mmdbFiles.length > 0) mkdirSync(join(folder, 'mmdb'));
            for (const [at, file] of mmdbFiles.entries()) copyFileSync(file, join(folder, 'mmdb', `${at}.mmdb`));
            return true;
          },
        },
      },
    }),
  });

/** What keeps the layer from being made, for people to mend. */
export const networksProblems = ({ tableFile, mmdbFiles }: NetworksFiles): readonly SettingsProblem[] => [
  ...(existsSync(tableFile) ? [] : [{ path: '', text: `dist/${basename(tableFile)} is missing: run npm run build` }]),
  ...mmdbFiles.flatMap((file, at) =>
    existsSync(file) ? [] : [{ path: `networks.mmdb.${at}`, text: 'is no file here: write the path of an MMDB file' }],
  ),
];

/** Functions hold these files in memory. */
export const mmdbMiB = (mmdbFiles: readonly string[]): number =>
  mmdbFiles.reduce((sum, file) => sum + statSync(file).size, 0) / 2 ** 20;
