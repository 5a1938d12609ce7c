import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonTroubleIn } from '../../lib/config/json-trouble.ts';
import { parseSettings, SettingsError, settingsFor } from '../../lib/config/settings.ts';

const file = 'tokenwatch.json';
const acme = { pulumi: { organization: 'acme' } };

/** The problems of a text, as people read them; none where it parses. */
const problemsIn = (text: string): readonly string[] => {
  try {
    parseSettings(text, file);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ path, text: problem }) => `${path}: ${problem}`);
  }
};
const problemsOf = (value: unknown): readonly string[] => problemsIn(JSON.stringify(value));
const problemsOfPulumi = (pulumi: unknown): readonly string[] => problemsOf({ sources: [{ pulumi }] });

/** Shaped like tokens, and none. */
const pulumiLike = `pul-${'0'.repeat(39)}f`;
const webTokenLike = `eyJ${'A'.repeat(40)}.${'B'.repeat(40)}.${'C'.repeat(40)}`;

/** What `alerts` and `aws` are where nothing is written. */
const nobodyElseTold = {
  alerts: { email: [], slack: undefined, timeZone: undefined },
  aws: {
    stack: 'tokenwatch',
    stateTable: undefined,
    account: undefined,
    region: undefined,
    logDays: 30,
    archiveDays: 400,
    dashboard: true,
    digestHour: 7,
    environment: {},
    secretKeys: [],
    tags: {},
  },
};

describe('settings from a file', () => {
  it('resolve every default from the one thing that has none', () => {
    expect(parseSettings(JSON.stringify({ sources: [acme] }), file)).toEqual({
      sources: [
        {
          kind: 'pulumi',
          name: 'pulumi:acme',
          organization: 'acme',
          token: { scheme: 'env', name: 'PULUMI_ACCESS_TOKEN' },
          baseUrl: 'https://api.pulumi.com',
        },
      ],
      pollEveryMs: 300_000,
      backfillMs: 2_592_000_000,
      alertBudgetPerWeek: 1,
      allow: [],
      mmdbPaths: [],
      statePath: undefined,
      ...nobodyElseTold,
    });
  });

  it('take what is written over what is default', () => {
    const written = {
      sources: [
        { pulumi: { organization: 'acme', token: 'env:AUDIT_TOKEN', baseUrl: 'https://api.pulumi.example.com/' } },
      ],
      pollMinutes: 15,
      backfillDays: 90,
      alertBudgetPerWeek: 0.5,
      networks: { mmdb: ['/data/asn.mmdb'] },
      state: '/data/state.db',
    };
    expect(parseSettings(JSON.stringify(written), file)).toEqual({
      sources: [
        {
          kind: 'pulumi',
          name: 'pulumi:acme',
          organization: 'acme',
          token: { scheme: 'env', name: 'AUDIT_TOKEN' },
          baseUrl: 'https://api.pulumi.example.com',
        },
      ],
      pollEveryMs: 900_000,
      backfillMs: 7_776_000_000,
      alertBudgetPerWeek: 0.5,
      allow: [],
      mmdbPaths: ['/data/asn.mmdb'],
      statePath: '/data/state.db',
      ...nobodyElseTold,
    });
  });

  it('may begin with a byte order mark, as editors on Windows write it', () => {
    expect(problemsIn(`\ufeff${JSON.stringify({ sources: [acme] })}`)).toEqual([]);
  });

  it('tell all problems at once, in one message', () => {
    const text = JSON.stringify({
      sources: [{ pulumi: { organization: '', token: 'x' } }],
      pollMinutes: 0,
      backfilDays: 7,
    });
    expect(() => parseSettings(text, file)).toThrow(
      new SettingsError('tokenwatch.json is', [
        {
          path: 'sources.0.pulumi.organization',
          text: "is blank: write the organization's name as in its address https://app.pulumi.com/NAME: letters, digits, - and _, such as acme",
        },
        {
          path: 'sources.0.pulumi.token',
          text: 'write where the token is, such as env:PULUMI_ACCESS_TOKEN, not the token itself',
        },
        { path: 'pollMinutes', text: 'write a whole number of minutes from 1 to 1440, such as 5' },
        { path: 'backfilDays', text: 'is no setting: write backfillDays, or remove it' },
      ]),
    );
  });
});

describe('a problem says what to write instead', () => {
  it('where the text is not JSON, by line and column', () => {
    expect(problemsIn('{\n  "sources": [],\n  "pollMinutes" 5\n}')).toEqual([
      'tokenwatch.json:3:17: expected a colon after the name',
    ]);
    expect(problemsIn('{ "sources": [], }')).toEqual(['tokenwatch.json:1:18: remove the comma before this }']);
    expect(problemsIn('{ "sources": [')).toEqual([
      'tokenwatch.json:1:15: the file ends too early: a value or a closing bracket is missing',
    ]);
    expect(problemsIn("{ 'sources': [] }")).toEqual(['tokenwatch.json:1:3: expected a name in double quotes']);
    expect(problemsIn('{ "state": "C:\\data" }')).toEqual([
      'tokenwatch.json:1:12: this text has no closing quote on its line, or a wrong escape (write \\\\ for a backslash)',
    ]);
    expect(problemsIn('{ "pollMinutes": 05 }')).toEqual([
      'tokenwatch.json:1:18: expected a value; texts stand in double quotes',
    ]);
    expect(problemsIn('{} {}')).toEqual(['tokenwatch.json:1:4: expected nothing after the closing bracket']);
  });

  it('where a name stands twice, of which JSON would silently keep the last', () => {
    expect(problemsIn('{\n"pollMinutes": 5,\n"pollMinutes": 9 }')).toEqual([
      'tokenwatch.json:3:1: this name stands here a second time: keep one',
    ]);
  });

  it('where the file is blank', () => {
    expect(problemsIn(' \n')).toEqual([': is blank: write { "sources": [{ "pulumi": { "organization": "acme" } }] }']);
  });

  it('where the file is another file', () => {
    expect(problemsIn(' '.repeat(1_000_001))).toEqual([': is too large for a settings file: name another']);
  });

  it('where the whole is no object', () => {
    expect(problemsOf([])).toEqual([': write an object: { "sources": [...] }']);
  });

  it('where there are no sources', () => {
    const advice = 'write a list of at least one source, such as [{ "pulumi": { "organization": "acme" } }]';
    expect(problemsOf({})).toEqual([`sources: is missing: ${advice}`]);
    expect(problemsOf({ sources: [] })).toEqual([`sources: ${advice}`]);
    expect(problemsOf({ sources: '' })).toEqual([`sources: is blank: ${advice}`]);
    expect(problemsOf({ sources: [{}] })).toEqual([
      'sources.0: names no log: write { "pulumi": { "organization": "acme" } } or { "scalr": { "account": "acme", "eventSource": "aws.partner/scalr.com/acme/audit" } }',
    ]);
  });

  it('where a source is two logs', () => {
    expect(problemsOf({ sources: [{ ...acme, scalr: { account: 'acme' } }] })).toEqual([
      'sources.0: names two logs: write two entries',
    ]);
  });

  it('where two sources are the same organization', () => {
    expect(problemsOf({ sources: [acme, { pulumi: { organization: 'Acme' } }] })).toEqual([
      'sources.1.pulumi.organization: is the same organization as sources.0: remove one',
    ]);
  });

  it.each([[0], [1441], [2.5], [-5], [null], [[]]])('where minutes are %p', (pollMinutes) => {
    expect(problemsOf({ sources: [acme], pollMinutes })).toEqual([
      'pollMinutes: write a whole number of minutes from 1 to 1440, such as 5',
    ]);
  });

  it('where a number is blank or a text', () => {
    expect(problemsOf({ sources: [acme], pollMinutes: '', backfillDays: '30' })).toEqual([
      'pollMinutes: is blank: write a whole number of minutes from 1 to 1440, such as 5',
      'backfillDays: is a text: write a whole number of days from 1 to 365, such as 30, without quotes',
    ]);
  });

  it.each([[0], [100.5], [-1]])('where the alert budget is %p', (alertBudgetPerWeek) => {
    expect(problemsOf({ sources: [acme], alertBudgetPerWeek })).toEqual([
      'alertBudgetPerWeek: write how many false alerts a week are acceptable, above 0 and up to 100, such as 1',
    ]);
  });

  it('where a name is unknown: the nearest known one, else all that are known there', () => {
    expect(problemsOf({ sources: [acme], pollMinuts: 5, colour: 'red' })).toEqual([
      'pollMinuts: is no setting: write pollMinutes, or remove it',
      'colour: is no setting: remove it; known here: sources, pollMinutes, backfillDays, alertBudgetPerWeek, allow, networks, state, alerts, aws',
    ]);
    expect(problemsOf({ sources: [{ ...acme, scaler: {} }] })).toEqual([
      'sources.0.scaler: is no setting: write scalr, or remove it',
    ]);
    expect(problemsOfPulumi({ organization: 'acme', baseURL: 'https://api.pulumi.com' })).toEqual([
      'sources.0.pulumi.baseURL: is no setting: write baseUrl, or remove it',
    ]);
    expect(problemsOf({ sources: [acme], networks: { mmdbs: [] } })).toEqual([
      'networks.mmdbs: is no setting: write mmdb, or remove it',
    ]);
  });

  it('where a name would change every object', () => {
    expect(
      problemsIn('{ "sources": [{ "pulumi": { "organization": "acme" } }], "__proto__": { "state": "x" } }'),
    ).toEqual([
      '__proto__: is no setting: remove it; known here: sources, pollMinutes, backfillDays, alertBudgetPerWeek, allow, networks, state, alerts, aws',
    ]);
  });

  it.each([['acme corp'], ['acme/prod'], ['-acme'], ['../acme'], ['a'.repeat(41)], ['acme\n']])(
    'where an organization is %p',
    (organization) => {
      expect(problemsOfPulumi({ organization })).toEqual([
        "sources.0.pulumi.organization: write the organization's name as in its address https://app.pulumi.com/NAME: letters, digits, - and _, such as acme",
      ]);
    },
  );

  it('where the address of the API is not one the token may go to', () => {
    const problemOf = (baseUrl: unknown) => problemsOfPulumi({ organization: 'acme', baseUrl });
    const path = 'sources.0.pulumi.baseUrl';
    const advice = 'write the address of the API, such as https://api.pulumi.com';
    expect(problemOf('')).toEqual([`${path}: is blank: ${advice}`]);
    expect(problemOf('api.pulumi.com')).toEqual([`${path}: ${advice}`]);
    expect(problemOf('s3://state')).toEqual([`${path}: ${advice}`]);
    expect(problemOf('https://me:hunter2@api.pulumi.com')).toEqual([
      `${path}: holds a user or a password: ${advice}, and the secret under token`,
    ]);
    expect(problemOf('http://api.pulumi.com')).toEqual([
      `${path}: sends the token unencrypted: write https:// (http:// is for this machine only)`,
    ]);
    expect(problemOf('http://127.0.0.1.evil.example')).toEqual([
      `${path}: sends the token unencrypted: write https:// (http:// is for this machine only)`,
    ]);
    expect(problemOf('https://api.pulumi.com?x=1')).toEqual([`${path}: has a query or a fragment: ${advice}`]);
    expect(problemOf('https://app.pulumi.com')).toEqual([
      `${path}: is the console, not the API: write https://api.pulumi.com`,
    ]);
  });

  it.each([['http://127.0.0.1:8080'], ['http://localhost:8080'], ['http://[::1]:8080']])(
    'but lets this machine stand in for the API: %s',
    (baseUrl) => {
      expect(problemsOfPulumi({ organization: 'acme', baseUrl })).toEqual([]);
    },
  );

  it('where paths are blank or no list', () => {
    expect(problemsOf({ sources: [acme], networks: { mmdb: [' '] }, state: '' })).toEqual([
      'networks.mmdb.0: is blank: write the path of an MMDB file',
      'state: is blank: write the path of the state file, or leave it out',
    ]);
    expect(problemsOf({ sources: [acme], networks: { mmdb: '/data/asn.mmdb' } })).toEqual([
      'networks.mmdb: write a list of paths to MMDB files, such as ["/var/lib/tokenwatch/asn.mmdb"]',
    ]);
  });

  it('and stops counting where a person would', () => {
    const unknown = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`setting${at}`, 1]));
    const problems = problemsOf({ sources: [acme], ...unknown });
    expect(problems).toHaveLength(31);
    expect(problems.at(-1)).toBe(': and 10 more problems');
  });
});

describe('a secret in the settings', () => {
  const pasted =
    'looks like a token itself: put that into an environment variable or a store, write where it is under token, such as env:PULUMI_ACCESS_TOKEN (in AWS aws-sm:tokenwatch/pulumi#token), and revoke it if this file was shared';

  it.each([[pulumiLike], [webTokenLike], [`env:${pulumiLike}`], ['pul-abc']])(
    'is refused where its reference belongs, and not repeated: %s',
    (token) => {
      expect(problemsOfPulumi({ organization: 'acme', token })).toEqual([`sources.0.pulumi.token: ${pasted}`]);
    },
  );

  it.each([[pulumiLike], [webTokenLike]])('is refused anywhere else, and not repeated: %s', (token) => {
    expect(problemsOfPulumi({ organization: token })).toEqual([`sources.0.pulumi.organization: ${pasted}`]);
    expect(problemsOf({ sources: [acme], state: token })).toEqual([`state: ${pasted}`]);
    expect(problemsOf({ sources: [acme], [token]: 1 }).join()).not.toContain(token);
    expect(problemsIn(`{ "sources": [], "token": ${token} }`).join()).not.toContain(token);
  });

  it('is kept by a scheme that works', () => {
    const problemOf = (token: unknown) => problemsOfPulumi({ organization: 'acme', token });
    const path = 'sources.0.pulumi.token';
    expect(problemOf('')).toEqual([`${path}: is blank: write where the token is, such as env:PULUMI_ACCESS_TOKEN`]);
    expect(problemOf(5)).toEqual([`${path}: write where the secret is, such as env:PULUMI_ACCESS_TOKEN`]);
    for (const reference of ['aws-sm:audit#token', 'vault:secret/audit#token', 'conjur:audit', 'file:/run/token']) {
      expect(problemOf(reference)).toEqual([]);
    }
    expect(problemOf('vault:secret/audit')).toEqual([
      `${path}: write which field of the secret it is after #, such as vault:secret/tokenwatch#pulumi`,
    ]);
    expect(problemOf('gcp:audit')).toEqual([
      expect.stringContaining('begins with a word that tokenwatch does not know'),
    ]);
    expect(problemOf('env:')).toEqual([
      `${path}: write the name of an environment variable after env:, in letters, digits and underscores, such as env:PULUMI_ACCESS_TOKEN`,
    ]);
    expect(problemOf('env:MY TOKEN')).toEqual([
      `${path}: write the name of an environment variable after env:, in letters, digits and underscores, such as env:PULUMI_ACCESS_TOKEN`,
    ]);
  });
});

describe('settings from options alone', () => {
  it('are those of a file that says the same', () => {
    const text = JSON.stringify({ sources: [acme], backfillDays: 7, networks: { mmdb: ['asn.mmdb'] } });
    expect(settingsFor({ organization: 'acme', backfillDays: 7, mmdb: ['asn.mmdb'] })).toEqual(
      parseSettings(text, file),
    );
  });

  it('name the option in each problem', () => {
    expect(() => settingsFor({ organization: 'acme corp', token: 'audit', pollMinutes: Number.NaN })).toThrow(
      new SettingsError('The options are', [
        {
          path: 'organization',
          text: "write the organization's name as in its address https://app.pulumi.com/NAME: letters, digits, - and _, such as acme",
        },
        { path: 'token', text: 'write where the token is, such as env:PULUMI_ACCESS_TOKEN, not the token itself' },
        { path: 'pollMinutes', text: 'write a whole number of minutes from 1 to 1440, such as 5' },
      ]),
    );
  });
});

describe('laws of settings', () => {
  const seeded = { seed: 20260314, numRuns: 300 };
  const known = fc.constantFrom(
    'sources',
    'pulumi',
    'organization',
    'token',
    'baseUrl',
    'networks',
    'mmdb',
    'pollMinutes',
  );
  const { value: anySettings } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(known, fc.string()), tie('value'), { maxKeys: 4 }),
    ),
  }));

  it('any JSON value is settings or gives problems, and never anything else', () => {
    fc.assert(
      fc.property(anySettings, (value) => {
        expect(Array.isArray(problemsOf(value))).toBe(true);
      }),
      seeded,
    );
  });

  it('any text is settings or gives problems, and never anything else', () => {
    const jsonLike = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '1', '-', '.', 'e', 'a', '\\', 'u', ' ', '\n'),
    });
    fc.assert(
      fc.property(fc.oneof(jsonLike, fc.string({ unit: 'binary' })), (text) => {
        expect(Array.isArray(problemsIn(text))).toBe(true);
      }),
      seeded,
    );
  });

  it('apart from repeated names, a text has trouble exactly where JSON.parse refuses it', () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const edited = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', ',', '"', '}', ']', '0', '\\', '\t', '\u0001', '\u0085'),
      )
      .map(
        ([json, at, drop, put]) =>
          json.slice(0, at % (json.length + 1)) + put + json.slice((at % (json.length + 1)) + drop),
      );
    fc.assert(
      fc.property(edited, (text) => {
        const trouble = jsonTroubleIn(text);
        fc.pre(trouble?.problem.includes('a second time') !== true);
        expect(trouble === undefined).toBe(isJson(text));
      }),
      { seed: 20260314, numRuns: 1_000 },
    );
  });
});
