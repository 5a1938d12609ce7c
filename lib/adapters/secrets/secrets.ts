import type { Clock, ReadSecret } from '../../app/ports.ts';
import type { Secret } from '../../config/secret.ts';
import type { SecretReference } from '../../config/secret-reference.ts';
import { awsCredentials } from './aws-identity.ts';
import { awsSecretsManager } from './aws-secrets-manager.ts';
import { conjurSecrets } from './conjur.ts';
import { environmentSecrets } from './environment.ts';
import { fileSecrets } from './file.ts';
import { rememberSecrets } from './remembered.ts';
import type { Environment, Identity } from './secret-store.ts';
import { vaultSecrets } from './vault.ts';

/** Every kind of secret reference, read from its store. Nothing is asked, and nothing of AWS loaded, before it is needed. */

export type Secrets = {
  readonly read: ReadSecret;
  /** Who the store of this reference says we are; undefined where there is no login. Throws `SecretError`. */
  whoAmI(reference: SecretReference): Promise<Identity | undefined>;
};

export const openSecrets = ({
  environment,
  clock,
}: {
  readonly environment: Environment;
  readonly clock: Clock;
}): Secrets => {
  const world = { environment, clock, credentials: awsCredentials(environment) };
  const env = environmentSecrets(environment);
  const aws = awsSecretsManager(world);
  const vault = vaultSecrets(world);
  const conjur = conjurSecrets(world);

  const read = (reference: SecretReference): Promise<Secret> => {
    switch (reference.scheme) {
      case 'env':
        return env.read(reference);
      case 'file':
        return fileSecrets.read(reference);
      case 'aws-sm':
        return aws.read(reference);
      case 'vault':
        return vault.read(reference);
      case 'conjur':
        return conjur.read(reference);
    }
  };
  const stores = { env, file: fileSecrets, 'aws-sm': aws, vault, conjur } as const;
  const remembered = rememberSecrets(read, clock);
  return {
    // Our own environment and files cost nothing to read, and a file may have been replaced a moment ago.
    read: async (reference, options) =>
      reference.scheme === 'env' || reference.scheme === 'file' ? read(reference) : remembered(reference, options),
    whoAmI: ({ scheme }) => stores[scheme].whoAmI(),
  };
};
