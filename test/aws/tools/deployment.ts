import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './clients.ts';
import { account, type EmulatedAws, region } from './ministack.ts';
import { finish } from './process.ts';

/** `cdk synth`, `cdk bootstrap` and `cdk deploy` as an operator runs them, into the emulated AWS. */

const projectFolder = join(import.meta.dirname, '../../..');

/** Known to CloudFormation and not to the emulator; none of them takes part in what is tested. */
const notEmulated = new Set(['AWS::Logs::QueryDefinition']);

export type Resource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
};
type Template = { readonly Resources: Record<string, Resource & { readonly DependsOn?: string | readonly string[] }> };

export type Assembly = {
  /** `cdk.out` */
  readonly folder: string;
  readonly stack: string;
  readonly resources: Readonly<Record<string, Resource>>;
};

/** Makes the cloud assembly from a settings file, with cdk-nag looking on. */
export const synthesize = async (settingsFile: string, folder: string): Promise<Assembly> => {
  rmSync(folder, { recursive: true, force: true });
  await cdk(['synth', '--quiet', '--output', folder, '--context', `settings=${settingsFile}`], {
    PATH: process.env.PATH ?? '',
    HOME: folder,
  });
  return readAssembly(folder);
};

const readAssembly = (folder: string): Assembly => {
  const file = readdirSync(folder).find((name) => name.endsWith('.template.json'));
  if (file === undefined) throw new Error(`${folder} holds no template`);
  const { Resources: resources } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Template;
  return { folder, stack: file.slice(0, -'.template.json'.length), resources };
};

/** The unpacked assets of a function: the code, and the layers in their order. */
export const assetsOf = ({ folder, resources }: Assembly, logicalId: string) => {
  const assetOf = (resource: Resource | undefined): string => {
    const path = resource?.Metadata?.['aws:asset:path'];
    if (typeof path !== 'string' || !existsSync(join(folder, path))) throw new Error(`${logicalId} has no asset`);
    return join(folder, path);
  };
  const layers = (resources[logicalId]?.Properties?.Layers ?? []) as readonly { readonly Ref: string }[];
  return {
    codeFolder: assetOf(resources[logicalId]),
    layerFolders: layers.map(({ Ref }) => assetOf(resources[Ref])),
  };
};

/** `JSON` or `Text`, as the template has it. */
export const logFormatOf = ({ resources }: Assembly, logicalId: string): string => {
  const { LogFormat = 'Text' } = (resources[logicalId]?.Properties?.LoggingConfig ?? {}) as { LogFormat?: string };
  return LogFormat;
};

const cdk = (options: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> =>
  finish({
    command: 'npx',
    options: ['--no-install', 'cdk', ...options],
    environment: { ...environment, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true', CDK_DISABLE_VERSION_CHECK: 'true' },
    folder: projectFolder,
  });

/** Once for an account and region. */
export const bootstrap = async (aws: EmulatedAws, assembly: Assembly, folder: string): Promise<void> => {
  await cdk(['bootstrap', '--app', assembly.folder, `aws://${account}/${region}`], {
    ...aws.environment,
    CDK_HOME: join(folder, 'cdk'),
  });
};

export type DeployedFunction = {
  readonly name: string;
  readonly logicalId: string;
  /** ARN */
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly memoryMb: number;
  readonly timeoutS: number;
};

/** What was deployed; the functions by their logical ids in the template. */
export const deploy = async (
  aws: EmulatedAws,
  assembly: Assembly,
  folder: string,
): Promise<readonly DeployedFunction[]> => {
  leaveOutNotEmulated(assembly);
  await cdk(['deploy', '--app', assembly.folder, '--require-approval', 'never', '--progress', 'events'], {
    ...aws.environment,
    CDK_HOME: join(folder, 'cdk'),
  });
  const listed = await ask(aws, { service: 'lambda', method: 'GET', path: '/2015-03-31/functions/' });
  const { Functions: functions } = JSON.parse(listed.text) as { readonly Functions: readonly FunctionConfiguration[] };
  const ids = Object.entries(assembly.resources).flatMap(([id, { Type }]) =>
    Type === 'AWS::Lambda::Function' ? [id] : [],
  );
  return functions.map(({ FunctionName: name, Role: role, Environment, LoggingConfig, MemorySize, Timeout }) => ({
    name,
    role,
    // The emulator, like AWS, cuts the end off.
    logicalId: ids.find((id) => name.includes(id.slice(0, 30))) ?? '',
    environment: Environment?.Variables ?? {},
    logGroup: LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    memoryMb: MemorySize,
    timeoutS: Timeout,
  }));
};

type FunctionConfiguration = {
  readonly FunctionName: string;
  readonly Role: string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly LoggingConfig?: { readonly LogGroup?: string };
  readonly MemorySize: number;
  readonly Timeout: number;
};

const leaveOutNotEmulated = ({ folder, stack }: Assembly): void => {
  const file = join(folder, `${stack}.template.json`);
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  const left = Object.entries(template.Resources).filter(([, { Type }]) => !notEmulated.has(Type));
  writeFileSync(file, JSON.stringify({ ...template, Resources: Object.fromEntries(left) }));
};

/** What an invocation came to: its answer, or the error that Lambda makes of a throw. */
export type Invoked = { readonly payload: unknown; readonly error: string | undefined };

export const invoke = async (
  aws: Pick<EmulatedAws, 'gateway'>,
  { name }: DeployedFunction,
  event: unknown = {},
): Promise<Invoked> => {
  const path = `/2015-03-31/functions/${name}/invocations`;
  const { status, headers, text } = await ask(aws, {
    service: 'lambda',
    method: 'POST',
    path,
    body: JSON.stringify(event),
  });
  const isFailed = status !== 200 || headers.has('x-amz-function-error');
  return { payload: text === '' ? undefined : JSON.parse(text), error: isFailed ? text : undefined };
};
