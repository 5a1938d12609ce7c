/**
 * Versions of what is stored. One upgrade step leads from each version to the next, so that the state of any earlier
 * release loads; a later one is refused, because to write it back would lose what this release does not know.
 */
import { type Baseline, baselineVersion, decodeBaseline, encodeBaseline } from './baseline.ts';
import { type Coverage, coverageVersion, decodeCoverage, encodeCoverage, withWatching } from './coverage.ts';
import { decodeInstructions, type Instructions, instructionsVersion } from './instructions.ts';
import { decodeLastSurvey, encodeLastSurvey, type LastSurvey, lastSurveyVersion } from './inventory/last-survey.ts';
import { decodeOrganization, encodeOrganization, type Organization, organizationVersion } from './organization.ts';
import { hash32 } from './packed.ts';
import { baselineUpgrades, organizationUpgrades } from './upgrades.ts';

export type StoredText = { readonly version: number; readonly body: string };

/** `upgrades[v - 1]` turns the text of version v into that of version v + 1. */
type Shape<T> = {
  readonly what: string;
  readonly version: number;
  readonly upgrades: readonly ((body: string) => string)[];
  readonly encode: (value: T) => string;
  readonly decode: (body: string) => T;
};

/** The stored text cannot be read; the message says whether it is newer or damaged, and what to do. */
export class StoredShapeError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StoredShapeError';
  }
}

const write =
  <T>({ version, encode }: Shape<T>) =>
  (value: T): StoredText => ({ version, body: sealed(encode(value)) });

const read =
  <T>({ what, version, upgrades, decode }: Shape<T>) =>
  (stored: StoredText): T => {
    if (!Number.isInteger(stored.version) || stored.version < 1) {
      throw new StoredShapeError(
        `The stored ${what} has version ${stored.version}, which never existed: the state is damaged. Start with another state file; the log will be read again.`,
      );
    }
    if (stored.version > version) {
      throw new StoredShapeError(
        `The stored ${what} has version ${stored.version}, this tokenwatch knows ${version} at most: ` +
          'it was written by a newer release. Update tokenwatch, or start with another state file.',
      );
    }
    try {
      return decode(upgrades.slice(stored.version - 1).reduce((body, upgrade) => upgrade(body), unsealed(stored.body)));
    } catch (cause) {
      throw new StoredShapeError(
        `The stored ${what} is damaged and cannot be read. Start with another state file; the log will be read again.`,
        { cause },
      );
    }
  };

/**
 * A digit changed by a failing disk or a careless hand would still be a number, and a baseline that is subtly wrong is
 * worse than none: it is silent. So the text carries a checksum of itself. It guards against accidents, not against
 * whoever may write the state.
 */
const sealed = (text: string): string => `${checksumOf(text)}${text}`;

const unsealed = (body: string): string => {
  const text = body.slice(checksumChars);
  if (body.slice(0, checksumChars) !== checksumOf(text)) throw new RangeError('the checksum is another');
  return text;
};

const checksumChars = 8;
const checksumOf = (text: string): string => hash32(text, 4).toString(16).padStart(checksumChars, '0');

const baseline: Shape<Baseline> = {
  what: 'baseline',
  version: baselineVersion,
  upgrades: baselineUpgrades,
  encode: encodeBaseline,
  decode: decodeBaseline,
};

const organization: Shape<Organization> = {
  what: 'organization',
  version: organizationVersion,
  upgrades: organizationUpgrades,
  encode: encodeOrganization,
  decode: decodeOrganization,
};

const coverage: Shape<Coverage> = {
  what: 'coverage',
  version: coverageVersion,
  upgrades: [(whole) => whole, withWatching], // version 1 knew no stretch that was settled in part
  encode: encodeCoverage,
  decode: decodeCoverage,
};

const instructions: Shape<Instructions> = {
  what: 'instructions',
  version: instructionsVersion,
  upgrades: [],
  encode: JSON.stringify,
  decode: decodeInstructions,
};

const lastSurvey: Shape<LastSurvey> = {
  what: 'survey',
  version: lastSurveyVersion,
  upgrades: [],
  encode: encodeLastSurvey,
  decode: decodeLastSurvey,
};

export const writeBaseline = write(baseline);
export const readBaseline = read(baseline);
export const writeOrganization = write(organization);
export const readOrganization = read(organization);
export const writeCoverage = write(coverage);
export const readCoverage = read(coverage);
export const writeInstructions = write(instructions);
export const readInstructions = read(instructions);
export const writeLastSurvey = write(lastSurvey);
export const readLastSurvey = read(lastSurvey);
