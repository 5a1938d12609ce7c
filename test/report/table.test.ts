import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { table } from '../../lib/report/table.ts';
import { wrapped } from '../../lib/report/wrap.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

const columns = [{ title: 'Token' }, { title: 'Events', align: 'right' }, { title: 'Address', keep: true }] as const;

describe('a table', () => {
  it('aligns texts to the left and numbers to the right', () => {
    expect(
      table(
        columns,
        [
          ['ci-deploy', '1,204', '203.0.113.9'],
          ['laptop', '7', '198.51.100.20'],
        ],
        { width: 80 },
      ),
    ).toEqual(['Token      Events  Address', 'ci-deploy   1,204  203.0.113.9', 'laptop          7  198.51.100.20']);
  });

  it('aligns by width as displayed', () => {
    expect(
      table(
        columns,
        [
          ['東京チーム', '1', '192.0.2.1'],
          ['ci', '22', '192.0.2.2'],
        ],
        { width: 80 },
      ),
    ).toEqual(['Token       Events  Address', '東京チーム       1  192.0.2.1', 'ci              22  192.0.2.2']);
  });

  it('cuts the widest column first and keeps what must be read whole', () => {
    expect(table(columns, [['a-token-with-a-rather-long-name', '5', '2001:db8::1234:5678']], { width: 44 })).toEqual([
      'Token            Events  Address',
      'a-token-with-a…       5  2001:db8::1234:5678',
    ]);
  });

  it('leaves out what can be spared before the rest is cut beyond use, and says so', () => {
    const sparing = [
      { title: 'Token', least: 16 },
      { title: 'Owner', spare: 2 },
      { title: 'Created', keep: true, spare: 1 },
      { title: 'Address', keep: true },
    ] as const;
    const rows = [['a-token-with-a-long-name', 'priya.nakamura', '2026-03-14', '203.0.113.9']];
    expect(table(sparing, rows, { width: 70 })).toEqual([
      'Token                     Owner           Created     Address',
      'a-token-with-a-long-name  priya.nakamura  2026-03-14  203.0.113.9',
    ]);
    expect(table(sparing, rows, { width: 45 })).toEqual([
      'Token             Owner           Address',
      'a-token-with-a-…  priya.nakamura  203.0.113.9',
      '(no room for: Created)',
    ]);
    expect(table(sparing, rows, { width: 32 })).toEqual([
      'Token                Address',
      'a-token-with-a-lon…  203.0.113.9',
      '(no room for: Owner, Created)',
    ]);
  });

  it('never passes its width, whatever the cells', () => {
    const rows = hostileTexts.map((text) => [text, text, text]);
    const lines = table(columns, rows, { width: 60 });
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(60);
    expect(actingOnScreens(lines.join(''))).toEqual([]);
    expect(lines).toHaveLength(hostileTexts.length + 1);
  });

  it('is nothing where there is nothing to show', () => {
    expect(table(columns, [], { width: 80 })).toEqual([]);
  });
});

describe('wrapped text', () => {
  it('breaks between words, by width as displayed', () => {
    expect(wrapped('the token was used', 9)).toEqual(['the token', 'was used']);
    expect(wrapped('東京 チーム 開発', 8)).toEqual(['東京', 'チーム', '開発']);
  });

  it('breaks a word only where it is longer than a line', () => {
    expect(wrapped('see aaaaabbbbbcc now', 5)).toEqual(['see', 'aaaaa', 'bbbbb', 'cc', 'now']);
  });

  it('is one empty line where there is no text', () => {
    expect(wrapped('', 20)).toEqual(['']);
  });
});
