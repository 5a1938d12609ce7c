import { changesTokens, isSensitive, kindOf, type SensitiveKind } from '../../core/action.ts';
import type { Follower, Investigation, Subject } from '../../core/investigation/investigation.ts';
import { isoSeconds } from '../../core/time.ts';
import { organizationOf } from '../organization.ts';
import { named } from '../safe-text.ts';
import { instantText } from '../times.ts';
import { addressText, listed, principalText } from '../words.ts';
import { cutOff, plain, type Step } from './cut-off.ts';
import { commandOf, type Origin, unknownOrigin } from './origin.ts';
import { missingText } from './verdict-words.ts';

/**
 * What to do next, in order: cut off, undo what was left behind, rotate what was opened, look further, then make sure.
 * A command holds a name from the log only where that name is as plain as the vendor allows: a log must not write
 * somebody's shell commands.
 */

const namesMax = 5;
const plainPath = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(\/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}){1,2}$/;

export const nextSteps = (investigation: Investigation, origin: Origin = unknownOrigin): readonly Step[] => {
  const { answer } = investigation.verdict;
  const isUsed = answer === 'used-by-others' || answer === 'probably';
  return [
    ...(answer === 'cannot-tell' ? missingSteps(investigation) : []),
    ...(answer === 'probably' || answer === 'cannot-tell' ? ask(investigation) : []),
    ...cutOffAll(investigation, origin),
    ...(answer === 'cannot-tell' ? ifNobodys(investigation) : []),
    ...(isUsed ? [...undo(investigation), ...rotate(investigation), ...lookFurther(investigation, origin)] : []),
    ...afterwards(investigation, origin),
  ];
};

/** Those that were abused come first; of many tokens one knows after some how it is done. */
const cutOffAll = (investigation: Investigation, origin: Origin): readonly Step[] => {
  const { subjects, sessions } = investigation;
  const abused = new Set(sessions.map(({ principalKey }) => principalKey));
  const all = [...subjects].sort((a, b) => Number(abused.has(b.key)) - Number(abused.has(a.key)));
  const others = all.slice(namesMax).map((subject) => principalText(subject));
  return [
    ...all.slice(0, namesMax).flatMap((subject) => cutOff(subject, investigation, origin)),
    ...(others.length === 0 ? [] : [{ text: `And in the same way: ${listed(others)}.` }]),
  ];
};

const missingSteps = ({ verdict }: Investigation): readonly Step[] =>
  verdict.missing.filter(({ missing }) => missing !== 'answer').map((missing) => ({ text: missingText(missing) }));

const ask = ({ sessions, subjects }: Investigation): readonly Step[] => {
  if (sessions.length === 0) return [];
  const people = [...new Set(subjects.flatMap(peopleBehind))];
  const whom = people.length === 0 ? 'whoever owns it' : listed(people.slice(0, namesMax).map((user) => named(user)));
  const places = new Map(sessions.toReversed().map((session) => [session.ownerKey, session]));
  const where = [...places.values()]
    .toReversed()
    .map(({ network, startMs }) => `${addressText(network)} on ${instantText(startMs)}`);
  const more = where.length > namesMax ? [`${where.length - namesMax} more`] : [];
  return [{ text: `Ask ${whom} whether this was theirs: ${listed([...where.slice(0, namesMax), ...more])}.` }];
};

/** As Scalr makes the addresses of service accounts. */
const machineAddress = /@[^@]+\.scalr\.io$/i;

/**
 * Whom one can ask. Tokens of a Pulumi organization act as the organization, those of Scalr's service accounts as these;
 * where the log does not say whose it is, an organization cannot be told from a person.
 */
const peopleBehind = ({ principal, source, users }: Subject): readonly string[] => {
  if (principal.kind === 'user') return [principal.name];
  if (principal.provider === 'scalr') return users.filter((user) => !machineAddress.test(user));
  const organization = organizationOf(source);
  return organization === undefined ? [] : users.filter((user) => user !== organization);
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
  return (Object.keys(undoing) as readonly SensitiveKind[])
    .filter((kind) => kinds.has(kind) && undoing[kind] !== '')
    .map((kind) =>
      kind === 'credentials' && made.size > 0
        ? { text: `${undoing[kind]}: ${namesOf([...made])}.`, ...allOf([...made]) }
        : { text: kind === 'credentials' ? `${undoing[kind]}.` : undoing[kind] },
    );
};

/** What was opened is known to the thief; what was merely in reach comes after it, and has a table of its own. */
const rotate = ({ opened, deeds, reach, subjects }: Investigation): readonly Step[] => {
  const names = opened.map(({ target }) => target);
  const known = new Set(names);
  const others = reach.filter(({ target }) => !known.has(target));
  const steps: Step[] = [];
  if (names.length > 0) {
    steps.push({
      text: `Rotate the secrets of ${namesOf(names)}: they were opened. Cloud credentials come first.`,
      ...allOf(names),
      ...historyCommand(deeds, subjects[0]),
    });
  }
  if (others.length > 0) {
    steps.push({ text: `Then those of ${namesOf(others.map(({ target }) => target))}: the token could reach them.` });
  }
  return steps;
};

/** What is at stake until somebody has answered. */
const ifNobodys = ({ opened }: Investigation): readonly Step[] => {
  const names = opened.map(({ target }) => target);
  if (names.length === 0) return [];
  return [
    {
      text: `If nobody says that it was theirs, rotate the secrets of ${namesOf(names)}: they were opened.`,
      ...allOf(names),
    },
  ];
};

const namesOf = (names: readonly string[]): string => {
  const shown = names.slice(0, namesMax).map((name) => named(name));
  const more = names.length - shown.length;
  return listed(more > 0 ? [...shown, `${more} more`] : shown);
};

const allOf = (names: readonly string[]): Pick<Step, 'names'> => (names.length > namesMax ? { names } : {});

const historyCommand = (
  { sensitive, others }: Investigation['deeds'],
  subject: Subject | undefined,
): Pick<Step, 'command'> => {
  const stack = [...sensitive, ...others].find(
    ({ action, target }) => action.startsWith('stack-') && target !== undefined && plainPath.test(target),
  )?.target;
  if (subject === undefined || stack === undefined || subject.principal.provider !== 'pulumi') return {};
  const organization = organizationOf(subject.source);
  const isWhole = stack.split('/').length === 3;
  if (!isWhole && (organization === undefined || !plain.test(organization))) return {};
  return { command: `pulumi stack history --stack ${isWhole ? stack : `${organization}/${stack}`}` };
};

const lookFurther = ({ followers, callers, leakedAtMs }: Investigation, origin: Origin): readonly Step[] => {
  const addresses = callers.filter(({ judgement }) => judgement === 'foreign').flatMap((caller) => caller.addresses);
  const names = followers.map(({ principal }) => principal.name);
  const other = followers.find(isInvestigable)?.principal;
  const { again } = origin;
  const since = leakedAtMs === undefined ? [] : ['--leaked-at', isoSeconds(leakedAtMs)];
  return [
    ...(names.length === 0
      ? []
      : [
          {
            text: `Investigate what else was used from there: ${namesOf(names)}.`,
            ...allOf(names),
            ...(other !== undefined &&
              again !== undefined && {
                command: commandOf(origin, ['investigate', other.id, ...since, ...again]),
              }),
          },
        ]),
    ...(addresses.length === 0
      ? []
      : [
          {
            text: `Look for ${namesOf(addresses)} in the logs of your cloud accounts and of your source control.`,
            ...allOf(addresses),
          },
        ]),
  ];
};

/** Ids of Scalr hold an e-mail address. */
const plainId = /^[A-Za-z0-9][A-Za-z0-9_.@+/-]{0,199}$/;
const isInvestigable = ({ principal }: Follower): boolean => principal.kind === 'token' && plainId.test(principal.id);

const afterwards = ({ verdict, subjects }: Investigation, origin: Origin): readonly Step[] => {
  const options = origin.watch ?? watchOptions(subjects[0], origin);
  return [
    ...(verdict.answer === 'no-sign'
      ? [{ text: 'Keep in mind what this log cannot show: no sign is not a proof.' }]
      : []),
    {
      text: 'Keep watching until every job has moved to the new token and the old one stays silent.',
      ...(options !== undefined && { command: commandOf(origin, ['watch', ...options]) }),
    },
  ];
};

/** For files. Scalr's log can only be watched with settings that say where it goes. */
const watchOptions = (subject: Subject | undefined, { apiUrls }: Origin): readonly string[] | undefined => {
  if (subject?.principal.provider !== 'pulumi') return undefined;
  const organization = organizationOf(subject.source);
  const url = apiUrls.get('pulumi');
  return organization === undefined || !plain.test(organization)
    ? undefined
    : ['--organization', organization, ...(url === undefined ? [] : ['--base-url', url])];
};
