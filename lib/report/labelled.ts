import type { Step } from './commands.ts';
import { columnsOf } from './safe-text.ts';
import { wrapped } from './wrap.ts';

/**
 * The layout of what a person reads from top to bottom: labels at the left, facts at the right, a blank line between
 * sections. Alerts and investigations share it.
 */

export type Section = {
  readonly label: string;
  /** One entry per line; a section of none is not shown. */
  readonly lines: readonly string[];
};

/** Wide enough for the longest label and a blank. */
export const labelColumns = 10;

const widthDefault = 100;
/** Narrower, tables of addresses hold nothing. */
const widthMin = 60;

/** Columns at the right of the labels on a screen of that width. */
export const factColumns = (width: number = widthDefault): number =>
  Math.max(widthMin, Math.floor(width)) - labelColumns;

/** The section's lines, its label before the first of them. */
export const labelled = ({ label, lines }: Section, paintLabel: (text: string) => string): readonly string[] =>
  lines.map((line, at) => {
    if (at > 0) return line === '' ? '' : ' '.repeat(labelColumns) + line;
    return paintLabel(label) + ' '.repeat(labelColumns - columnsOf(label)) + line;
  });

/** All sections that hold something, a blank line before each. */
export const sectionLines = (sections: readonly Section[], paintLabel: (text: string) => string): readonly string[] =>
  sections.filter(({ lines }) => lines.length > 0).flatMap((section) => ['', ...labelled(section, paintLabel)]);

/** Under a sentence that ends with a colon. */
export const bullet = (text: string, width: number): readonly string[] =>
  item('-', text, width - 2).map((line) => `  ${line}`);

/** `1. text`, and under it the command in one line however long it is: half a command is another command. */
export const stepLines = (steps: readonly Step[], columns: number): readonly string[] =>
  steps.flatMap((step, at) => {
    const markText = `${at + 1}.`;
    if (typeof step === 'string') return item(markText, step, columns);
    return [...item(markText, step.text, columns), ' '.repeat(markText.length + 1) + step.command];
  });

/** `- text`, its further lines under the text; without a mark they stand under each other. */
export const item = (markText: string, text: string, columns: number): readonly string[] => {
  const indent = markText === '' ? '' : ' '.repeat(markText.length + 1);
  return wrapped(text, columns - indent.length).map((line, at) =>
    at === 0 && markText !== '' ? `${markText} ${line}` : indent + line,
  );
};
