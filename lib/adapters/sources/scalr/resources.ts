import { SourceError } from '../../../app/ports.ts';
import { type Fields, fieldsOf, isFields, nameCharsMax, optionalText, textOf } from '../fields.ts';
import type { Ask, Question } from '../http/transport.ts';

/**
 * JSON:API as Scalr speaks it: lists page by page until no next page is named, and resources whose attributes may be
 * absent or hold anything.
 */

export type Resource = {
  readonly id: string;
  readonly attributes: Fields;
  /** Id of the related resource, where it is one and named. */
  readonly related: (name: string) => string | undefined;
};

export type Listed = {
  readonly resources: readonly Resource[];
  /** What `include` brought along, by `type/id`. */
  readonly included: ReadonlyMap<string, Resource>;
};

/** As Scalr's CLI asks; the most that is allowed is not documented. */
const pageSize = 100;
/** Ten thousand tokens, runs or agents: whoever has more has another problem. */
const pagesMaxDefault = 100;

type Listing = Question & {
  /** No more is asked for after so many pages; without it more is an error. */
  readonly pagesEnough?: number;
};

export const listResources = async (ask: Ask, { pagesEnough, ...question }: Listing): Promise<Listed> => {
  const resources: Resource[] = [];
  const included = new Map<string, Resource>();
  let number = 1;
  for (let page = 1; page <= (pagesEnough ?? pagesMaxDefault); page += 1) {
    const query = { ...question.query, 'page[number]': String(number), 'page[size]': String(pageSize) };
    const { body } = await ask({ ...question, query });
    const { data, included: besides, meta } = fieldsOf(body);
    if (!Array.isArray(data)) throw notJsonApi(question.what);
    resources.push(...data.flatMap((each) => resourceOf(each) ?? []));
    for (const each of Array.isArray(besides) ? besides : []) {
      const resource = resourceOf(each);
      if (resource !== undefined) included.set(`${textOf(fieldsOf(each).type)}/${resource.id}`, resource);
    }
    const next = fieldsOf(fieldsOf(meta).pagination)['next-page'];
    if (next === null || next === undefined) return { resources, included };
    if (typeof next !== 'number' || !Number.isSafeInteger(next) || next <= number) {
      throw new SourceError(
        'misunderstood',
        `Listing ${question.what} goes in circles: page ${number} is followed by none later.`,
      );
    }
    number = next;
  }
  if (pagesEnough !== undefined) return { resources, included };
  throw new SourceError('too-much', `Listing ${question.what} does not end after ${pagesMaxDefault} pages.`);
};

const notJsonApi = (what: string): SourceError =>
  new SourceError(
    'misunderstood',
    `The answer for ${what} is not of the form of Scalr's API: check the address of the account.`,
  );

/** Undefined for a record without an id, which can be told from no other. */
const resourceOf = (value: unknown): Resource | undefined => {
  if (!isFields(value)) return undefined;
  const id = optionalText(value.id, nameCharsMax);
  if (id === undefined) return undefined;
  const relationships = fieldsOf(value.relationships);
  return {
    id,
    attributes: fieldsOf(value.attributes),
    related: (name) => optionalText(fieldsOf(fieldsOf(relationships[name]).data).id, nameCharsMax),
  };
};

/** What this token may not see leaves a gap, which is said; any other failure ends the work. */
export const orMissing = async <Value>(
  asked: Promise<Value>,
  what: string,
  missing: string[],
): Promise<Value | undefined> => {
  try {
    return await asked;
  } catch (error) {
    const words = error instanceof SourceError ? gapWords.get(error.failure) : undefined;
    if (words === undefined) throw error;
    missing.push(`${what} could not be listed (${words}).`);
    return undefined;
  }
};

const gapWords: ReadonlyMap<string, string> = new Map([
  ['permission', 'this token may not, or there is none'],
  ['plan', 'the plan of the account has none'],
  ['misunderstood', 'the answer was not understood'],
]);
