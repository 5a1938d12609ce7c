import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An incoming webhook that answers as Slack's does and keeps what it was sent. */

export type SlackStandIn = {
  readonly webhook: string;
  readonly posts: () => readonly SlackPost[];
  /** From now on every message is refused with this word; undefined: none is. */
  readonly refuseWith: (word: string | undefined) => void;
  readonly close: () => Promise<void>;
};

export type SlackPost = { readonly text: string; readonly blocks: readonly unknown[] };

/** Slack's own limit for a message. */
const blocksMax = 50;

export const openSlackStandIn = async (): Promise<SlackStandIn> => {
  const posts: SlackPost[] = [];
  let word: string | undefined;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const refusal = word ?? refusalOf(Buffer.concat(chunks).toString('utf8'), posts);
    response.writeHead(refusal === undefined ? 200 : 400, { 'content-type': 'text/plain' });
    response.end(refusal ?? 'ok');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T00000000/B00000000/made-up`,
    posts: () => posts,
    refuseWith: (refusal) => {
      word = refusal;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const refusalOf = (body: string, posts: SlackPost[]): string | undefined => {
  let post: Partial<SlackPost>;
  try {
    post = JSON.parse(body) as Partial<SlackPost>;
  } catch {
    return 'invalid_payload';
  }
  const { text = '', blocks = [] } = post;
  if (text === '' && blocks.length === 0) return 'no_text';
  if (!Array.isArray(blocks) || blocks.length > blocksMax) return 'invalid_blocks';
  posts.push({ text, blocks });
  return undefined;
};
