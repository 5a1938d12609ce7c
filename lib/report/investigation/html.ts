import { isSensitive, kindOf } from '../../core/action.ts';
import type { AuditEvent } from '../../core/event.ts';
import type { Caller, Investigation } from '../../core/investigation/investigation.ts';
import { instantText } from '../times.ts';
import { counted, numberText, principalText } from '../words.ts';
import { blindSpots, coverageTexts } from './coverage-words.ts';
import {
  callerColumns,
  callerRow,
  deedColumns,
  deedRow,
  deedSummary,
  deedsToShow,
  followerText,
  gravestFirst,
  reachColumns,
  reachRow,
} from './deed-rows.ts';
import { escapeHtml } from './escape-html.ts';
import { useFigures } from './html-figures.ts';
import { type Row, table } from './html-table.ts';
import { nextSteps } from './next.ts';
import { type Origin, unknownOrigin } from './origin.ts';
import { style, styleHash } from './style.ts';
import { answerWords, headline, headlineDetail, missingText, subjectDetail, whyTexts } from './verdict-words.ts';

/**
 * An investigation as one HTML file that can be mailed, printed and kept: no script, no request, nothing but text, tables
 * and drawings. Whoever stole the token also chose names in it, so every text passes through `escapeHtml`, and the content
 * security policy would stop what slipped through.
 */

export type HtmlSettings = {
  /** The reader's zone, as an IANA name; UTC is always said. */
  readonly zone?: string | undefined;
  readonly madeAtMs: number;
  readonly origin?: Origin;
};

const deedsMax = 300;
const movesMax = 60;
const callersMax = 60;
const reachMax = 200;
const namesMax = 500;

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

export const investigationHtml = (
  investigation: Investigation,
  { zone, madeAtMs, origin = unknownOrigin }: HtmlSettings,
): string =>
  [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    `<title>${escapeHtml(headline(investigation))}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#next">Skip to what to do next</a>',
    '<div class="page">',
    banner(investigation, zone),
    '<main>',
    section('why', 'Why', [list(whyTexts(investigation, zone)), missing(investigation)]),
    done(investigation),
    followers(investigation),
    section('use', 'When it was used', useFigures(investigation)),
    networks(investigation),
    reach(investigation),
    section('coverage', 'What this rests on', [list(coverageTexts(investigation))]),
    section('not-shown', 'What this log cannot show', [list(blindSpots(investigation))]),
    next(investigation, origin),
    '</main>',
    `<footer><p>Made by tokenwatch on ${escapeHtml(instantText(madeAtMs, zone))}. It holds addresses and names: treat it as confidential.</p></footer>`,
    '</div>',
    '</body>',
    '</html>',
  ]
    .filter((part) => part !== '')
    .join('\n')
    .concat('\n');

const section = (id: string, title: string, parts: readonly string[]): string => {
  const content = parts.filter((part) => part !== '');
  return content.length === 0
    ? ''
    : [`<section aria-labelledby="${id}">`, `<h2 id="${id}">${escapeHtml(title)}</h2>`, ...content, '</section>'].join(
        '\n',
      );
};

const list = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `<ul>\n${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('\n')}\n</ul>`;

const banner = (investigation: Investigation, zone: string | undefined): string => {
  const { verdict, subjects, leakedAtMs, untilMs, history } = investigation;
  const facts: readonly (readonly [string, string])[] = [
    ...subjects.slice(0, 12).map((subject, at) => [at === 0 ? 'Who' : '', subjectDetail(subject)] as const),
    ...(subjects.length > 12 ? [['', `and ${counted(subjects.length - 12, 'other', 'others')}`] as const] : []),
    ['Leaked', leakedAtMs === undefined ? 'when is not known' : instantText(leakedAtMs, zone)],
    ['Judged until', instantText(untilMs, zone)],
    [
      'Compared with',
      history.sessions === 0
        ? 'no history'
        : `${counted(history.sessions, 'session')} on ${counted(history.days, 'day')}${leakedAtMs === undefined ? ', and each session with those before it' : ' before the leak'}`,
    ],
  ];
  const detail = headlineDetail(investigation);
  return [
    '<header>',
    '<p class="kicker">Investigation of an access token</p>',
    `<div class="verdict ${verdict.answer}">`,
    `<h1>${escapeHtml(answerWords[verdict.answer])}</h1>`,
    `<p class="detail">${escapeHtml(detail.charAt(0).toUpperCase() + detail.slice(1))}.</p>`,
    '</div>',
    `<dl class="facts">\n${facts.map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`).join('\n')}\n</dl>`,
    '<nav aria-label="In this report"><a href="#next">What to do next</a></nav>',
    '</header>',
  ].join('\n');
};

const missing = ({ verdict }: Investigation): string =>
  verdict.missing.length === 0
    ? ''
    : `<h3>${verdict.answer === 'cannot-tell' ? 'What is missing for an answer' : 'What would make it surer'}</h3>\n${list(verdict.missing.map(missingText))}`;

const deedTitles = [...deedColumns, 'In the words of the log'];

const deedTableRow = (event: AuditEvent, isStrong: boolean): Row => {
  const [time = '', action = '', target = '', ip = '', outcome = ''] = deedRow(event).map((cell) => escapeHtml(cell));
  const description = event.description === undefined ? '' : escapeHtml(event.description, descriptionColumnsMax);
  return {
    isStrong,
    cells: [
      { html: time, kind: 'time' },
      { html: `<code>${action}</code>`, kind: 'whole' },
      { html: target },
      { html: `<code>${ip}</code>`, kind: 'whole' },
      { html: outcome },
      { html: description },
    ],
  };
};

const descriptionColumnsMax = 160;

/** So many are read; the others are there to be searched. */
const deedsOpen = 16;

const done = (investigation: Investigation): string => {
  const { sensitive, others, unshown } = deedsToShow(investigation, deedsMax);
  const events = [...sensitive, ...others];
  if (events.length === 0) return '';
  const which = investigation.counts.foreign > 0 ? 'foreign' : 'unclear';
  const of = counted(investigation.counts[which], `${which} session`);
  const rows = events.map((event, at) => deedTableRow(event, at < sensitive.length));
  const rest = rows.slice(deedsOpen);
  return section('done', which === 'foreign' ? 'What they did' : 'What was done in the unclear sessions', [
    list(deedSummary(investigation)),
    table(`Events of ${of}, sensitive actions first`, deedTitles, rows.slice(0, deedsOpen)),
    rest.length === 0
      ? ''
      : `<details><summary>${escapeHtml(counted(rest.length, 'more event', 'more events'))}</summary>\n${table(`Further events of ${of}`, deedTitles, rest)}\n</details>`,
    unshown > 0
      ? `<p>And ${escapeHtml(counted(unshown, 'more event', 'more events'))}, which the JSON report or the log has.</p>`
      : '',
  ]);
};

const followers = (investigation: Investigation): string =>
  section(
    'followers',
    'What came after it',
    investigation.followers.slice(0, 20).map((follower) => {
      const title = principalText(follower);
      const events = gravestFirst(follower.events).map((event) =>
        deedTableRow(event, event.outcome === 'success' && isSensitive(kindOf(event.principal.provider, event.action))),
      );
      const unshown = Math.max(0, events.length - movesMax) + follower.unlisted;
      const more = unshown === 0 ? '' : `\n<p>And ${numberText(unshown)} more.</p>`;
      return `<h3>${escapeHtml(title)}</h3>\n${table(`${title}: ${followerText(follower)}`, deedTitles, events.slice(0, movesMax))}${more}`;
    }),
  );

const callerTableRow = (caller: Caller, largest: number): Row => {
  const [judged = '', name = '', kind = '', country = '', events = '', days = '', first = '', last = ''] = callerRow(
    caller,
  ).map((cell) => escapeHtml(cell));
  const { judgement, network } = caller;
  const asn = network.owner === undefined ? '' : ` <span class="mono">AS${network.owner.asn}</span>`;
  const length = Math.max(1, Math.round((100 * caller.events) / largest));
  const bar = judgement === 'foreign' ? 'bar-foreign' : judgement === 'unclear' ? 'bar-unclear' : 'bar-usual';
  return {
    isStrong: judgement === 'foreign',
    cells: [
      { html: `<span class="tag tag-${judgement}">${judged}</span>` },
      { html: `${name}${asn}`, kind: 'name' },
      { html: kind },
      { html: country },
      {
        html: `${events}<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="${bar}" x="${100 - length}" width="${length}" height="6"/></svg>`,
        kind: 'number',
      },
      { html: days, kind: 'number' },
      { html: first, kind: 'time' },
      { html: last, kind: 'time' },
    ],
  };
};

const networks = ({ callers }: Investigation): string => {
  const largest = Math.max(1, ...callers.map(({ events }) => events));
  return section('networks', 'From where it was used', [
    callers.length === 0
      ? ''
      : table(
          'Networks by owner and country, foreign ones first',
          callerColumns,
          callers.slice(0, callersMax).map((caller) => callerTableRow(caller, largest)),
        ),
    callers.length > callersMax ? `<p>And ${numberText(callers.length - callersMax)} more.</p>` : '',
  ]);
};

const reach = ({ reach: touched, unlistedTargets }: Investigation): string => {
  const unshown = Math.max(0, touched.length - reachMax) + unlistedTargets;
  const rows = touched.slice(0, reachMax).map((target): Row => {
    const [name = '', events = '', first = '', last = ''] = reachRow(target).map((cell) => escapeHtml(cell));
    return {
      cells: [
        { html: name },
        { html: events, kind: 'number' },
        { html: first, kind: 'time' },
        { html: last, kind: 'time' },
      ],
    };
  });
  return section('reach', 'What it could have reached', [
    rows.length === 0
      ? ''
      : '<p>What it touched at any time. Its permissions, which the log does not tell, may go further.</p>',
    rows.length === 0 ? '' : table('Stacks, environments and the like', reachColumns, rows),
    unshown > 0 ? `<p>And ${numberText(unshown)} more.</p>` : '',
  ]);
};

const next = (investigation: Investigation, origin: Origin): string => {
  const steps = nextSteps(investigation, origin).map(({ text, names = [], link, command }) => {
    const anchor =
      link === undefined
        ? ''
        : ` <a href="${escapeHtml(link)}" rel="noreferrer noopener">${escapeHtml(link.replace('https://', ''))}</a>`;
    const code = command === undefined ? '' : `<code class="command">${escapeHtml(command)}</code>`;
    const more = names.length > namesMax ? [`<li>and ${numberText(names.length - namesMax)} more</li>`] : [];
    const all = names.slice(0, namesMax).map((name) => `<li>${escapeHtml(name)}</li>`);
    const listed = all.length === 0 ? '' : `\n<ul class="names">\n${[...all, ...more].join('\n')}\n</ul>\n`;
    return `<li><span>${escapeHtml(text)}${anchor}</span>${code}${listed}</li>`;
  });
  return section('next', 'What to do next', [`<ol class="steps">\n${steps.join('\n')}\n</ol>`]);
};
