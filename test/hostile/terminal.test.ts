/** The terminal: nothing but our own line breaks and colours acts on it, and no line runs away. */
import { describe, expect, it } from '@jest/globals';
import { alertText } from '../../lib/report/alert-text.ts';
import { digestText } from '../../lib/report/digest-text.ts';
import { investigationText } from '../../lib/report/investigation/text.ts';
import { alertList, badRecordLine, badRecordsSentence } from '../../lib/report/run-text.ts';
import { columnsOf, named, shownText } from '../../lib/report/safe-text.ts';
import { named as everyName, stolenToken } from '../report/investigation/stolen-token.ts';
import { actingOnScreens, cases } from './corpus.ts';
import { alertsSaying, digestSaying } from './saying.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const ourColours = /\x1b\[(?:\d{1,2}(?:;\d{1,2})*)?m/g;
const width = 100;

const lawfulLines = (text: string, columnsMax = width): void => {
  const lines = text.replace(ourColours, '').split('\n');
  expect(lines.flatMap(actingOnScreens)).toEqual([]);
  // A command is never broken: half of one is another. It holds plain names only.
  expect(lines.filter((line) => columnsOf(line) > columnsMax && !/^ +tokenwatch [\w .-]+$/.test(line))).toEqual([]);
  expect(lines.length).toBeLessThan(400);
};

describe('on a terminal', () => {
  it.each(cases)('an alert acts on nothing and keeps to its width: %s', (_, text) => {
    for (const alert of alertsSaying(text)) lawfulLines(alertText(alert, { width, colour: true }));
  });

  it.each(cases)('neither do lists of alerts and of unreadable records: %s', (_, text) => {
    const trouble = { where: text, reason: text, outcome: 'rejected' } as const;
    lawfulLines(alertList(alertsSaying(text), { width, colour: true }).join('\n'));
    lawfulLines(badRecordLine(trouble), 520);
    lawfulLines(badRecordsSentence(1, [trouble]), 200);
  });

  it.each(cases)('nor does the digest: %s', (_, text) => {
    lawfulLines(digestText(digestSaying(text)));
  });

  it.each(cases)('nor does an investigation: %s', (_, text) => {
    const lines = investigationText(stolenToken(everyName(text)), { width, colour: true })
      .replace(ourColours, '')
      .split('\n');
    expect(lines.flatMap(actingOnScreens)).toEqual([]);
    expect(lines.filter((line) => line.length > 1_000)).toEqual([]);
  });
});

describe('a name that passes for another', () => {
  it.each([
    ['ci-d\u0435\u0440loy', 'ci-d\\u0435\\u0440loy'],
    ['\u0441\u0456-deploy', '\\u0441\\u0456-deploy'],
    ['ci-depl\u03bfy', 'ci-depl\\u03bfy'],
    ['\u{1d68c}\u{1d692}-deploy', '\\u{1d68c}\\u{1d692}-deploy'],
    ['ci-deploy\u200b', 'ci-deploy\\u200b'],
  ])('is told apart: %j', (text, shown) => {
    expect(shownText(text, 60)).toBe(shown);
    expect(named(text)).toBe(`“${shown}”`);
  });

  it.each(['деплой', 'ci-деплой', 'Ωμέγα', 'déploiement-été', '東京の開発者', 'команда/prod', 'Łódź', 'größe'])(
    'is none in the script of its owner: %s',
    (text) => {
      expect(shownText(text, 60)).toBe(text);
    },
  );
});
