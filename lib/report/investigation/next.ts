import { changesTokens, isSensitive, kindOf, type SensitiveKind } from '../../core/action.ts';
import type { Investigation, Subject } from '../../core/investigation/investigation.ts';
import { named } from '../safe-text.ts';
import { instantText } from '../times.ts';
import { addressText, listed, principalText } from '../words.ts';
import { missingText } from './verdict-words.ts';

/**
 * What to do next, in order: cut off, undo what was left behind, rotate what was opened, look further, then make sure.
 * Where to click is said only as far as the vendor documents it, and a command holds a name from the log only where that
 * name is as plain as the vendor allows: a log must not write somebody's shell commands.
 */

export type Step = {
  readonly text: string;
  /** To be copied. */
  readonly command?: string;
  readonly link?: string;
};

const namesMax = 5;
/** As vendors allow ids and names of organizations, tokens and stacks; nothing that a shell acts on. */
const plain = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const plainPath = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(\/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}){1,2}$/;

export const nextSteps = (investigation: Investigation): readonly Step[] => {
  const { answer } = investigation.verdict;
  const isUsed = answer === 'used-by-others' || answer === 'probably';
  return [
    ...(answer === 'cannot-tell' ? missingSteps(investigation) : []),
    ...(answer === 'probably' || answer === 'cannot-tell' ? ask(investigation) : []),
    ...investigation.subjects.flatMap((subject) => revoke(subject, investigation)).slice(0, namesMax),
    ...(isUsed ? [...undo(investigation), ...rotate(investigation), ...lookFurther(investigation)] : []),
    ...afterwards(investigation),
  ];
};

const missingSteps = ({ verdict }: Investigation): readonly Step[] =>
  verdict.missing.filter(({ missing }) => missing !== 'answer').map((missing) => ({ text: missingText(missing) }));

const ask = ({ sessions, subjects }: Investigation): readonly Step[] => {
  if (sessions.length === 0) return [];
  // Tokens of the organization act as the organization, which nobody can ask.
  const people = [
    ...new Set(
      subjects.flatMap((subject) =>
        subject.principal.kind === 'user'
          ? [subject.principal.name]
          : subject.users.filter((user) => user !== organizationOf(subject)),
      ),
    ),
  ];
  const whom = people.length === 0 ? 'whoever owns it' : listed(people.slice(0, namesMax).map((user) => named(user)));
  const places = new Map(sessions.toReversed().map((session) => [session.ownerKey, session]));
  const where = [...places.values()]
    .toReversed()
    .map(({ network, startMs }) => `${addressText(network)} on ${instantText(startMs)}`);
  const more = where.length > namesMax ? [`${where.length - namesMax} more`] : [];
  return [{ text: `Ask ${whom} whether this was theirs: ${listed([...where.slice(0, namesMax), ...more])}.` }];
};

const organizationOf = ({ source }: Subject): string => source.slice(source.indexOf(':') + 1);

const revoke = (subject: Subject, { verdict, deeds }: Investigation): readonly Step[] => {
  const { principal, deletedAtMs } = subject;
  const what = principalText(subject);
  if (deletedAtMs !== undefined) {
    const worked = [...deeds.sensitive, ...deeds.others].some(
      ({ atMs, outcome }) => atMs > deletedAtMs && outcome === 'success',
    );
    const after = worked
      ? 'and yet worked afterwards: check that it is gone, and tell the vendor.'
      : 'check that every later attempt was refused.';
    return [{ text: `The ${what} was deleted on ${instantText(deletedAtMs)}${worked ? ' ' : ': '}${after}` }];
  }
  const isUsed = verdict.answer === 'used-by-others' || verdict.answer === 'probably';
  if (principal.kind === 'user') return [secureUser(subject, isUsed)];
  const how = isUsed ? `Revoke the ${what} now.` : `Replace the ${what} all the same: what has leaked stays leaked.`;
  return principal.provider === 'pulumi'
    ? [pulumiRevoke(subject, how)]
    : [{ text: `${how} Do it where it was issued.` }];
};

const personalTokens = 'https://app.pulumi.com/account/tokens';

const secureUser = (subject: Subject, isUsed: boolean): Step => ({
  text: `Secure the account of ${principalText(subject)}${isUsed ? ' now' : ' all the same'}: end its sessions, change password and second factor, delete its personal tokens.`,
  ...(subject.principal.provider === 'pulumi' && { link: personalTokens }),
});

/** Administrators can delete tokens of the organization and its teams, never another member's personal ones. */
const pulumiRevoke = (subject: Subject, how: string): Step => {
  const { principal, users } = subject;
  const organization = organizationOf(subject);
  // Tokens of the organization and of its teams act as the organization; all others act as a person.
  if (users.length > 0 && !users.includes(organization)) {
    return {
      text: `${how} A personal token only its owner can delete; if they cannot be reached, remove them from the organization.`,
      link: personalTokens,
    };
  }
  return {
    text: `${how} As an administrator: Settings > Access Management > Access Tokens. A team's token: the team's page, Access Tokens.${users.length === 0 ? ` A personal token only its owner can delete, at ${personalTokens}.` : ''}`,
    ...(plain.test(organization) &&
      plain.test(principal.id) && {
        command: `curl -X DELETE -H "Authorization: token $PULUMI_ACCESS_TOKEN" https://api.pulumi.com/api/orgs/${organization}/tokens/${principal.id}`,
      }),
  };
};

/** What undoes each kind of deed, or what to fear after it. */
const undoing: Readonly<Record<SensitiveKind, string>> = {
  'log-pipeline': 'Check that the audit log and its export still run: until then nothing further is seen.',
  credentials: 'Revoke every credential that was made in the foreign sessions',
  'members-and-roles': 'Undo the members and roles that were added or raised.',
  'login-controls': 'Undo the changes to single sign-on, trusted issuers and address rules.',
  'code-execution': 'Look at what the code that was started did, and rotate the cloud credentials that it could reach.',
  state: 'Take what is in the exported state as known to the thief, secrets included.',
  secrets: '',
  destruction: 'Compare what was deleted with the last known state, and restore it before the next deployment.',
};

const undo = ({ deeds, followers }: Investigation): readonly Step[] => {
  const done = deeds.sensitive.filter(({ outcome }) => outcome === 'success');
  const kinds = new Set(done.map(({ principal, action }) => kindOf(principal.provider, action)).filter(isSensitive));
  const made = new Set(
    done.flatMap(({ principal, action, target }) =>
      changesTokens(principal.provider, action) === 'created' && target !== undefined ? [target] : [],
    ),
  );
  for (const { principal, isMadeThere } of followers) if (isMadeThere) made.add(principal.name);
  const names = made.size === 0 ? '' : `, first ${listed([...made].slice(0, namesMax).map((name) => named(name)))}`;
  return (Object.keys(undoing) as readonly SensitiveKind[])
    .filter((kind) => kinds.has(kind) && undoing[kind] !== '')
    .map((kind) => ({ text: kind === 'credentials' ? `${undoing[kind]}${names}.` : undoing[kind] }));
};

/** What was opened is known to the thief; what was merely in reach comes after it. */
const rotate = ({ deeds, reach, subjects }: Investigation): readonly Step[] => {
  const opened = new Set(
    [...deeds.sensitive, ...deeds.others].flatMap(({ principal, action, target, outcome }) => {
      const kind = kindOf(principal.provider, action);
      return outcome === 'success' &&
        target !== undefined &&
        (kind === 'secrets' || kind === 'state' || kind === 'deploy')
        ? [target]
        : [];
    }),
  );
  const others = reach.filter(({ target }) => !opened.has(target));
  const steps: Step[] = [];
  if (opened.size > 0) {
    steps.push({
      text: `Rotate the secrets of ${namesOf([...opened])}: they were opened. Cloud credentials come first.`,
      ...historyCommand(deeds, subjects[0]),
    });
  }
  if (others.length > 0) {
    steps.push({ text: `Then those of ${namesOf(others.map(({ target }) => target))}: the token could reach them.` });
  }
  return steps;
};

const namesOf = (names: readonly string[]): string => {
  const shown = names.slice(0, namesMax).map((name) => named(name));
  const more = names.length - shown.length;
  return listed(more > 0 ? [...shown, `${more} more`] : shown);
};

const historyCommand = (
  { sensitive, others }: Investigation['deeds'],
  subject: Subject | undefined,
): Pick<Step, 'command'> => {
  const stack = [...sensitive, ...others].find(
    ({ action, target }) => action.startsWith('stack-') && target !== undefined && plainPath.test(target),
  )?.target;
  if (subject === undefined || stack === undefined || subject.principal.provider !== 'pulumi') return {};
  const organization = organizationOf(subject);
  const isWhole = stack.split('/').length === 3;
  if (!isWhole && !plain.test(organization)) return {};
  return { command: `pulumi stack history --stack ${isWhole ? stack : `${organization}/${stack}`}` };
};

const lookFurther = ({ followers, callers }: Investigation): readonly Step[] => {
  const tokens = followers.filter(({ principal }) => principal.kind === 'token' && plain.test(principal.id));
  const addresses = callers.filter(({ judgement }) => judgement === 'foreign').flatMap((caller) => caller.addresses);
  const [other] = tokens;
  return [
    ...(other === undefined
      ? []
      : [
          {
            text: `Investigate what else was used from there: ${namesOf(followers.map(({ principal }) => principal.name))}.`,
            command: `tokenwatch investigate ${other.principal.id}`,
          },
        ]),
    ...(addresses.length === 0
      ? []
      : [
          {
            text: `Look for ${listed(addresses.slice(0, namesMax).map((address) => named(address)))} in the logs of your cloud accounts and of your source control.`,
          },
        ]),
  ];
};

const afterwards = ({ verdict, subjects }: Investigation): readonly Step[] => {
  const organization = subjects[0] === undefined ? '' : organizationOf(subjects[0]);
  const isPulumi = subjects[0]?.principal.provider === 'pulumi' && plain.test(organization);
  return [
    ...(verdict.answer === 'no-sign'
      ? [{ text: 'Keep in mind what this log cannot show (below): no sign is not a proof.' }]
      : []),
    {
      text: 'Keep watching until every job has moved to the new token and the old one stays silent.',
      ...(isPulumi && { command: `tokenwatch watch --organization ${organization}` }),
    },
  ];
};
