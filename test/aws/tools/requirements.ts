import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What the tests against emulated AWS cannot install themselves. A missing one fails the run and says what to install:
 * a proof that skips itself proves nothing.
 */

const run = promisify(execFile);

type Requirement = {
  /** What a person installs. */
  readonly name: string;
  readonly purpose: string;
  readonly debian: string;
  readonly command: string;
  readonly options: readonly string[];
  /** Whether what the command prints is good enough. */
  readonly isEnough: (printed: string) => boolean;
};

const numbersOf = (printed: string, after: RegExp): readonly number[] =>
  (after.exec(printed)?.[1] ?? '0').split('.').map(Number);

const isAtLeast = (found: readonly number[], [major, minor = 0]: readonly [number, number?]): boolean =>
  (found[0] ?? 0) > major || ((found[0] ?? 0) === major && (found[1] ?? 0) >= minor);

const requirements = {
  java: {
    name: 'a Java development kit, 17 or newer',
    purpose: 'runs DynamoDB Local',
    debian: 'openjdk-17-jdk-headless',
    command: 'java',
    options: ['--list-modules'],
    isEnough: (printed) => isAtLeast(numbersOf(printed, /jdk\.compiler@([\d.]+)/), [17]),
  },
  python: {
    name: 'Python 3.10 or newer, with venv',
    purpose: 'runs MiniStack, the emulated AWS',
    debian: 'python3 python3-venv',
    command: 'python3',
    options: ['-c', 'import ensurepip, platform, venv; print("Python", platform.python_version())'],
    isEnough: (printed) => isAtLeast(numbersOf(printed, /Python ([\d.]+)/), [3, 10]),
  },
  cmake: {
    name: 'CMake',
    purpose: "compiles AWS's Lambda runtime client",
    debian: 'cmake',
    command: 'cmake',
    options: ['--version'],
    isEnough: () => true,
  },
  compiler: {
    name: 'a C++ compiler',
    purpose: "compiles AWS's Lambda runtime client",
    debian: 'g++',
    command: 'g++',
    options: ['--version'],
    isEnough: () => true,
  },
  make: {
    name: 'make',
    purpose: "compiles AWS's Lambda runtime client",
    debian: 'make',
    command: 'make',
    options: ['--version'],
    isEnough: () => true,
  },
} as const satisfies Readonly<Record<string, Requirement>>;

/** Throws with everything that is missing, together. */
export const requireTools = async (...names: readonly (keyof typeof requirements)[]): Promise<void> => {
  const asked = names.map((name): Requirement => requirements[name]);
  const present = await Promise.all(asked.map(isPresent));
  const missing = asked.filter((_, at) => !present[at]);
  if (missing.length === 0) return;
  const lines = missing.map(({ name, purpose }) => `  ${name}: ${purpose}`);
  const packages = missing.map(({ debian }) => debian).join(' ');
  throw new Error(
    ['The tests against emulated AWS need:', ...lines, `On Debian or Ubuntu: apt-get install ${packages}`].join('\n'),
  );
};

const isPresent = async ({ command, options, isEnough }: Requirement): Promise<boolean> => {
  try {
    return isEnough((await run(command, [...options])).stdout);
  } catch {
    return false;
  }
};
