import { nearest } from '../config/nearest.ts';
import { principalsNamed, principalsOfUser, type Register, type Registered } from '../core/investigation/register.ts';
import { named } from '../report/safe-text.ts';
import { instantText } from '../report/times.ts';
import { counted, listed, principalNouns } from '../report/words.ts';
import { UsageError } from './failure.ts';
import type { Wanted } from './investigate-asked.ts';

/** Whom the words after `investigate` mean, among those in the log. */

const suggestionsMax = 10;
/** The nearest name is looked for among so many; each costs a comparison letter by letter. */
const comparedMax = 5_000;

/** Throws `UsageError` that lists who might be meant. */
export const subjectsMeant = (wanted: Wanted, register: Register): { readonly subjects: readonly Registered[] } => {
  if (register.events === 0) {
    throw new UsageError('There is no event in this log, so nothing can be said. Check that it is the log you mean.');
  }
  const words = 'user' in wanted ? wanted.user : wanted.token;
  const subjects = 'user' in wanted ? principalsOfUser(words, register) : principalsNamed(words, register);
  if (subjects.length === 0) throw unknown(wanted, register);
  if ('token' in wanted && subjects.length > 1) throw ambiguous(words, subjects);
  return { subjects };
};

const unknown = (wanted: Wanted, register: Register): UsageError => {
  const all = [...register.principals.values()];
  const tokens = all.filter(({ principal }) => principal.kind !== 'user');
  const users = all.flatMap(({ principal, users: people }) => (principal.kind === 'user' ? [principal.name] : people));
  const words = 'user' in wanted ? wanted.user : wanted.token;
  const names = [
    ...new Set('user' in wanted ? users : (tokens.length > 0 ? tokens : all).map(({ principal }) => principal.name)),
  ];
  const meant = nearest(words, names.slice(0, comparedMax));
  const some = listed(names.slice(0, suggestionsMax).map((name) => named(name)));
  const more = names.length > suggestionsMax ? ` and ${counted(names.length - suggestionsMax, 'more', 'more')}` : '';
  const span = `from ${instantText(register.firstEventMs ?? 0)} to ${instantText(register.lastEventMs ?? 0)}`;
  const who = 'user' in wanted ? `No user ${named(words)}` : `Nothing called ${named(words)}`;
  return new UsageError(
    `${who} is in this log, ${span}. ${meant === undefined ? `There are: ${some}${more}.` : `Did you mean ${named(meant)}?`}\n` +
      'If it is the right name, it was not used in that time as far as this log shows.',
  );
};

const ambiguous = (words: string, subjects: readonly Registered[]): UsageError => {
  const candidates = subjects
    .slice(0, suggestionsMax)
    .map(
      ({ principal, source, lastAtMs }) =>
        `  ${named(principal.id)}  (${principalNouns[principal.kind]} in ${named(source)}, last used ${instantText(lastAtMs)})`,
    );
  const more = subjects.length > suggestionsMax ? `\n  and ${subjects.length - suggestionsMax} more` : '';
  return new UsageError(`${named(words)} may mean any of these; give the id instead:\n${candidates.join('\n')}${more}`);
};
