import { assess, newOrganization } from '../../lib/core/assess.ts';
import { beginCoverage } from '../../lib/core/coverage.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { noInstructions } from '../../lib/core/instructions.ts';
import { neverSurveyed } from '../../lib/core/inventory/last-survey.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import { hash32 } from '../../lib/core/packed.ts';
import {
  readBaseline,
  readCoverage,
  readInstructions,
  readLastSurvey,
  readOrganization,
  StoredShapeError,
  type StoredText,
  writeBaseline,
  writeCoverage,
  writeInstructions,
  writeLastSurvey,
  writeOrganization,
} from '../../lib/core/stored.ts';
import { kindOf, law, type Target } from './fuzz.ts';

/**
 * Stored state that a disk or a hand has damaged. Laws: damage is seen by the checksum, and what is read is what was written;
 * under a checksum that fits, as a fault of ours would make it, the text is refused or read as what can be written and read
 * again.
 */

const event = (second: number): AuditEvent => ({
  id: `e${second}`,
  atMs: Date.parse('2026-03-14T02:00:00Z') + second * 1_000,
  source: 'pulumi:acme',
  principal: { provider: 'pulumi', kind: 'token', id: 't1', name: 'ci-deploy' },
  ip: '192.0.2.7',
  action: 'stack-exported',
  outcome: 'success',
  user: undefined,
  credential: undefined,
  target: 'web/prod',
  userAgent: undefined,
  description: undefined,
});

const learned = assess(
  { organization: newOrganization(), baselines: new Map() },
  Array.from({ length: 40 }, (_, day) => event(day * 86_400)),
  { networks: (address) => networkOf(address, noOwners), alertBudgetPerWeek: 1, toldId: () => undefined },
);
const [baseline] = learned.baselines.values();
if (baseline === undefined) throw new Error('forty events teach one baseline');

type Kind = {
  readonly name: string;
  readonly stored: StoredText;
  /** Reads and writes again. */
  again(stored: StoredText): StoredText;
};

const kinds: readonly Kind[] = [
  { name: 'baseline', stored: writeBaseline(baseline), again: (text) => writeBaseline(readBaseline(text)) },
  {
    name: 'organization',
    stored: writeOrganization(learned.organization),
    again: (text) => writeOrganization(readOrganization(text)),
  },
  {
    name: 'coverage',
    stored: writeCoverage(beginCoverage(event(0).atMs, 86_400_000)),
    again: (text) => writeCoverage(readCoverage(text)),
  },
  {
    name: 'instructions',
    stored: writeInstructions(noInstructions),
    again: (text) => writeInstructions(readInstructions(text)),
  },
  {
    name: 'survey',
    stored: writeLastSurvey({
      ...neverSurveyed,
      askedAtMs: event(0).atMs,
      seen: undefined,
      own: [{ name: 'monitor', isShared: false }],
      ending: [{ name: 'ci-deploy', endsMs: event(86_400).atMs }],
    }),
    again: (text) => writeLastSurvey(readLastSurvey(text)),
  },
];

const checksumChars = 8;
const resealed = (body: string): string => {
  const text = body.slice(checksumChars);
  return `${hash32(text, 4).toString(16).padStart(checksumChars, '0')}${text}`;
};

export const storedTargets: readonly Target[] = kinds.map(({ name, stored: { version, body: whole }, again }) => {
  const tried = (body: string): string | { readonly refused: string } => {
    try {
      return again({ version, body }).body;
    } catch (error) {
      if (!(error instanceof StoredShapeError)) throw error;
      return { refused: kindOf(`${error.message} ${(error.cause as Error | undefined)?.message ?? ''}`.slice(-80)) };
    }
  };
  return {
    name: `stored-${name}`,
    seeds: [Buffer.from(whole)],
    async run(input) {
      const body = input.toString('utf8');
      const read = tried(body);
      law(typeof read !== 'string' || read === body, `a ${name} that is read is the one that was written`);
      const written = tried(resealed(body));
      law(!('polluted' in {}), 'nothing stored reaches the prototype of all objects');
      if (typeof written !== 'string') return written.refused;
      law(tried(written) === written, `a ${name} that could be read once can be read again`);
      return `read ${Math.ceil(Math.log2(written.length))}`;
    },
  };
});
