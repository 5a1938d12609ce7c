import { columnsOf, graphemesOf } from './safe-text.ts';

/** Printable text broken into lines by width as displayed. Runs of blanks become one, so that a log cannot lay out. */
export const wrapped = (text: string, columns: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/).filter((part) => part !== '')) {
    for (const piece of piecesOf(word, columns)) {
      const longer = line === '' ? piece : `${line} ${piece}`;
      if (columnsOf(longer) <= columns) {
        line = longer;
      } else {
        if (line !== '') lines.push(line);
        line = piece;
      }
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
};

/** A word longer than a line is broken where it must be; addresses and links stay whole wherever they fit. */
const piecesOf = (word: string, columns: number): readonly string[] => {
  if (columnsOf(word) <= columns) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const grapheme of graphemesOf(word)) {
    if (piece !== '' && columnsOf(piece + grapheme) > columns) {
      pieces.push(piece);
      piece = '';
    }
    piece += grapheme;
  }
  return [...pieces, piece];
};
