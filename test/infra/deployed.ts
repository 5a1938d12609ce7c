/**
 * The stack as CloudFormation would get it, and words to ask about it: whose role may do what, which alarm rings when. The
 * functions are not bundled, which takes seconds and concerns no promise made here.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { deployable } from '../../lib/config/deployable.ts';
import { parseSettings } from '../../lib/config/settings.ts';
import { MonitorStack } from '../../lib/infra/monitor-stack.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const settingsFile = `${root}test/fixtures/settings-aws.json`;

type Json = Readonly<Record<string, unknown>>;
export type Resource = { readonly id: string; readonly Type: string; readonly Properties: Json } & Json;

/** The sample settings, changed. */
export const settingsWith = ({ aws, ...change }: Json = {}): string => {
  const sample = JSON.parse(readFileSync(settingsFile, 'utf8'));
  // Without where Vault is, no source could be there.
  const { environment } = sample.aws;
  return JSON.stringify({ ...sample, ...(aws !== undefined && { aws: { environment, ...aws } }), ...change });
};

export const appWith = (
  texts: readonly string[],
  { isValidated = false }: { readonly isValidated?: boolean } = {},
): { readonly app: App; readonly stacks: readonly MonitorStack[] } => {
  const { context } = JSON.parse(readFileSync(`${root}cdk.json`, 'utf8'));
  const app = new App({
    context: { ...context, 'aws:cdk:bundling-stacks': [], 'aws:cdk:enable-path-metadata': true },
    analyticsReporting: false,
    // Takes longer than all else; one test asks for it.
    builtinCloudFormationValidation: isValidated,
  });
  const stacks = texts.map((text) => {
    const settings = deployable(parseSettings(text, 'tokenwatch.json'), 'tokenwatch.json');
    const { stack: name, account, region } = settings.aws;
    const env = { ...(account && { account }), ...(region && { region }) };
    return new MonitorStack(app, name, { settings, settingsFile, networksFile: settingsFile, env });
  });
  return { app, stacks };
};

export type Deployed = {
  readonly resources: readonly Resource[];
  /** Of one kind: `AWS::SQS::Queue`. */
  all(type: string): readonly Resource[];
  /** Whose path in the stack begins so: `Poll-pulumi-acme`. */
  under(path: string, type: string): readonly Resource[];
  one(path: string, type: string): Resource;
  /** What the role under this path may do. */
  statements(path: string): readonly Statement[];
};

export type Statement = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Json | undefined;
};

export const deployed = (change: Json = {}): Deployed => deployedFrom(settingsWith(change));

export const deployedFrom = (text: string): Deployed => {
  const [stack] = appWith([text]).stacks;
  if (stack === undefined) throw new Error('no stack');
  const found = Template.fromStack(stack).toJSON().Resources as Readonly<Record<string, Omit<Resource, 'id'>>>;
  const resources = Object.entries(found).map(([id, resource]) => ({ id, ...resource }) as Resource);
  const all = (type: string) => resources.filter(({ Type }) => Type === type);
  const under = (path: string, type: string) => all(type).filter((resource) => pathOf(resource).startsWith(`${path}/`));
  return {
    resources,
    all,
    under,
    one: (path, type) => {
      const [resource, ...more] = under(path, type);
      if (resource === undefined || more.length > 0) throw new Error(`${path} has ${more.length + 1} of ${type}`);
      return resource;
    },
    statements: (path) => under(path, 'AWS::IAM::Policy').flatMap(statementsOf),
  };
};

/** `Poll-pulumi-acme/Reader/Role/Resource`, without the stack's own name. */
export const pathOf = ({ Metadata }: Resource): string => {
  const path = (Metadata as Json | undefined)?.['aws:cdk:path'];
  return typeof path === 'string' ? path.slice(path.indexOf('/') + 1) : '';
};

export const statementsOf = ({ Properties }: Resource): readonly Statement[] => {
  const { Statement: statements } = Properties.PolicyDocument as { readonly Statement: readonly Json[] };
  return statements.map(({ Action, Resource: resources, Condition }) => ({
    actions: [Action].flat() as string[],
    resources: [resources].flat().map(textOf),
    conditions: Condition as Json | undefined,
  }));
};

/** An expression of CloudFormation as a person would write it: `arn:${AWS::Partition}:...`, `${StateTable.Arn}`. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Json;
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  if (Array.isArray(join)) return (join[1] as readonly unknown[]).map(textOf).join(String(join[0]));
  return JSON.stringify(value);
};
