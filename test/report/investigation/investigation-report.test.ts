/** The report of an investigation as text, JSON and HTML: what it says, and what no name in it can do. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../lib/core/event.ts';
import type { Investigation, Subject } from '../../../lib/core/investigation/investigation.ts';
import type { Principal } from '../../../lib/core/principal.ts';
import { escapeHtml } from '../../../lib/report/investigation/escape-html.ts';
import { investigationHtml } from '../../../lib/report/investigation/html.ts';
import { investigationJson } from '../../../lib/report/investigation/json.ts';
import { nextSteps } from '../../../lib/report/investigation/next.ts';
import type { Origin } from '../../../lib/report/investigation/origin.ts';
import { style, styleHash } from '../../../lib/report/investigation/style.ts';
import { investigationText } from '../../../lib/report/investigation/text.ts';
import { actingOnScreens, hostileTexts } from '../hostile.ts';
import { named, plainNames, stolenToken, untilMs } from './stolen-token.ts';

const settings = { zone: 'Europe/Berlin', madeAtMs: untilMs };
const html = investigationHtml(stolenToken(), settings);

describe('the text', () => {
  const text = investigationText(stolenToken());

  it('has the verdict in its first line, and all sections in the order of the questions', () => {
    expect(text.split('\n')[0]).toMatch(/^USED BY SOMEBODY ELSE: token ci-deploy, from Example Hosting/);
    const labels = [
      'Who',
      'Leaked',
      'Why',
      'Done',
      'After it',
      'Networks',
      'In reach',
      'Coverage',
      'Not shown',
      'Next',
    ];
    const places = labels.map((label) => text.indexOf(`\n${label} `));
    expect(places.every((at) => at > 0)).toBe(true);
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
  });

  it('keeps to its width, except for commands and links, which must be copied whole', () => {
    for (const width of [60, 80, 100]) {
      const lines = investigationText(stolenToken(), { width }).split('\n');
      const long = lines.filter((line) => line.length > width && !/^ +(curl |pulumi |tokenwatch |https:)/.test(line));
      expect(long).toEqual([]);
    }
  });

  it('is coloured only when asked, and says the same then', () => {
    const coloured = investigationText(stolenToken(), { colour: true });
    expect(text).not.toContain('\x1b');
    expect(coloured).toContain('\x1b[1;31mUSED BY SOMEBODY ELSE\x1b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replace(/\x1b\[[\d;]*m/g, '')).toBe(text);
  });

  it.each(hostileTexts.map((hostile) => [hostile.slice(0, 30), hostile]))(
    'lets no name act on a terminal: %j',
    (_, hostile) => {
      const lines = investigationText(stolenToken(named(hostile))).split('\n');
      expect(lines.flatMap(actingOnScreens)).toEqual([]);
      expect(lines.filter((line) => line.length > 1_000)).toEqual([]);
    },
  );
});

describe('the JSON', () => {
  it('has the keys that docs/investigate.md promises', () => {
    const report = JSON.parse(investigationJson(stolenToken())) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual([
      'verdict',
      'headline',
      'why',
      'missing',
      'firstForeignAt',
      'leakedAt',
      'until',
      'subjects',
      'history',
      'sessionCounts',
      'sessionsJudged',
      'sessions',
      'networks',
      'deeds',
      'opened',
      'followers',
      'reach',
      'reachUnlisted',
      'use',
      'coverage',
      'next',
    ]);
    expect(report).toMatchObject({
      verdict: 'used-by-others',
      firstForeignAt: '2026-03-30T02:10:00Z',
      leakedAt: '2026-03-30T00:00:00Z',
      subjects: [{ provider: 'pulumi', kind: 'token', id: 'tok-1', name: 'ci-deploy', source: 'pulumi:acme' }],
      sessionCounts: { foreign: 1 },
      sessions: [{ judgement: 'foreign', isCertain: true, network: { owner: { asn: 64500 }, country: 'NL' } }],
      coverage: { kind: 'read', unreadRecords: 0, historyEndedAfterEmptyDays: 28 },
    });
  });

  it.each(hostileTexts.map((hostile) => [hostile.slice(0, 30), hostile]))(
    'keeps a name to the letter and acts on nothing: %j',
    (_, hostile) => {
      const text = investigationJson(stolenToken(named(hostile)));
      expect(text.split('\n').flatMap(actingOnScreens)).toEqual([]);
      const report = JSON.parse(text) as { subjects: readonly { name: string }[] };
      expect(report.subjects[0]?.name.toWellFormed()).toBe(hostile.toWellFormed());
    },
  );
});

describe('the HTML', () => {
  it('runs nothing and asks nobody', () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|<object|<form|\son\w+=|javascript:|url\(|@import/i);
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target = '']) => target);
    expect(links.filter((target) => !target.startsWith('#'))).toEqual([]);
  });

  it('allows its own style and nothing else', () => {
    expect(createHash('sha256').update(style).digest('base64')).toBe(styleHash);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">`,
    );
    expect(html).toContain(`<style>${style}</style>`);
    expect(html).not.toMatch(/\sstyle="/);
  });

  it('can be found one’s way in by headings, landmarks and captions', () => {
    const headings = [...html.matchAll(/<h2 id="([\w-]+)">/g)].map(([, id]) => id);
    expect(headings).toEqual(['why', 'done', 'followers', 'use', 'networks', 'reach', 'coverage', 'not-shown', 'next']);
    for (const id of headings) expect(html).toContain(`<section aria-labelledby="${id}">`);
    expect(html.match(/<main>/g)).toHaveLength(1);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html.match(/<table>/g)?.length).toBe(html.match(/<caption>/g)?.length);
    expect(html).toContain('<html lang="en">');
  });

  it('says in words what each drawing shows', () => {
    const drawings = html.match(/<svg role="img"/g)?.length ?? 0;
    expect(drawings).toBe(4);
    expect(
      html.match(/<svg role="img"[^>]*>\n<title id="[\w-]+">[^<]+<\/title>\n<desc id="[\w-]+">[^<]+<\/desc>/g),
    ).toHaveLength(drawings);
    expect(html).toContain('Foreign use: Mon 02:00. At that hour there is no usual use.');
    expect(html).toContain('leak, 30 Mar 2026 00:00 UTC');
    expect(html).toContain(
      'The dotted line: 99 of 100 hours of usual use hold at most 1 event. 1 hour of foreign or unclear use, above that line; the busiest had 24 events from 30 Mar 2026 02:00 UTC on.',
    );
  });

  it('has each id once', () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(hostileTexts.map((hostile) => [hostile.slice(0, 30), hostile]))('keeps a name text: %j', (_, hostile) => {
    const page = investigationHtml(stolenToken(named(hostile)), settings);
    const tagsOf = (text: string): readonly string[] => [...new Set(text.match(/<[a-z!/][^\s>]*/gi) ?? [])].sort();
    expect(tagsOf(page).filter((tag) => !tagsOf(html).includes(tag))).toEqual([]);
    expect(page.split('\n').flatMap(actingOnScreens)).toEqual([]);
    expect(page).not.toMatch(/\son\w+=|href="(?!#|https:\/\/app\.pulumi\.com\/)/i);
    expect(page.length).toBeLessThan(1_000_000);
  });
});

describe('escaping', () => {
  it('leaves no character that HTML acts on, in text or in quotes', () => {
    expect(escapeHtml(`<a href="x" title='y'>&amp;\`=</a>`)).toBe(
      '&#60;a href&#61;&#34;x&#34; title&#61;&#39;y&#39;&#62;&#38;amp;&#96;&#61;&#60;/a&#62;',
    );
  });

  it('shows what cannot be seen', () => {
    expect(escapeHtml('cod\u202egpj.exe')).toBe('cod\\u202egpj.exe');
  });
});

const origin = (change: Partial<Origin> = {}): Origin => ({
  program: 'tokenwatch',
  apiUrls: new Map([['pulumi', 'https://api.pulumi.com']]),
  again: ['--from', 'my log.json', '--organization', 'acme'],
  watch: undefined,
  ...change,
});

const commandsOf = (investigation: Investigation, from?: Origin): readonly string[] =>
  nextSteps(investigation, from).flatMap(({ command }) => command ?? []);

const textsOf = (investigation: Investigation, from?: Origin): string =>
  nextSteps(investigation, from)
    .map(({ text }) => text)
    .join('\n');

/** The same, in another organization or of another vendor. */
const relabelled = (change: Partial<Subject>, principal: Partial<Principal> = {}): Investigation => {
  const investigation = stolenToken(plainNames);
  return {
    ...investigation,
    subjects: investigation.subjects.map((subject) => ({
      ...subject,
      ...change,
      principal: { ...subject.principal, ...principal },
    })),
  };
};

describe('a command', () => {
  it.each(hostileTexts.map((hostile) => [hostile.slice(0, 30), hostile]))(
    'never holds a name that a shell would act on: %j',
    (_, hostile) => {
      for (const command of commandsOf(stolenToken(named(hostile)), origin())) {
        expect(command).toMatch(
          /^(curl -X DELETE -H "Authorization: token \$PULUMI_ACCESS_TOKEN" https:\/\/api\.pulumi\.com\/api\/orgs\/acme\/tokens\/tok-1|pulumi stack history --stack [\w./-]+|tokenwatch (investigate [\w.-]+ --leaked-at 2026-03-30T00:00:00Z --from "my log\.json" --organization acme|watch --organization acme --base-url https:\/\/api\.pulumi\.com))$/,
        );
      }
    },
  );

  it('is there for plain names, whole', () => {
    expect(commandsOf(stolenToken(plainNames), origin())).toEqual([
      'curl -X DELETE -H "Authorization: token $PULUMI_ACCESS_TOKEN" https://api.pulumi.com/api/orgs/acme/tokens/tok-1',
      'pulumi stack history --stack acme/billing/prod',
      'tokenwatch watch --organization acme --base-url https://api.pulumi.com',
    ]);
    const other = { ...stolenToken(plainNames) };
    const followers = other.followers.map((follower) => ({
      ...follower,
      principal: { ...follower.principal, id: 'tok-2' },
    }));
    expect(commandsOf({ ...other, followers }, origin())).toContain(
      'tokenwatch investigate tok-2 --leaked-at 2026-03-30T00:00:00Z --from "my log.json" --organization acme',
    );
  });

  it('sends no token to an address that nobody named', () => {
    expect(commandsOf(stolenToken(plainNames))).toEqual([
      'curl -X DELETE -H "Authorization: token $PULUMI_ACCESS_TOKEN" "$PULUMI_BACKEND_URL/api/orgs/acme/tokens/tok-1"',
      'pulumi stack history --stack acme/billing/prod',
      'tokenwatch watch --organization acme',
    ]);
    const ownUrl = origin({ apiUrls: new Map([['pulumi', 'https://pulumi.example.com']]) });
    const own = nextSteps(stolenToken(plainNames), ownUrl);
    expect(own.flatMap(({ command }) => command ?? []).join('\n')).toContain(
      'https://pulumi.example.com/api/orgs/acme/tokens/tok-1',
    );
    expect(JSON.stringify(own)).not.toContain('pulumi.com');
  });

  it('is not made of an organization that the log does not name', () => {
    const unnamed = relabelled({ source: 'pulumi:file', users: ['acme'] });
    expect(commandsOf(unnamed)).toEqual([]);
    expect(textsOf(unnamed)).toContain('with --organization NAME this step has the command that deletes it');
    expect(textsOf(unnamed)).toContain('A personal token only its owner can delete');
    expect(textsOf({ ...unnamed, verdict: { ...unnamed.verdict, answer: 'probably' } })).toContain(
      'Ask whoever owns it whether this was theirs',
    );
  });

  it('finds and deletes a token of Scalr', () => {
    const scalr = relabelled(
      { source: 'scalr:acme', users: ['ci@acme.scalr.io'] },
      { provider: 'scalr', id: 'ci@acme.scalr.io/B6wifA', name: 'ci@acme.scalr.io …B6wifA' },
    );
    const url = new Map([['scalr', 'https://acme.scalr.io']]);
    expect(commandsOf(scalr, origin({ apiUrls: url, watch: ['--settings', 'tokenwatch.json'] }))).toEqual([
      'curl -g -H "Authorization: Bearer $SCALR_TOKEN" "https://acme.scalr.io/api/iacp/v3/reports/access-tokens?page[size]=100&page[number]=1"',
      'curl -g -H "Authorization: Bearer $SCALR_TOKEN" -X DELETE "https://acme.scalr.io/api/iacp/v3/access-tokens/$TOKEN_ID"',
      'tokenwatch watch --settings tokenwatch.json',
    ]);
    expect(commandsOf(scalr)[0]).toContain('"https://$SCALR_HOSTNAME/api/iacp/v3/reports');
    expect(textsOf(scalr)).toContain('look for the one of ci@acme.scalr.io that ends in B6wifA.');
  });
});

describe('what must be rotated', () => {
  const names = Array.from({ length: 14 }, (_, nth) => `team-${nth}/prod`);
  const investigation = {
    ...stolenToken(plainNames),
    opened: names.map((target) => ({ target, events: 1, firstAtMs: untilMs, lastAtMs: untilMs })),
  };

  it('is named in part in a terminal, and whole in HTML and JSON', () => {
    expect(investigationText(investigation).replaceAll(/\s+/g, ' ')).toContain(
      'team-4/prod and 9 more: they were opened.',
    );
    const page = investigationHtml(investigation, settings);
    for (const name of names) expect(page).toContain(`<li>${name}</li>`);
    const report = JSON.parse(investigationJson(investigation)) as { opened: readonly { target: string }[] };
    expect(report.opened.map(({ target }) => target)).toEqual(names);
  });

  it('is said where it takes an answer first, too', () => {
    const asked = { ...investigation, verdict: { ...investigation.verdict, answer: 'cannot-tell' as const } };
    expect(textsOf(asked)).toContain('If nobody says that it was theirs, rotate the secrets of team-0/prod');
  });
});

describe('those who followed', () => {
  it('are shown by what worked and matters, not by what was refused before it', () => {
    const investigation = stolenToken(plainNames);
    const [follower] = investigation.followers;
    const [event] = follower?.events ?? [];
    if (follower === undefined || event === undefined) throw new RangeError('somebody followed');
    const refused = Array.from({ length: 7 }, (_, nth) => ({
      ...event,
      atMs: event.atMs + nth,
      action: 'auth-failure-environment',
      outcome: 'failure' as const,
    }));
    const opened = { ...event, atMs: event.atMs + 60_000, action: 'environment-open', target: 'vault/prod' };
    const text = investigationText({ ...investigation, followers: [{ ...follower, events: [...refused, opened] }] });
    const after = text.slice(text.indexOf('\nAfter it'), text.indexOf('\nNetworks'));
    expect(after).toMatch(
      /8 events, 7 refused; sensitive\s+actions first\n +Time \(UTC\).*\n.*environment-open +vault\/prod/,
    );
    expect(after).toContain('and 3 more: see --html or --json');
  });

  it('are said to be in another order than that of time only where they are', () => {
    const investigation = stolenToken(plainNames);
    const [follower] = investigation.followers;
    const [event] = follower?.events ?? [];
    if (follower === undefined || event === undefined) throw new RangeError('somebody followed');
    const opened = { ...event, action: 'environment-open' };
    const before = { ...event, atMs: event.atMs - 1_000, action: 'auth-failure-environment' };
    const after = { ...before, atMs: event.atMs + 1_000 };
    const captionOf = (events: readonly AuditEvent[]): string =>
      /from a network of a foreign session[^<"]*/.exec(
        investigationHtml({ ...investigation, followers: [{ ...follower, events }] }, { madeAtMs: event.atMs }),
      )?.[0] ?? '';
    expect(captionOf([before, opened])).toMatch(/sensitive actions first$/);
    expect(captionOf([opened, after])).toMatch(/2 events$/);
  });
});
