/** E-mail: plain text in which only line breaks act, and a subject that is one line of printable ASCII. */
import { describe, expect, it } from '@jest/globals';
import { alertMessage } from '../../lib/report/alert-message.ts';
import { digestSubject, digestText } from '../../lib/report/digest-text.ts';
import { asSubject } from '../../lib/report/subject.ts';
import { actingOnScreens, cases } from './corpus.ts';
import { alertsSaying, digestSaying } from './saying.ts';

/** SNS: less than 100 characters of ASCII, no line break, beginning with a letter, digit or punctuation. */
const subjectLaw = /^[\x21-\x7e][\x20-\x7e]{0,98}$/;

describe('in an e-mail', () => {
  it.each(cases)('an alert has no control character but line breaks, and no link of others: %s', (_, text) => {
    for (const alert of alertsSaying(text)) {
      const { text: body } = alertMessage(alert, []);
      expect(body.split('\n').flatMap(actingOnScreens)).toEqual([]);
      expect([...body.matchAll(/\w+:\/\/[^\s)]*/g)].map(([link]) => link).filter((link) => !isOurs(link))).toEqual([]);
      expect(Buffer.byteLength(body)).toBeLessThan(60_000);
    }
  });

  it.each(cases)('the subject is one line of printable ASCII that begins with the severity: %s', (_, text) => {
    for (const alert of alertsSaying(text)) {
      const { subject } = alertMessage(alert, []);
      expect(subject).toMatch(subjectLaw);
      expect(subject.startsWith(`${alert.severity.toUpperCase()}: `)).toBe(true);
    }
    expect(asSubject(text)).toMatch(subjectLaw);
  });

  it.each(cases)('the digest keeps the same laws: %s', (_, text) => {
    const digest = digestSaying(text);
    expect(digestText(digest).split('\n').flatMap(actingOnScreens)).toEqual([]);
    expect(digestSubject(digest)).toMatch(subjectLaw);
  });
});

const isOurs = (link: string): boolean => link.startsWith('https://app.pulumi.com/account/tokens');
