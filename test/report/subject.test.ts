import { describe, expect, it } from '@jest/globals';
import { alertSubject, asSubject } from '../../lib/report/subject.ts';
import { ciDeploy, theft } from './examples.ts';

const subjectOf = (name: string): string => alertSubject(theft({ principal: { ...ciDeploy, name } }));

describe('a subject', () => {
  it('begins with the severity and says what happened', () => {
    expect(alertSubject(theft({ severity: 'critical' }))).toMatch(/^CRITICAL: Token ci-deploy was used from a network/);
  });

  it('writes names without their marks', () => {
    expect(subjectOf('déploiement-été')).toMatch(/^HIGH: Token deploiement-ete was/);
    expect(subjectOf('Łódź-größe')).toMatch(/^HIGH: Token Lodz-grosse was/);
  });

  it('gives the id where ASCII would leave nothing of a name', () => {
    expect(subjectOf('東京')).toMatch(/^HIGH: Token tok-1 was/);
  });

  it('does not make one name of two that only look alike', () => {
    expect(subjectOf('ci-d\u0435\u0440loy')).toMatch(/^HIGH: Token "ci-d\\u0435\\u0440loy" was/);
  });

  it('ends in a whole word where it is cut', () => {
    const subject = asSubject('word '.repeat(60));
    expect(subject).toHaveLength(97);
    expect(subject.endsWith('word...')).toBe(true);
    expect(asSubject('x'.repeat(400))).toBe(`${'x'.repeat(96)}...`);
  });

  it('is one line, however many were asked for', () => {
    expect(asSubject('a\r\nBcc: everyone@example.com')).toBe('a Bcc: everyone@example.com');
    expect(asSubject('')).toBe('tokenwatch');
  });
});
