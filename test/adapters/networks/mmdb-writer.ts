/**
 * Writes the smallest MMDB files that are ones, so that tests need no database of anybody's. Follows the MaxMind DB
 * file format specification 2.0: search tree of 24-bit records, 16 zero bytes, data, marker, metadata.
 */

export type Value = string | number | boolean | { readonly [field: string]: Value };

/** `prefixBits`: a prefix as `0` and `1`, no longer than it is. */
export type Entry = { readonly prefixBits: string; readonly record: Value };

type Node = { left: Node | Buffer | undefined; right: Node | Buffer | undefined };

export const mmdbBytes = (ipVersion: 4 | 6, entries: readonly Entry[]): Buffer => {
  const root: Node = { left: undefined, right: undefined };
  for (const { prefixBits, record } of entries) insert(root, prefixBits, encode(record));

  const nodes: Node[] = [root];
  for (const node of nodes) nodes.push(...[node.left, node.right].filter(isNode));
  const data: Buffer[] = [];
  let dataBytes = 0;
  const recordOf = (child: Node | Buffer | undefined): number => {
    if (child === undefined) return nodes.length;
    if (isNode(child)) return nodes.indexOf(child);
    data.push(child);
    dataBytes += child.length;
    return nodes.length + 16 + dataBytes - child.length;
  };
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [at, node] of nodes.entries()) {
    tree.writeUIntBE(recordOf(node.left), at * 6, 3);
    tree.writeUIntBE(recordOf(node.right), at * 6 + 3, 3);
  }
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: ipVersion,
    database_type: 'Example',
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_772_000_000,
  });
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
};

const isNode = (child: Node | Buffer | undefined): child is Node => child !== undefined && !Buffer.isBuffer(child);

const insert = (root: Node, prefixBits: string, record: Buffer): void => {
  let node = root;
  for (const bit of prefixBits.slice(0, -1)) {
    const side = sideOf(bit);
    const next = node[side] ?? { left: undefined, right: undefined };
    if (!isNode(next)) throw new Error('Prefixes may not lie inside one another here.');
    node[side] = next;
    node = next;
  }
  node[sideOf(prefixBits.at(-1))] = record;
};

const sideOf = (bit: string | undefined): 'left' | 'right' => (bit === '0' ? 'left' : 'right');

const encode = (value: Value): Buffer => {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0, 14 - 7]);
  const fields = Object.entries(value);
  return Buffer.concat([control(7, fields.length), ...fields.flatMap(([field, of]) => [encode(field), encode(of)])]);
};

/** Type and size in one byte; sizes from 29 to 284 take a second one. */
const control = (type: number, size: number): Buffer =>
  size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29]);
