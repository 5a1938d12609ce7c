import { NetworksError } from './adapters/networks/networks-error.ts';
import { type Networks, openNetworks } from './adapters/networks/open.ts';
import { environmentSecret, pulumiTokenHint } from './adapters/secrets/environment.ts';
import type { Environment } from './adapters/secrets/secret-store.ts';
import { openSecrets } from './adapters/secrets/secrets.ts';
import { FileError } from './adapters/sources/files/file-error.ts';
import { type PulumiCloud, pulumiCloud } from './adapters/sources/pulumi/cloud.ts';
import { userAgent } from './adapters/sources/pulumi/transport.ts';
import { sqliteState } from './adapters/state/sqlite.ts';
import { type Clock, SecretError, SourceError, StateConflict, StateError, type StateStore } from './app/ports.ts';
import type { Secret } from './config/secret.ts';
import type { PulumiSource } from './config/source-settings.ts';
import { StoredShapeError } from './core/stored.ts';

/**
 * Settings to working parts: the only file that knows every adapter. Doors and commands say what they want, never who
 * provides it.
 */

export { consoleAlerts } from './adapters/alerts/console.ts';
export { fastForwardClock, systemClock } from './adapters/clock.ts';
export type { Networks } from './adapters/networks/open.ts';
export { fileWarning } from './adapters/secrets/file.ts';
export type { Environment, Identity } from './adapters/secrets/secret-store.ts';
export { openSecrets, type Secrets } from './adapters/secrets/secrets.ts';
export { tokensInShellHistory } from './adapters/secrets/shell-history.ts';
export { type Progress, type RecordedLog, readFiles } from './adapters/sources/files/read-files.ts';
export type { PulumiCloud } from './adapters/sources/pulumi/cloud.ts';
export { folderOfStretches } from './adapters/stretches/folder.ts';

export const version = userAgent.slice(userAgent.indexOf('/') + 1);

/** Throws `StateError` where the file cannot be used. */
export const openState = (file: string): StateStore => sqliteState({ file });

export const secretHint = (secret: Secret): string | undefined => pulumiTokenHint(secret);

/** Throws `SecretError` where our own environment lacks the token; other stores are asked with the first question. */
export const openSource = (
  { organization, token, baseUrl }: PulumiSource,
  { environment, clock }: { readonly environment: Environment; readonly clock: Clock },
): PulumiCloud => {
  if (token.scheme === 'env') environmentSecret(token, environment);
  const secrets = openSecrets({ environment, clock });
  return pulumiCloud({ organization, readToken: (options) => secrets.read(token, options), baseUrl, clock });
};

/** Who owns an address: the operator's files, else the table that comes with the package, else nothing. */
export const openOwners = (mmdbFiles: readonly string[], tableFile: string): Promise<Networks> =>
  openNetworks({ mmdbFiles, tableFile });

const forOperators = [FileError, NetworksError, SecretError, SourceError, StateConflict, StateError, StoredShapeError];

/** Failures whose message says what happened and what to do; any other is a fault of ours. */
export const isForOperator = (error: unknown): error is Error => forOperators.some((kind) => error instanceof kind);
