import { parseSecretReference } from '../../lib/config/secret-reference.ts';
import { parseSettings, SettingsError } from '../../lib/config/settings.ts';
import { parseIp } from '../../lib/core/ip.ts';
import { kindOf, law, type Target } from './fuzz.ts';

/** Texts that people write: settings, references to secrets, addresses. */

const marked = 'pul-0123456789abcdef0123456789abcdef01234567';
/** As much of it as still says what it is; digits alone, which a damage has put elsewhere, are nobody's token. */
const markedBeginning = marked.slice(0, 'pul-'.length + 16);

/** Laws: settings are taken or refused with words for a person, and a token that was pasted is not repeated. */
export const settingsTarget: Target = {
  name: 'settings',
  seeds: [
    '{ "sources": [{ "pulumi": { "organization": "acme" } }] }',
    `{ "sources": [{ "pulumi": { "organization": "acme", "token": "${marked}" } }], "pollMinutes": 5 }`,
    '{ "sources": [{ "scalr": { "account": "acme", "eventSource": "aws.partner/scalr.com/acme/audit", "token": "aws-sm:tokenwatch/scalr#token" } }], "alerts": { "email": ["a@example.com"] }, "aws": { "stack": "audit", "region": "eu-west-1", "logDays": 30, "tags": { "team": "x" } } }',
    '{ "sources": [{ "pulumi": { "organization": "acme", "token": "vault:secret/tokenwatch#pulumi", "baseUrl": "https://pulumi.example.com" } }], "allow": [{ "network": "198.51.100.0/24", "until": "2026-12-31", "note": "office move" }, { "asn": 64500, "until": "2026-06-30", "note": "VPN" }], "networks": { "mmdb": ["/a.mmdb"] } }',
  ].map((text) => Buffer.from(text)),
  async run(input) {
    try {
      const { sources, backfillMs, pollEveryMs } = parseSettings(input.toString('utf8'), 'tokenwatch.json');
      law(sources.length > 0 && backfillMs > 0 && pollEveryMs > 0, 'settings that are taken say what to watch');
      return `taken ${sources.map(({ kind }) => kind).join()}`;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      law(!error.message.includes(markedBeginning), 'a pasted token is not repeated');
      law(error.message.length < 40_000, 'a problem is said in bounded words');
      return kindOf(error.problems.map(({ path, text }) => `${path.split('.').length} ${text.slice(0, 20)}`).join());
    } finally {
      law(!('polluted' in {}) && !('state' in {}), 'no setting reaches the prototype of all objects');
    }
  },
};

export const referenceTarget: Target = {
  name: 'secret-reference',
  seeds: [
    'env:PULUMI_ACCESS_TOKEN',
    'file:/run/secrets/token',
    'aws-sm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:tokenwatch/pulumi-AbCdEf?stage=AWSPREVIOUS#token',
    'vault:secret/tokenwatch#pulumi',
    'conjur:data/tokenwatch/pulumi-token',
    marked,
  ].map((text) => Buffer.from(text)),
  async run(input) {
    const text = input.toString('utf8');
    const parsed = parseSecretReference(text);
    if (!('problem' in parsed)) return parsed.scheme;
    law(!parsed.problem.includes(markedBeginning), 'a pasted token is not repeated');
    return kindOf(parsed.problem);
  },
};

export const addressTarget: Target = {
  name: 'address',
  seeds: ['192.0.2.7', '2001:db8::7', '::ffff:192.0.2.7', '192.0.2.7:443', '[2001:db8::7]:443', 'fe80::1%eth0'].map(
    (text) => Buffer.from(text),
  ),
  async run(input) {
    const ip = parseIp(input.toString('latin1'));
    if (ip === undefined) return 'no address';
    law(parseIp(ip.text)?.text === ip.text, 'an address as it is written down is the same address');
    return `${ip.text.includes(':')} ${ip.text.length}`;
  },
};
