import { NetworksError } from './adapters/networks/networks-error.ts';
import { type Networks, openNetworks } from './adapters/networks/open.ts';
import { type Environment, environmentSecret, pulumiTokenHint, SecretError } from './adapters/secrets/environment.ts';
import { FileError } from './adapters/sources/files/file-error.ts';
import { type PulumiCloud, pulumiCloud } from './adapters/sources/pulumi/cloud.ts';
import { userAgent } from './adapters/sources/pulumi/transport.ts';
import { sqliteState } from './adapters/state/sqlite.ts';
import { type Clock, SourceError, StateConflict, StateError, type StateStore } from './app/ports.ts';
import type { Secret } from './config/secret.ts';
import type { SecretReference } from './config/secret-reference.ts';
import type { PulumiSource } from './config/settings.ts';
import { StoredShapeError } from './core/stored.ts';

/**
 * Settings to working parts: the only file that knows every adapter. Doors and commands say what they want, never who
 * provides it.
 */

export { consoleAlerts } from './adapters/alerts/console.ts';
export { fastForwardClock, systemClock } from './adapters/clock.ts';
export type { Networks } from './adapters/networks/open.ts';
export type { Environment } from './adapters/secrets/environment.ts';
export { type Progress, type RecordedLog, readFiles } from './adapters/sources/files/read-files.ts';
export type { PulumiCloud } from './adapters/sources/pulumi/cloud.ts';
export { folderOfStretches } from './adapters/stretches/folder.ts';

export const version = userAgent.slice(userAgent.indexOf('/') + 1);

/** Throws `StateError` where the file cannot be used. */
export const openState = (file: string): StateStore => sqliteState({ file });

/** Throws `SecretError`. */
export const readSecret = (reference: SecretReference, environment: Environment): Secret =>
  environmentSecret(reference, environment);

export const secretHint = (secret: Secret): string | undefined => pulumiTokenHint(secret);

/** Throws `SecretError`. */
export const openSource = (
  { organization, token, baseUrl }: PulumiSource,
  { environment, clock }: { readonly environment: Environment; readonly clock: Clock },
): PulumiCloud => pulumiCloud({ organization, token: readSecret(token, environment), baseUrl, clock });

/** Who owns an address: the operator's files, else the table that comes with the package, else nothing. */
export const openOwners = (mmdbFiles: readonly string[], tableFile: string): Promise<Networks> =>
  openNetworks({ mmdbFiles, tableFile });

const forOperators = [FileError, NetworksError, SecretError, SourceError, StateConflict, StateError, StoredShapeError];

/** Failures whose message says what happened and what to do; any other is a fault of ours. */
export const isForOperator = (error: unknown): error is Error => forOperators.some((kind) => error instanceof kind);
