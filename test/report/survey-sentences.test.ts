import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../lib/core/alert.ts';
import type { HealthFinding } from '../../lib/core/inventory/health.ts';
import { healthAlert, unseenUseAlert } from '../../lib/core/inventory/survey-alerts.ts';
import { alertJson } from '../../lib/report/alert-json.ts';
import { alertText } from '../../lib/report/alert-text.ts';
import { nextSteps } from '../../lib/report/next-steps.ts';
import { headlineOf, sentenceOf } from '../../lib/report/sentences.ts';
import { slackMessage } from '../../lib/report/slack/alert.ts';
import { alertSubject } from '../../lib/report/subject.ts';
import { finding, nightMs, theft, tokenLife } from './examples.ts';

const msPerDay = 86_400_000;
const at = { source: 'scalr:acme', nowMs: nightMs };

const every: readonly HealthFinding[] = [
  { finding: 'log-export-stopped', logExport: { state: 'inactive', status: 'failed', problem: 'no bus' } },
  { finding: 'allow-list-without-fixed-address', addresses: ['192.0.2.0/24'] },
  { finding: 'own-token-ends', atMs: nightMs + 5 * msPerDay },
  { finding: 'api-refused', reason: 'Scalr refused the token.' },
  { finding: 'log-behind', requestMs: nightMs - msPerDay, newestEventMs: undefined },
];

const told = (evidence: Evidence) => {
  const alert = theft({ findings: [finding(evidence)] });
  return { alert, sentence: sentenceOf(finding(evidence), alert) };
};

describe('the words of what does not stand well', () => {
  it('say what it is and what it means', () => {
    const sentences = every.map((each) => sentenceOf(finding({ detector: 'health', ...each }), theft()));
    expect(sentences).toEqual([
      'The integration that hands the audit log on is not active (failed), so nothing new reaches tokenwatch. The vendor says: no bus. This is a fact, not a likelihood.',
      "The account takes requests from 1 listed address only, and the monitor's own address changes with every start: its questions will be refused sooner or later. The log itself is not affected. This is a fact, not a likelihood.",
      'The token that tokenwatch itself asks with ends on 19 Mar 2026 02:13 UTC; from then on it sees less, or nothing. This is a fact, not a likelihood.',
      "The vendor's API refuses tokenwatch's own token, while the log can still be read: tokens, allow list and integration are not looked at. Scalr refused the token. This is a fact, not a likelihood.",
      'Somebody started a run on 13 Mar 2026 02:13 UTC, which the audit log must show, and the log shows nothing at all: it is switched off, or does not arrive. This is a fact, not a likelihood.',
    ]);
  });

  it.each(every)('make a whole alert in every form: $finding', (each) => {
    const alert = healthAlert(each, at);
    expect(headlineOf(alert)).not.toMatch(/service account/i);
    expect(alertSubject(alert)).toContain(headlineOf(alert).slice(0, 40));
    expect(nextSteps(alert).length).toBeGreaterThan(0);
    expect(JSON.parse(alertJson(alert)).reasons).toMatchObject([{ detector: 'health', finding: each.finding }]);
    expect(alertText(alert)).toContain('tokenwatch');
    expect(JSON.stringify(slackMessage(alert))).toContain('Why');
  });

  it('shows the vendor’s own words with nothing in them that acts', () => {
    const acting = healthAlert({ finding: 'api-refused', reason: '\u001b[2J<script>\u202e' }, at);
    for (const character of ['\u001b', '\u202e']) expect(alertText(acting)).not.toContain(character);
  });
});

describe('the words of a use that the log does not show', () => {
  const token = {
    id: 'tok-7',
    name: 'old-laptop',
    kind: 'organization' as const,
    owner: undefined,
    description: undefined,
    createdBy: undefined,
    createdAtMs: undefined,
    expiresAtMs: undefined,
    lastUsedAtMs: nightMs,
    isAdmin: false,
    role: undefined,
  };
  const alert = unseenUseAlert(
    { token, listedMs: nightMs, loggedMs: undefined, sinceMs: nightMs - 90 * msPerDay, why: 'woke' },
    { source: 'pulumi:acme', nowMs: nightMs },
  );

  it('say why it may be nothing, and why it may not', () => {
    expect(headlineOf(alert)).toBe(
      'Token old-laptop was used without a line in the log, 90 days after the last sign of it',
    );
    const [only] = alert.findings;
    expect(only && sentenceOf(only, alert)).toBe(
      "By the vendor's list of tokens it was last used on 14 Mar 2026 02:13 UTC, and the audit log shows nothing of that. The last sign of it before was on 14 Dec 2025 02:13 UTC, 90 days earlier. Pulumi Cloud does not log reading, listing or previews, so this may be no more than that; it is also all that a finder leaves who asks what a token is for. It is told once for each token. This is a fact, not a likelihood.",
    );
    expect(nextSteps(alert)[0]).toBe(
      'Ask whoever owns old-laptop whether something of theirs reads with it since then.',
    );
  });
});

describe('the words of the monitor’s own token in other hands', () => {
  it('say whose it is and replace it first', () => {
    const { alert, sentence } = told(tokenLife({ fact: 'own-token-used', sinceMs: nightMs }));
    expect(sentence).toBe(
      'It is the token that tokenwatch itself reads with, and on 14 Mar 2026 02:13 UTC it did what tokenwatch never does: it only ever reads. Somebody else holds it, and can see what the monitor sees. This is a fact, not a likelihood.',
    );
    expect(headlineOf(alert)).toBe("Token ci-deploy was used by somebody else, and it is tokenwatch's own");
    expect(nextSteps(alert)[0]).toMatch(/^Replace it at once\. Make its successor/);
  });

  it('say of one that was replaced before that it should lie still, and delete it', () => {
    const { alert, sentence } = told(tokenLife({ fact: 'own-token-used', sinceMs: nightMs - msPerDay }));
    expect(sentence).toContain(
      'tokenwatch read with it until it was replaced, shortly before 13 Mar 2026 02:13 UTC, and it was used on 14 Mar 2026 02:13 UTC: somebody still holds it',
    );
    expect(nextSteps(alert)[0]).toMatch(/^Delete it at the vendor at once/);
  });
});
