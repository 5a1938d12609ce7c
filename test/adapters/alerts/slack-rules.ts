/**
 * What Slack refuses in a message to an incoming webhook, in its own words, by its documented limits
 * (docs.slack.dev/reference/block-kit/blocks and /composition-objects/text-object).
 */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown, { charsMax, types }: { charsMax: number; types: readonly string[] }): boolean =>
  isObject(value) &&
  types.includes(String(value.type)) &&
  typeof value.text === 'string' &&
  value.text.length >= 1 &&
  value.text.length <= charsMax &&
  Object.keys(value).every((key) =>
    (value.type === 'plain_text' ? ['type', 'text', 'emoji'] : ['type', 'text', 'verbatim']).includes(key),
  );

const both = ['plain_text', 'mrkdwn'];

const isBlock = (block: unknown): boolean => {
  if (!isObject(block)) return false;
  switch (block.type) {
    case 'header':
      return isText(block.text, { charsMax: 150, types: ['plain_text'] });
    case 'section':
      return isText(block.text, { charsMax: 3_000, types: both });
    case 'context':
      return (
        Array.isArray(block.elements) &&
        block.elements.length >= 1 &&
        block.elements.length <= 10 &&
        block.elements.every((element) => isText(element, { charsMax: 3_000, types: both }))
      );
    case 'divider':
      return true;
    default:
      return false;
  }
};

/** Slack's word for what is wrong; undefined where it would take the message. */
export const problemWith = (body: string): 'invalid_payload' | 'no_text' | 'invalid_blocks' | undefined => {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    return 'invalid_payload';
  }
  if (!isObject(message)) return 'invalid_payload';
  const { text, blocks } = message;
  if (blocks !== undefined && (!Array.isArray(blocks) || blocks.length > 50 || !blocks.every(isBlock)))
    return 'invalid_blocks';
  if (typeof text !== 'string' || text === '' || text.length > 40_000) return 'no_text';
  return undefined;
};
