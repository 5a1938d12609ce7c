import type { Call } from '../../test/aws/tools/gateway.ts';

/**
 * DynamoDB's request units of a call, from the sizes of the items in it, as its developer guide counts them ("Capacity unit
 * consumption", "DynamoDB item sizes and formats"): a write by the KB, twice in a transaction; a strongly consistent read by
 * 4 KB. The emulator's own figures are not used.
 */

export type Capacity = { readonly writes: number; readonly reads: number };

type Value = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Value>>;
type Write = {
  readonly Put?: { readonly Item: Item };
  readonly Update?: { readonly Key: Item; readonly ExpressionAttributeValues?: Item };
  readonly Delete?: { readonly Key: Item };
  readonly ConditionCheck?: { readonly Key: Item };
};

export const capacityOf = ({ action, body, answer }: Call): Capacity => {
  const asked = parsed(body);
  const answered = parsed(answer);
  switch (action) {
    case 'TransactWriteItems': {
      const writes = (asked.TransactItems ?? []) as readonly Write[];
      return { writes: writes.reduce((sum, write) => sum + 2 * writeUnits(bytesOfWrite(write)), 0), reads: 0 };
    }
    case 'PutItem':
      return { writes: writeUnits(bytesOf(asked.Item as Item)), reads: 0 };
    case 'UpdateItem':
    case 'DeleteItem':
      return {
        writes: writeUnits(bytesOf({ ...(asked.Key as Item), ...(asked.ExpressionAttributeValues as Item) })),
        reads: 0,
      };
    case 'GetItem':
      return { writes: 0, reads: readUnits(bytesOf((answered.Item ?? {}) as Item), isConsistent(asked)) };
    case 'BatchGetItem': {
      const tables = Object.entries((asked.RequestItems ?? {}) as Readonly<Record<string, { Keys: readonly Item[] }>>);
      const found = Object.values((answered.Responses ?? {}) as Readonly<Record<string, readonly Item[]>>).flat();
      const consistent = tables.some(([, table]) => isConsistent(table as unknown as Value));
      const keys = tables.reduce((sum, [, { Keys }]) => sum + Keys.length, 0);
      // One that is not there is charged as the smallest.
      const missing = Math.max(0, keys - found.length) * readUnits(1, consistent);
      return { writes: 0, reads: found.reduce((sum, item) => sum + readUnits(bytesOf(item), consistent), missing) };
    }
    case 'Query': {
      const items = (answered.Items ?? []) as readonly Item[];
      const bytes = items.reduce((sum, item) => sum + bytesOf(item), 0);
      return { writes: 0, reads: readUnits(bytes, isConsistent(asked)) };
    }
    default:
      return { writes: 0, reads: 0 };
  }
};

const parsed = (text: string): Readonly<Record<string, unknown>> =>
  text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);

const isConsistent = ({ ConsistentRead }: Readonly<Record<string, unknown>>): boolean => ConsistentRead === true;

const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));
const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);

const bytesOfWrite = ({ Put, Update, Delete, ConditionCheck }: Write): number =>
  bytesOf({
    ...Put?.Item,
    ...Update?.Key,
    ...Update?.ExpressionAttributeValues,
    ...Delete?.Key,
    ...ConditionCheck?.Key,
  });

export const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOfValue(value), 0);

const bytesOfValue = (value: Value): number => {
  const [[type, content] = ['NULL', true]] = Object.entries(value);
  switch (type) {
    case 'S':
      return Buffer.byteLength(content as string);
    case 'N':
      return Math.ceil((content as string).length / 2) + 1;
    case 'B':
      return Buffer.byteLength(content as string, 'base64');
    case 'M':
      return 3 + bytesOf(content as Item);
    case 'L':
      return 3 + (content as readonly Value[]).reduce((sum, each) => sum + 1 + bytesOfValue(each), 0);
    default:
      return 1;
  }
};
