import { isReachableFromLambda } from './secret-reference.ts';
import { type Settings, SettingsError, type SettingsProblem } from './settings.ts';

/**
 * Settings that work on a laptop may not work in AWS: a function has no shell whose variables it could read, and nobody
 * looks at its screen. Told at synth, all together, before anything is deployed.
 */

/** The settings themselves. Throws `SettingsError`. */
export const deployable = (settings: Settings, fileName: string): Settings => {
  const problems = [...settings.sources.flatMap(sourceProblems), ...alertProblems(settings)];
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
  const log: readonly SettingsProblem[] =
    source.kind === 'scalr' && source.eventSource === undefined && source.logGroup === undefined
      ? [
          {
            path: `${path}.eventSource`,
            text: 'is missing: write the event source name that Scalr shows, such as aws.partner/scalr.com/acme/audit, or the logGroup that somebody else fills',
          },
        ]
      : [];
  return [...token, ...log];
};

const alertProblems = ({ alerts: { email, slack } }: Settings): readonly SettingsProblem[] => {
  if (email.length === 0 && slack === undefined)
    return [{ path: 'alerts', text: 'tell nobody: write { "email": ["security@example.com"] }, slack, or both' }];
  return slack === undefined || isReachableFromLambda(slack) ? [] : [{ path: 'alerts.slack', text: unreachable }];
};
