import { type AlertPosts, slackAlerts } from './adapters/alerts/slack.ts';
import { NetworksError } from './adapters/networks/networks-error.ts';
import { type Networks, openNetworks } from './adapters/networks/open.ts';
import { pulumiTokenHint } from './adapters/secrets/environment.ts';
import { openSecrets } from './adapters/secrets/secrets.ts';
import { filterWhenNeeded } from './adapters/sources/cloudwatch-when-needed.ts';
import { FileError } from './adapters/sources/files/file-error.ts';
import { userAgent } from './adapters/sources/http/transport.ts';
import { openVendor as openVendorWith, type SourceWorld, type VendorSource } from './adapters/sources/open.ts';
import { scalrTokenHint } from './adapters/sources/scalr/token.ts';
import { sqliteState } from './adapters/state/sqlite.ts';
import {
  type AuditSource,
  type Receiver,
  SecretError,
  SourceError,
  StateConflict,
  StateError,
  type StateStore,
} from './app/ports.ts';
import type { Secret } from './config/secret.ts';
import type { SecretReference } from './config/secret-reference.ts';
import type { Source } from './config/source-settings.ts';
import { StoredShapeError } from './core/stored.ts';

/**
 * Settings to working parts: the only file that knows every adapter. Doors and commands say what they want, never who
 * provides it.
 */

export { consoleAlerts } from './adapters/alerts/console.ts';
export { webhookTrouble } from './adapters/alerts/slack.ts';
export { fastForwardClock, systemClock } from './adapters/clock.ts';
export type { Networks } from './adapters/networks/open.ts';
export { fileWarning } from './adapters/secrets/file.ts';
export type { Environment, Identity } from './adapters/secrets/secret-store.ts';
export { openSecrets, type Secrets } from './adapters/secrets/secrets.ts';
export { tokensInShellHistory } from './adapters/secrets/shell-history.ts';
export { type Progress, type RecordedLog, readFiles } from './adapters/sources/files/read-files.ts';
export { openPulumi as openSource, type VendorSource } from './adapters/sources/open.ts';
export type { PulumiCloud } from './adapters/sources/pulumi/cloud.ts';
export type { ScalrAccount } from './adapters/sources/scalr/scalr.ts';
export { folderOfStretches } from './adapters/stretches/folder.ts';

export const version = userAgent.slice(userAgent.indexOf('/') + 1);

const inDynamoDb = 'dynamodb:';

/** Whether the state is a deployed monitor's, in a table, and not in a file. */
export const isDeployedState = (place: string): boolean => place.startsWith(inDynamoDb);

/** By the path of a file, or `dynamodb:TABLE`. Throws `StateError` where it cannot be used. AWS's client is loaded only for a table. */
export const openState = async (place: string): Promise<StateStore> => {
  if (!isDeployedState(place)) return sqliteState({ file: place });
  const { dynamodbState } = await import('./adapters/state/dynamodb.ts');
  return dynamodbState({ table: place.slice(inDynamoDb.length) });
};

/** What may be wrong with the look of a source's token. */
export const secretHint = (secret: Secret, kind: Source['kind']): string | undefined =>
  kind === 'scalr' ? scalrTokenHint(secret) : pulumiTokenHint(secret);

/** Throws `SecretError` where our own environment lacks the token; other stores are asked with the first question. */
export const openVendor = (source: Source, world: SourceWorld): VendorSource =>
  openVendorWith(source, { ...world, logs: filterWhenNeeded(world.environment) });

/** The log by itself, without what the vendor's API adds: how far back it reaches is then what it shows. */
export const logOf = (source: VendorSource): AuditSource => ('log' in source ? source.log : source);

/** Alerts to an incoming webhook of Slack, whose address is asked for with the first alert. */
export const openSlack = (
  webhook: SecretReference,
  { environment, clock }: SourceWorld,
  words: AlertPosts,
): Receiver => {
  const secrets = openSecrets({ environment, clock });
  return slackAlerts({ readUrl: (options) => secrets.read(webhook, options), clock, words });
};

/** Who owns an address: the operator's files, else the table that comes with the package, else nothing. */
export const openOwners = (mmdbFiles: readonly string[], tableFile: string): Promise<Networks> =>
  openNetworks({ mmdbFiles, tableFile });

const forOperators = [FileError, NetworksError, SecretError, SourceError, StateConflict, StateError, StoredShapeError];

/** Failures whose message says what happened and what to do; any other is a fault of ours. */
export const isForOperator = (error: unknown): error is Error => forOperators.some((kind) => error instanceof kind);
