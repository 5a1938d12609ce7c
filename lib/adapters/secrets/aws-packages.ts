/**
 * What we use of AWS's own code, in one module that is itself loaded only when it is needed: that takes longer than
 * everything else of a start. Whoever needs it imports this module dynamically and never the packages, because a bundle
 * in parts gives CommonJS packages their names only where they are imported statically.
 */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export { defaultProvider } from '@aws-sdk/credential-provider-node';
export { SignatureV4 } from '@smithy/signature-v4';
