/**
 * Commands that people copy out of what they read: often at night, in another folder or on another machine than the one
 * that wrote them. Hence each is whole: it names the state, and how to read the log where it needs one. Whoever shows it
 * gives it a line of its own and never breaks that.
 *
 * A log must not write somebody's shell commands: a name out of it stands in a command only where it is as plain as the
 * vendors allow; else there is no command. Paths and addresses are the operator's, and quoted where a shell would part them.
 */

/** What to do: in words, or with a command to copy under them. */
export type Step = string | { readonly text: string; readonly command: string };

export const stepText = (step: Step): string => (typeof step === 'string' ? step : `${step.text}\n${step.command}`);

/** With the command where there is one: a name that is not plain leaves the words alone. */
export const stepWith = (text: string, command: string | undefined, otherwise = text): Step =>
  command === undefined ? otherwise : { text, command };

/** Whence a command is to work. */
export type Place = {
  /** How tokenwatch is started there: `tokenwatch`, `npx tokenwatch`. */
  readonly program: string;
  /** The path of a file, or `dynamodb:TABLE`. Undefined: where tokenwatch looks by itself. */
  readonly state: string | undefined;
  /** For each source the options that read its log, where they are more than its organization's name. */
  readonly logs?: ReadonlyMap<string, readonly string[]>;
};

/** Some place with a state of its own. */
export const anywhere: Place = { program: 'tokenwatch', state: undefined };

/** `--until`: counted from when the command is run, so that it works however old the alert is. */
const untilWords = '30d';
/** Refused by `ack`: who vouches for something signs with their own name. */
export const namePlaceholder = 'YOUR-NAME';
/** Refused by `rotation start`. */
export const newTokenPlaceholder = 'NEW-TOKEN';

export const ackCommand = (place: Place, alertId: string): string | undefined =>
  command(place, ['ack', { name: alertId }, '--until', untilWords, '--by', namePlaceholder]);

/** All answers that were given. */
export const answersCommand = (place: Place): string => commandOf(place, ['ack', 'list']);

export const alertCommand = (place: Place, alertId: string): string | undefined =>
  command(place, ['alerts', { name: alertId }]);

/**
 * `source`: where no monitor runs, whose log is to be asked; without it the answer is as of the last poll. Who still uses the
 * old token may be asked of any place.
 */
export const statusCommand = (
  place: Place,
  { isBeforeRevoking = false, source }: { readonly isBeforeRevoking?: boolean; readonly source?: string } = {},
): string => {
  const words = ['rotation', 'status', ...(isBeforeRevoking ? ['--before-revoking'] : [])];
  const log = source === undefined ? [] : (logWords(place, source) ?? []);
  return command(place, [...words, ...log]) ?? commandOf(place, words);
};

export type Start = {
  readonly source: string;
  readonly old: string;
  readonly replacement: string | undefined;
  /** Whom to take for a stranger. */
  readonly stranger?: string;
};

/** Undefined also where nothing tells how the log is read. */
export const startCommand = (place: Place, { source, old, replacement, stranger }: Start): string | undefined => {
  const log = logWords(place, source);
  return log === undefined
    ? undefined
    : command(place, [
        'rotation',
        'start',
        '--old',
        { name: old },
        ...(replacement === undefined ? [] : ['--new', { name: replacement }]),
        ...(stranger === undefined ? [] : ['--stranger', stranger]),
        ...log,
      ]);
};

/** Of Scalr the settings say where the log is; of any other system nobody does. */
const logWords = ({ logs }: Place, source: string): readonly (string | Foreign)[] | undefined => {
  const known = logs?.get(source);
  if (known !== undefined) return known;
  const [provider, organization] = [source.slice(0, source.indexOf(':')), source.slice(source.indexOf(':') + 1)];
  if (provider === 'pulumi') return ['--organization', { name: organization }];
  return provider === 'scalr' && plain.test(organization) ? ['--organization', source] : undefined;
};

/** What a token may be called in a command: its name, or its id where the name is not plain. */
export const calledPlainly = ({ id, name }: { readonly id: string; readonly name: string }): string =>
  plain.test(name) ? name : id;

/** A word out of a log. */
type Foreign = { readonly name: string };

/** As vendors allow ids and names; nothing that a shell acts on, and no option. */
const plain = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

const command = (place: Place, words: readonly (string | Foreign)[]): string | undefined => {
  const isPlain = words.every((word) => typeof word === 'string' || plain.test(word.name));
  return isPlain
    ? commandOf(
        place,
        words.map((word) => (typeof word === 'string' ? word : word.name)),
      )
    : undefined;
};

const commandOf = ({ program, state }: Place, words: readonly string[]): string =>
  [program, ...[...words, ...(state === undefined ? [] : ['--state', state])].map(quoted)].join(' ');

const bare = /^[\w./:=@%+,-]+$/;
/** Read the same within double quotes by POSIX shells, PowerShell and cmd. */
const calm = /^[^"$`!%\n]*[^"$`!%\n\\]$/;

export const quoted = (word: string): string => {
  if (bare.test(word)) return word;
  return calm.test(word) ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
};
