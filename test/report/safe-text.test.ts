import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { cut, named, printable } from '../../lib/report/safe-text.ts';
import { actingOnScreens, hostileTexts } from './hostile.ts';

describe('printable text', () => {
  it('shows what would act on a terminal, and does not do it', () => {
    expect(printable('\x1b[2Jgone', 40)).toBe('\\x1b[2Jgone');
    expect(printable('\x9b31mred', 40)).toBe('\\x9b31mred');
    expect(printable('two\r\nlines', 40)).toBe('two\\x0d\\x0alines');
  });

  it('shows what would mislead a reader', () => {
    expect(printable('cod\u202egpj.exe', 40)).toBe('cod\\u202egpj.exe');
    expect(printable('ad\u200bmin', 40)).toBe('ad\\u200bmin');
    expect(printable('a\u{e0041}', 40)).toBe('a\\u{e0041}');
    expect(printable('half \ud800', 40)).toBe('half \\ud800');
  });

  it('leaves the languages of the world as they are', () => {
    for (const text of ['Zoë Übermüller', '東京チーム', 'Đặng Thị', 'команда', 'צוות', 'दिल्ली', 'café', '❤️ ops']) {
      expect(printable(text, 40)).toBe(text);
    }
  });

  it('keeps stacked accents from painting over other lines', () => {
    expect(printable(`x${'\u0301'.repeat(6)}`, 40)).toBe(`x${'\u0301'.repeat(4)}\\u0301\\u0301`);
  });

  it('is cut by width as displayed', () => {
    expect(printable('ci-deploy', 9)).toBe('ci-deploy');
    expect(printable('ci-deploy', 8)).toBe('ci-depl…');
    expect(printable('東京チーム', 10)).toBe('東京チーム');
    expect(printable('東京チーム', 8)).toBe('東京チ…');
    expect(cut('東京', 1)).toBe('…');
    expect(cut('東京', 0)).toBe('');
  });

  it('passes nothing hostile, and fits', () => {
    for (const text of hostileTexts) {
      const shown = printable(text, 40);
      expect(actingOnScreens(shown)).toEqual([]);
      expect(stringWidth(shown)).toBeLessThanOrEqual(40);
    }
  });

  it('passes nothing hostile of any text, and fits any width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, columns) => {
        const shown = printable(text, columns);
        expect(actingOnScreens(shown)).toEqual([]);
        expect(stringWidth(shown)).toBeLessThanOrEqual(columns);
        expect(printable(shown, columns)).toBe(shown);
      }),
      { seed: 20260314, numRuns: 500 },
    );
  });
});

describe('a name inside a sentence', () => {
  it.each([['ci-deploy'], ['alice@example.com'], ['acme/prod'], ['東京'], ['v1.2_x+y:z']])(
    'stands bare: %s',
    (name) => {
      expect(named(name)).toBe(name);
    },
  );

  it('is quoted where it could pass for our own words', () => {
    expect(named('ci, which was you')).toBe('“ci, which was you”');
    expect(named('”. All is well. “')).toBe('“\\u201d. All is well. \\u201c”');
  });

  it('is no link', () => {
    expect(named('https://evil.example/login')).toBe('“https[:]//evil.example/login”');
  });

  it('is said to be blank where it is', () => {
    expect(named('')).toBe('(blank)');
    expect(named('   ')).toBe('(blank)');
  });
});
