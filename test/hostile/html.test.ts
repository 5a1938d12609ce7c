/** The HTML report: parsed, it has the same elements and attributes as with harmless names, in the same places. */
import { describe, expect, it } from '@jest/globals';
import { investigationHtml } from '../../lib/report/investigation/html.ts';
import { type Names, named, plainNames, stolenToken, untilMs } from '../report/investigation/stolen-token.ts';
import { actingOnScreens, cases } from './corpus.ts';

const page = (names: Names): string =>
  investigationHtml(stolenToken(names), { zone: 'Europe/Berlin', madeAtMs: untilMs });

/** The words of an action decide what is shown of it, so that only pages with the same action are alike to the letter. */
const nameSaying = (text: string): Names => ({ ...named(text), action: plainNames.action });

type Tag = { readonly name: string; readonly attributes: readonly string[] };

/**
 * The tags of a page as a browser's tokenizer would find them (HTML standard, 13.2.5): a tag begins at `<` and a letter,
 * `/` or `!`, and ends at the first `>` outside quotes.
 */
const tagsOf = (html: string): readonly Tag[] => {
  const tags: Tag[] = [];
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    let end = at + 1;
    let quote = '';
    while (end < html.length && (quote !== '' || html[end] !== '>')) {
      const character = html.charAt(end);
      if (quote === character) quote = '';
      else if (quote === '' && (character === '"' || character === "'") && html[end - 1] === '=') quote = character;
      end += 1;
    }
    const inner = html.slice(at + 1, end);
    tags.push({
      name: /^[^\s>]*/.exec(inner)?.[0] ?? '',
      attributes: [...inner.replace(/"[^"]*"/g, '""').matchAll(/\s([^\s=>]+)=/g)].map(([, name = '']) => name),
    });
    at = end;
  }
  return tags;
};

const kindsOf = (tags: readonly Tag[]): readonly string[] =>
  [...new Set(tags.map(({ name, attributes }) => `${name} ${attributes.join(' ')}`))].sort();

describe('as HTML', () => {
  const harmless = tagsOf(page(nameSaying('harmless')));

  it('is taken apart as it was put together', () => {
    expect(tagsOf('<a href="x>y" id=\'z\'>t</a>')).toEqual([
      { name: 'a', attributes: ['href', 'id'] },
      { name: '/a', attributes: [] },
    ]);
  });

  it.each(cases)('a report has the same elements and attributes, whatever the names: %s', (_, text) => {
    const html = page(nameSaying(text));
    expect(tagsOf(html)).toEqual(harmless);
    expect(html.split('\n').flatMap(actingOnScreens)).toEqual([]);
    expect(html.length).toBeLessThan(1_000_000);
  });

  it.each(cases.filter(([, text]) => /[<>"'&]/.test(text)))('and no others, whatever the action: %s', (_, text) => {
    const html = page(named(text));
    expect(kindsOf(tagsOf(html)).filter((kind) => !kindsOf(harmless).includes(kind))).toEqual([]);
    expect(html.split('\n').flatMap(actingOnScreens)).toEqual([]);
  });
});
