/** What a function must be told to find its secret store, and to log in there as its AWS role: it has nothing else. */

export type StoreScheme = 'vault' | 'conjur';

type Needed = { readonly name: string; readonly example: string };

const vault: readonly Needed[] = [
  { name: 'VAULT_ADDR', example: 'https://vault.example.com:8200' },
  { name: 'VAULT_AWS_ROLE', example: 'tokenwatch' },
];

const conjur: readonly Needed[] = [
  { name: 'CONJUR_APPLIANCE_URL', example: 'https://conjur.example.com' },
  { name: 'CONJUR_AUTHENTICATOR_ID', example: 'authn-iam/tokenwatch' },
  { name: 'CONJUR_AUTHN_LOGIN', example: 'host/data/tokenwatch' },
];

/** Those that are missing. */
export const neededBy = (scheme: StoreScheme, environment: Readonly<Record<string, string>>): readonly Needed[] =>
  (scheme === 'vault' ? vault : conjur).filter(({ name }) => (environment[name] ?? '').trim() === '');
