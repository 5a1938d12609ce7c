import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type ILayerVersion, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Charset, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * One of our functions: a door from `lambdas/` as one file, with a role and a log group of its own. CDK's defaults for both
 * are shared or open: a managed policy that may write into every log group, and logs that are kept for ever.
 */

export type MonitorFunctionProps = {
  /** `lambdas/poll.ts` */
  readonly door: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMiB: number;
  readonly logDays: RetentionDays;
  /** Laid beside the code as `settings.json`. */
  readonly settingsFile: string;
  readonly layers?: readonly ILayerVersion[];
  /** At most this many at once; absent: as many as the account allows. */
  readonly atOnceMax?: number;
  readonly environment?: Readonly<Record<string, string>>;
};

export class MonitorFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: MonitorFunctionProps) {
    super(scope, id);
    this.logs = new LogGroup(this, 'Logs', { retention: props.logDays, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], this.logs.logGroupArn);
    this.function = new NodejsFunction(this, 'Function', {
      entry: `${root}${props.door}`,
      handler: 'handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memoryMiB,
      role: this.role,
      logGroup: this.logs,
      // Errors, time-outs and reports as fields. A line that is JSON already, such as that of a poll's metrics, stays as it is:
      // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html#nodejs-logging-advanced-emf (2026)
      loggingFormat: LoggingFormat.JSON,
      environment: { ...props.environment },
      // Would set a variable that only the SDK before ours heeds.
      awsSdkConnectionReuse: false,
      ...(props.layers && { layers: [...props.layers] }),
      ...(props.atOnceMax !== undefined && { reservedConcurrentExecutions: props.atOnceMax }),
      projectRoot: root,
      depsLockFilePath: `${root}package-lock.json`,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        // The SDK comes along, since the runtime's own changes without a deployment of ours.
        externalModules: [...neverNeeded],
        minify: true,
        // No source maps, which are four times the code: an error's message says what to do, and a map for the rare stack
        // can be made afterwards, because the same commit gives the same bytes.
        sourceMap: false,
        charset: Charset.UTF8,
        // Vendor packages in CommonJS call `require` for Node's own modules; an ES module has none.
        banner:
          "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_from, folder) => [copyCommand(props.settingsFile, `${folder}/settings.json`)],
        },
      },
    });
  }

  /** Lets the function do these things to this one resource. */
  allow(actions: readonly string[], resource: string, conditions: Readonly<Record<string, object>> = {}): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [resource], conditions }),
    );
  }
}

/** Ways to find credentials, each loaded when it is tried: Lambda has them in its environment, which is tried first. */
const neverNeeded = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

const root = fileURLToPath(new URL('../../', import.meta.url));

/** For the shell that bundles: paths are the operator's, and may hold blanks and quotes. */
const copyCommand = (from: string, to: string): string =>
  process.platform === 'win32' ? `copy "${from}" "${to}"` : `cp ${quoted(from)} ${quoted(to)}`;

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
