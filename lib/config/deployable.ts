import { isReachableFromLambda } from './secret-reference.ts';
import { type Settings, SettingsError, type SettingsProblem } from './settings.ts';
import type { ScalrSource } from './source-settings.ts';

/**
 * Settings that work on a laptop may not work in AWS: a function has no shell whose variables it could read, and nobody
 * looks at its screen. Told at synth, all together, before anything is deployed.
 */

/** The settings themselves. Throws `SettingsError` with what is wrong with them, and what else was found. */
export const deployable = (settings: Settings, fileName: string, found: readonly SettingsProblem[] = []): Settings => {
  const problems = [...settings.sources.flatMap(sourceProblems), ...alertProblems(settings), ...found];
  if (problems.length > 0) throw new SettingsError(`${fileName}, for AWS, is`, problems);
  return settings;
};

const unreachable =
  'is on your own machine, where a function in AWS cannot read it: keep it in a store, such as aws-sm:tokenwatch/pulumi#token';

const sourceProblems = (source: Settings['sources'][number], at: number): readonly SettingsProblem[] => {
  const path = `sources.${at}.${source.kind}`;
  const token: readonly SettingsProblem[] =
    source.token === undefined || isReachableFromLambda(source.token)
      ? []
      : [{ path: `${path}.token`, text: unreachable }];
  return [...token, ...(source.kind === 'scalr' ? logProblems(source, path) : [])];
};

const logProblems = ({ eventSource, logGroup }: ScalrSource, path: string): readonly SettingsProblem[] => {
  if (eventSource === undefined && logGroup === undefined) {
    const text =
      'is missing: write the event source name that Scalr shows, such as aws.partner/scalr.com/acme/audit, or the logGroup that somebody else fills';
    return [{ path: `${path}.eventSource`, text }];
  }
  if (eventSource !== undefined && logGroup !== undefined) {
    const text = 'is one log too many: remove it, and the stack makes one for eventSource, or remove eventSource';
    return [{ path: `${path}.logGroup`, text }];
  }
  return [];
};

const alertProblems = ({ alerts: { email, slack } }: Settings): readonly SettingsProblem[] => {
  if (email.length === 0 && slack === undefined)
    return [{ path: 'alerts', text: 'tell nobody: write { "email": ["security@example.com"] }, slack, or both' }];
  return slack === undefined || isReachableFromLambda(slack) ? [] : [{ path: 'alerts.slack', text: unreachable }];
};
