import { type Fields, isFields } from '../fields.ts';
import { neutralTranslator } from '../neutral.ts';
import { pulumiTranslator } from '../pulumi/translate.ts';
import { isScalrRecord, isScalrRunEvent, scalrTranslator } from '../scalr/translate.ts';
import type { Translated } from '../translated.ts';

/** Reads one record of a file by what it looks like, so that files of several logs may be read as one. */
export type Format = 'pulumi' | 'scalr' | 'neutral';

export type ReadRecord = (value: unknown) => Translated | 'other-event' | 'unknown';

export const recordReader = (organization: string | undefined): ReadRecord => {
  const translate = {
    pulumi: pulumiTranslator(`pulumi:${organization ?? 'file'}`),
    scalr: scalrTranslator(),
    neutral: neutralTranslator(),
  };
  return (value) => {
    const format = formatOf(value);
    if (format !== undefined) return translate[format](value);
    return isScalrRunEvent(value) ? 'other-event' : 'unknown';
  };
};

/** Whose record it is, also where parts of it are missing or wrong: the translator then says what. */
const formatOf = (value: unknown): Format | undefined => {
  if (!isFields(value)) return undefined;
  if (Object.hasOwn(value, 'principal')) return 'neutral';
  if (hasAny(value, pulumiFields)) return 'pulumi';
  if (isScalrRecord(value)) return 'scalr';
  return hasAny(value, neutralFields) ? 'neutral' : undefined;
};

const hasAny = (value: Fields, names: readonly string[]): boolean => names.some((name) => Object.hasOwn(value, name));

/** Fields at the outermost level that no other format has there. */
const pulumiFields = ['sourceIP', 'event', 'tokenID'];
const neutralFields = ['ip', 'action'];

/** Whether it is a record of any known log, good or flawed. */
export const isRecognized = (value: unknown): boolean => formatOf(value) !== undefined || isScalrRunEvent(value);
