/**
 * A Slack message out of blocks, so made that nothing in it but our own words is ever read as markup. Whatever a log can
 * fill stands in `plain_text` with emoji off, where Slack reads neither links nor mentions nor formatting; `mrkdwn` holds
 * labels and links that are ours alone. The notification text, which Slack always reads as markup, is escaped instead.
 *
 * Limits: docs.slack.dev/reference/block-kit/blocks (50 blocks a message; header 150 characters, section 3,000, context 10
 * elements), docs.slack.dev/messaging/formatting-message-text (escapes; text is cut at 40,000 characters).
 */

export type PlainText = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };
export type Markup = { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };

export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: PlainText | Markup }
  | { readonly type: 'context'; readonly elements: readonly PlainText[] };

export type SlackMessage = {
  /** What a notification shows, and what is read where blocks cannot be shown. */
  readonly text: string;
  readonly blocks: readonly Block[];
};

const blocksMax = 50;
const headerCharsMax = 150;
const sectionCharsMax = 3_000;
const contextElementsMax = 10;

export const slackMessageOf = (headline: string, blocks: readonly (Block | readonly Block[])[]): SlackMessage => ({
  // Escaped after the cut, which could fall into the middle of an escape.
  text: escapedMarkup(within(headline, headerCharsMax)),
  blocks: [header(headline), ...blocks.flat()].slice(0, blocksMax),
});

const header = (text: string): Block => ({ type: 'header', text: plain(text, headerCharsMax) });

/** Lines of foreign text, in as many blocks as they need. */
export const lines = (texts: readonly string[]): readonly Block[] =>
  packed(texts.map((text) => within(neutral(text), sectionCharsMax))).map((text) => ({
    type: 'section',
    text: plain(text, sectionCharsMax),
  }));

/** `label` over lines of foreign text; nothing at all where there are no lines. */
export const labelled = (label: OwnWords, texts: readonly string[]): readonly Block[] =>
  texts.length === 0 ? [] : [markup(`*${label}*`), ...lines(texts)];

/** Where Slack's own links may stand: words and addresses that no log has any part in. */
export type Link = { readonly label: string; readonly url: string };

export const links = (all: readonly Link[]): readonly Block[] =>
  all.length === 0 ? [] : [markup(all.map(({ label, url }) => `<${url}|${escapedMarkup(label)}>`).join('   '))];

export const context = (texts: readonly string[]): readonly Block[] =>
  texts.length === 0
    ? []
    : [{ type: 'context', elements: texts.slice(0, contextElementsMax).map((text) => plain(text, sectionCharsMax)) }];

type OwnWords = 'Why' | 'Where' | 'Events' | 'Said' | 'Next' | 'What it means' | 'Needs care' | 'Alerts' | 'Sources';

const markup = (text: string): Block => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });

const plain = (text: string, charsMax: number): PlainText => {
  const shown = within(neutral(text), charsMax);
  return { type: 'plain_text', text: shown.trim() === '' ? '-' : shown, emoji: false };
};

/** As few texts as hold all lines, none above the limit of a section. */
const packed = (texts: readonly string[]): readonly string[] => {
  const done: string[] = [];
  for (const text of texts) {
    const last = done.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= sectionCharsMax)
      done[done.length - 1] = `${last}\n${text}`;
    else done.push(text);
  }
  return done;
};

/**
 * Slack promises to read no markup in `plain_text`. Should a client ever do, there is none: a control sequence needs `<`,
 * a group mention its `@`.
 */
const neutral = (text: string): string => text.replaceAll('<', '\\x3c').replace(groupMention, '\\x40');

const groupMention = /@(?=(?:here|channel|everyone|group)\b)/gi;

/** Text that Slack will read as markup, without any markup in it. */
export const escapedMarkup = (text: string): string =>
  text
    .replace(active, (character) => `\\x${character.charCodeAt(0).toString(16)}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/**
 * `*`, `_`, `~` and backticks format only at the edge of a word, so that `ci_deploy_prod` stays readable; `@` mentions and
 * `#` names a channel only there too. A colon before a word and another colon would be an emoji.
 */
const active = /(?<![\p{L}\p{N}])[*_~`@#]|[*_~`](?![\p{L}\p{N}])|`|:(?=[\w+'-]{1,100}:)/gu;

/** Cut between characters, the cut marked by `…`. */
const within = (text: string, charsMax: number): string => {
  if (text.length <= charsMax) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(charsMax - 2)) ? charsMax - 2 : charsMax - 1;
  return `${text.slice(0, end)}…`;
};
