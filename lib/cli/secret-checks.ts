import type { Secret } from '../config/secret.ts';
import { type SecretReference, secretReferenceText } from '../config/secret-reference.ts';
import type { Settings } from '../config/settings.ts';
import type { Source } from '../config/source-settings.ts';
import type { Check } from '../report/doctor-text.ts';
import { named } from '../report/safe-text.ts';
import { counted } from '../report/words.ts';
import { fileWarning, openSecrets, secretHint, tokensInShellHistory, webhookTrouble } from '../wiring.ts';
import { failed, ok, orFailed, warning } from './check-outcome.ts';
import type { World } from './world.ts';

/**
 * The checks of `doctor` about secrets: whether each can be read, who the store takes us for, and whether one lies where
 * it should not. What is said of a secret is where it is and what it looks like, never any part of it.
 */

export const checkToken = (source: Source, world: World): Promise<readonly Check[]> =>
  // A Scalr account can be watched without: the checks of its access say what is missed then.
  checkSecret(source.token, world, {
    of: named(source.name),
    look: (secret, { name, where }) => {
      const hint = secretHint(secret, source.kind);
      return hint === undefined
        ? ok(name, `${where} holds one.`)
        : warning(name, `${where} holds one. ${hint}`, 'If it is refused, copy the token again.');
    },
  });

/** Only looked at: whatever is sent to it is said in a channel. */
export const checkWebhook = ({ alerts }: Pick<Settings, 'alerts'>, world: World): Promise<readonly Check[]> =>
  checkSecret(alerts.slack, world, {
    of: 'slack',
    look: (secret, { name, where }) => {
      const trouble = webhookTrouble(secret);
      return trouble === undefined
        ? ok(name, `${where} holds the address of a webhook. Nothing was sent to it.`)
        : failed(name, `${where}: ${trouble}`, 'Until then no alert is told in Slack.');
    },
  });

type Expected = {
  /** Whose secret it is, as its checks begin. */
  readonly of: string;
  readonly look: (secret: Secret, told: { readonly name: string; readonly where: string }) => Check;
};

/** Asks the store itself. A login that cannot be told does no harm when the secret was read, and else says nothing new. */
const checkSecret = async (
  reference: SecretReference | undefined,
  { environment, clock }: World,
  { of, look }: Expected,
): Promise<readonly Check[]> => {
  if (reference === undefined) return [];
  const secrets = openSecrets({ environment, clock });
  const where = secretReferenceText(reference);
  const name = `${of} secret`;
  const read = await orFailed(name, fixes[reference.scheme], async () => {
    const looked = look(await secrets.read(reference, { fresh: true }), { name, where });
    const careless = reference.scheme === 'file' ? await fileWarning(reference) : undefined;
    return [
      looked,
      ...(careless === undefined
        ? []
        : [warning(`${name} file`, careless, 'Give it to the user of tokenwatch alone: chmod 400.')]),
    ];
  });
  const login = `${of} secret store`;
  const identity = await orFailed(login, fixes[reference.scheme], async () => {
    const self = await secrets.whoAmI(reference);
    if (self === undefined) return [];
    const detail = [`Logged in as ${self.name}.`, self.detail].filter((part) => part !== undefined).join(' ');
    return [self.tooMuch === undefined ? ok(login, detail) : warning(login, detail, self.tooMuch)];
  });
  const isRead = read.every(({ outcome }) => outcome !== 'failed');
  return [
    ...read,
    ...identity.flatMap((check): readonly Check[] => {
      if (check.outcome !== 'failed') return [check];
      return isRead ? [warning(check.name, check.detail, check.fix)] : [];
    }),
  ];
};

const fixes = {
  env: 'Set it where tokenwatch is started.',
  file: 'Mount the secret there, or write where it is.',
  'aws-sm': 'See the message; docs/secrets.md has the smallest policy that works.',
  vault: 'See the message; docs/secrets.md has the smallest policy that works.',
  conjur: 'See the message; docs/secrets.md has the smallest policy that works.',
} as const;

/** Settings files are refused by their own check when one holds a token; shells keep theirs unasked. */
export const checkShellHistory = async ({ homeFolder, environment }: World): Promise<readonly Check[]> => {
  const found = await tokensInShellHistory(homeFolder, environment);
  if (found.length === 0) return [];
  const where = found.map(({ file, lines }) => `${counted(lines, 'line')} of ${file}`).join(', ');
  return [
    warning(
      'shell history',
      `Something that looks like an access token or a webhook stands in ${where}.`,
      'Revoke it, remove the lines, and let the shell read secrets from a file or a secret store.',
    ),
  ];
};
