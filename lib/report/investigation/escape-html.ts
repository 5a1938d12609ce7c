import { printable } from '../safe-text.ts';

/**
 * Text from a log, made safe as the content of an HTML element or of a quoted attribute. What acts on a screen (bidi
 * overrides, invisible characters) is shown as an escape too: a page can be fooled with those as a terminal can.
 */
export const escapeHtml = (text: string, columnsMax = textColumnsMax): string =>
  printable(text, columnsMax).replace(/[&<>"'`=]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Longer texts are sentences of ours; names from a log were cut before. */
const textColumnsMax = 2_000;
