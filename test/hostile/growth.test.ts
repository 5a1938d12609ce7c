/**
 * Time: whatever somebody writes, ten times as much of it takes some ten times as long, in everything that reads it and
 * every channel that shows it. A pattern that looks back again and again would take a hundred times as long, or for ever.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { keyOfLine } from '../../lib/adapters/archive/lines.ts';
import { readFiles } from '../../lib/adapters/sources/files/read-files.ts';
import { excerpt } from '../../lib/adapters/sources/http/excerpt.ts';
import { neutralTranslator } from '../../lib/adapters/sources/neutral.ts';
import { pulumiTranslator } from '../../lib/adapters/sources/pulumi/translate.ts';
import { scalrTranslator } from '../../lib/adapters/sources/scalr/translate.ts';
import { redact, Secret } from '../../lib/config/secret.ts';
import { parseSecretReference } from '../../lib/config/secret-reference.ts';
import { parseSettings, SettingsError } from '../../lib/config/settings.ts';
import { kindOf } from '../../lib/core/action.ts';
import type { Alert } from '../../lib/core/alert.ts';
import { parseIp } from '../../lib/core/ip.ts';
import { parseInstant } from '../../lib/core/time.ts';
import { alertJson } from '../../lib/report/alert-json.ts';
import { alertMessage } from '../../lib/report/alert-message.ts';
import { alertText } from '../../lib/report/alert-text.ts';
import { digestText } from '../../lib/report/digest-text.ts';
import { escapeHtml } from '../../lib/report/investigation/escape-html.ts';
import { named, shownText } from '../../lib/report/safe-text.ts';
import { slackAlarm, slackNotice } from '../../lib/report/slack/alarm.ts';
import { slackMessage } from '../../lib/report/slack/alert.ts';
import { asSubject } from '../../lib/report/subject.ts';
import { inFolder } from '../adapters/state/folder.ts';
import { corpus } from './corpus.ts';
import { alertsSaying, digestSaying } from './saying.ts';

/** What patterns are built of, so that each may be repeated just short of what it looks for. */
const pumps = [
  ...' \t\n.-_:/@#=,;|"\'\\<>&[]{}()0a\u0301é',
  'a ',
  ' a',
  'a.',
  'a-',
  'a@',
  '1.',
  '1:',
  '::',
  '\\"',
  '""',
  '","',
  '=a ',
  'a=b ',
  '|a',
  'CEF:0|',
  'eyJa',
  'eyJ.',
  'pul-',
  'hvs.',
  'hooks.slack.com/services/',
  'https://a',
  '<a ',
  '&lt;',
  '{"a":',
  '[[',
  'vault:a/',
  'A1b',
  'token-',
];

/**
 * Long enough for a square of ten times as much to take longer than `noticedMs`. An alert shows a text in some fifty places,
 * hence less there; the doors cut names at 256.
 */
const readChars = 3_000;
const shownChars = 1_000;
/** Four times what is fair, so that a busy machine is no failure; a square is a hundred. */
const ratioMax = 40;
/** What takes less is never slow, and says nothing about growth. */
const noticedMs = 100;

const filled = (unit: string, chars: number): string => unit.repeat(Math.ceil(chars / unit.length)).slice(0, chars);

const texts = [...new Set([...pumps, ...corpus.map((text) => text.slice(0, 200))])].filter((text) => text !== '');

const msOf = (work: (text: string) => unknown, text: string): number => {
  const startedMs = performance.now();
  work(text);
  return performance.now() - startedMs;
};

/** The best of several tries, as only what interrupts makes them differ; one where it was quick. */
const leastMs = (work: (text: string) => unknown, text: string): number => {
  let least = msOf(work, text);
  for (let tries = 1; tries < 3 && least > noticedMs; tries += 1) least = Math.min(least, msOf(work, text));
  return least;
};

/** Units of which ten times as much takes out of proportion longer. */
const slowIn = (work: (text: string) => unknown, chars: number, units = texts): readonly string[] =>
  units.flatMap((unit) => {
    const longMs = leastMs(work, filled(unit, 10 * chars));
    if (longMs <= noticedMs) return [];
    const shortMs = Math.max(...[1, 2, 3].map(() => msOf(work, filled(unit, chars))));
    return longMs > ratioMax * shortMs ? [`${JSON.stringify(unit)}: ${shortMs} ms, then ${longMs} ms`] : [];
  });

const record = (text: string) => ({
  timestamp: 1_773_453_600,
  sourceIP: text,
  event: text,
  description: text,
  user: { name: text, githubLogin: text },
  tokenID: text,
  tokenName: text,
  userAgent: text,
});

const scalrRecord = (text: string) => ({
  actor: { id: text, type: text, email: text, 'access-token': { type: 'personal', token: text } },
  request: { 'ip-address': text, action: text, id: text, source: text, 'user-agent': text },
  hostname: 'acme.scalr.io',
  service: 'audit-log',
  outcome: { result: 'SUCCESS', 'status-code': 200 },
  target: { 'display-name': text, context: { environment: { 'display-name': text } } },
  timestamp: '2026-03-14T02:00:00Z',
});

const settingsWith = (text: string): unknown => {
  try {
    const token = 'env:PULUMI_ACCESS_TOKEN';
    const source = { pulumi: { organization: text, token, baseUrl: text, [text]: text } };
    return parseSettings(JSON.stringify({ sources: [source], [text]: text }), 'tokenwatch.json');
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error;
  }
};

const secret = new Secret('opaque-0123456789');

const readers: readonly (readonly [what: string, work: (text: string) => unknown])[] = [
  ['an event of Pulumi', (text) => pulumiTranslator('pulumi:acme')(record(text))],
  ['an event of Scalr', (text) => scalrTranslator('scalr:acme')(scalrRecord(text))],
  [
    'an event in the neutral form',
    (text) => neutralTranslator()({ time: text, principal: text, ip: text, action: text }),
  ],
  ['an action', (text) => [kindOf('pulumi', text), kindOf('scalr', text), kindOf('aws', text)]],
  ['an address', parseIp],
  ['a time', parseInstant],
  ['a reference to a secret', parseSecretReference],
  ['settings', settingsWith],
  ['an answer to be quoted', (text) => excerpt(text, secret)],
  ['a text without its secrets', (text) => redact(text, secret)],
  ['a line of the archive', keyOfLine],
];

/** The one with the most places for a text. */
const alertSaying = (text: string): Alert => {
  const [, alert] = alertsSaying(text);
  if (alert === undefined) throw new Error('there is such an alert');
  return alert;
};

const channels: readonly (readonly [what: string, work: (text: string) => unknown])[] = [
  ['a name', (text) => [named(text), shownText(text, 60), escapeHtml(text)]],
  ['a subject', asSubject],
  ['an alert on a terminal', (text) => alertText(alertSaying(text), { width: 100 })],
  ['an alert as JSON', (text) => alertJson(alertSaying(text))],
  ['an alert in an e-mail', (text) => alertMessage(alertSaying(text), [])],
  ['an alert in Slack', (text) => slackMessage(alertSaying(text))],
  ['a notice in Slack', (text) => slackNotice({ subject: text, text })],
  [
    'an alarm in Slack',
    (text) =>
      slackAlarm({
        name: text,
        state: 'alarm',
        description: text,
        reason: text,
        atMs: undefined,
        account: text,
        region: text,
        arn: text,
      }),
  ],
  ['a digest', (text) => digestText(digestSaying(text))],
];

describe('ten times the text', () => {
  it.each(readers)('is read in some ten times the time: %s', (_, work) => {
    expect(slowIn(work, readChars)).toEqual([]);
  });

  it.each(channels)('is shown in some ten times the time: %s', (_, work) => {
    expect(slowIn(work, shownChars, pumps)).toEqual([]);
  });

  it('would be seen to take a hundred times as long', () => {
    const backtracking = (text: string): boolean => /a*b$/.test(text);
    expect(slowIn(backtracking, readChars)).not.toEqual([]);
  });
});

describe('a recorded log', () => {
  const heads = ['', 'CEF:0|Pulumi|', '"Timestamp","Event","Description"\n', '{"auditLogEvents":[', '{"time":"'];

  it.each(heads.map((head) => [JSON.stringify(head), head] as const))(
    'is read or refused in some ten times the time for ten times the text, behind %s',
    async (_, head) => {
      await inFolder(async (folder) => {
        const file = join(folder, 'log');
        const readMs = async (text: string): Promise<number> => {
          writeFileSync(file, head + text);
          const startedMs = performance.now();
          const log = await readFiles([file], {}).catch(() => undefined);
          for await (const batch of log?.batches() ?? []) expect(batch.length).toBeGreaterThan(0);
          log?.close();
          return performance.now() - startedMs;
        };
        for (const unit of pumps) {
          const longMs = await readMs(filled(unit, 10 * readChars));
          if (longMs <= noticedMs) continue;
          const shortMs = Math.max(await readMs(filled(unit, readChars)), await readMs(filled(unit, readChars)));
          expect(Math.min(longMs, await readMs(filled(unit, 10 * readChars))) / Math.max(shortMs, 2)).toBeLessThan(
            ratioMax,
          );
        }
      });
    },
  );
});
