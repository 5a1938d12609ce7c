import { secretReferenceText } from '../config/secret-reference.ts';
import type { Source } from '../config/source-settings.ts';
import type { Check } from '../report/doctor-text.ts';
import { named } from '../report/safe-text.ts';
import { counted } from '../report/words.ts';
import { fileWarning, openSecrets, secretHint, tokensInShellHistory } from '../wiring.ts';
import { ok, orFailed, warning } from './check-outcome.ts';
import type { World } from './world.ts';

/**
 * The checks of `doctor` about secrets: whether each can be read, who the store takes us for, and whether one lies where
 * it should not. What is said of a secret is where it is and what it looks like, never any part of it.
 */

/** Asks the store itself. A login that cannot be told does no harm when the secret was read, and else says nothing new. */
export const checkSecret = async (source: Source, world: World): Promise<readonly Check[]> => {
  const { environment, clock } = world;
  const { token: reference } = source;
  // A Scalr account can be watched without: the checks of its access say what is missed then.
  if (reference === undefined) return [];
  const secrets = openSecrets({ environment, clock });
  const where = secretReferenceText(reference);
  const name = `${named(source.name)} secret`;
  const read = await orFailed(name, fixes[reference.scheme], async () => {
    const hint = secretHint(await secrets.read(reference, { fresh: true }), source.kind);
    const careless = reference.scheme === 'file' ? await fileWarning(reference) : undefined;
    return [
      hint === undefined
        ? ok(name, `${where} holds one.`)
        : warning(name, `${where} holds one. ${hint}`, 'If it is refused, copy the token again.'),
      ...(careless === undefined
        ? []
        : [warning(`${name} file`, careless, 'Give it to the user of tokenwatch alone: chmod 400.')]),
    ];
  });
  const login = `${named(source.name)} secret store`;
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
export const checkShellHistory = async ({ homeFolder }: World): Promise<readonly Check[]> => {
  const found = await tokensInShellHistory(homeFolder);
  if (found.length === 0) return [];
  const where = found.map(({ file, lines }) => `${counted(lines, 'line')} of ${file}`).join(', ');
  return [
    warning(
      'shell history',
      `Something that looks like an access token stands in ${where}.`,
      'Revoke that token, remove the lines, and let the shell read tokens from a file or a secret store.',
    ),
  ];
};
