import type { Clock } from '../../app/ports.ts';
import type { PulumiSource, Source } from '../../config/source-settings.ts';
import { environmentSecret } from '../secrets/environment.ts';
import type { Environment } from '../secrets/secret-store.ts';
import { openSecrets } from '../secrets/secrets.ts';
import { type PulumiCloud, pulumiCloud } from './pulumi/cloud.ts';
import { openScalr, type ScalrWorld } from './scalr/open.ts';
import type { ScalrAccount } from './scalr/scalr.ts';

/** A source of the settings, ready to be read; its token is asked for with the first question. */

/** Whichever vendor's: its log, its tokens, and whether it can be watched. */
export type VendorSource = PulumiCloud | ScalrAccount;

export type SourceWorld = { readonly environment: Environment; readonly clock: Clock };

/** Throws `SecretError` where our own environment lacks the token. */
export const openVendor = (source: Source, world: ScalrWorld): VendorSource =>
  source.kind === 'scalr' ? openScalr(source, world) : openPulumi(source, world);

const pulumiToken = 'a Pulumi access token (personal ones are made at https://app.pulumi.com/account/tokens)';

/** Throws `SecretError` as above. */
export const openPulumi = ({ organization, token, baseUrl }: PulumiSource, world: SourceWorld): PulumiCloud => {
  const { environment, clock } = world;
  if (token.scheme === 'env') environmentSecret(token, environment, pulumiToken);
  const secrets = openSecrets({ environment, clock });
  return pulumiCloud({ organization, readToken: (options) => secrets.read(token, options), baseUrl, clock });
};
