import { assess, newOrganization } from '../../lib/core/assess.ts';
import { beginCoverage } from '../../lib/core/coverage.ts';
import type { AuditEvent } from '../../lib/core/event.ts';
import { noInstructions } from '../../lib/core/instructions.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import {
  readBaseline,
  readCoverage,
  readInstructions,
  readOrganization,
  StoredShapeError,
  type StoredText,
  writeBaseline,
  writeCoverage,
  writeInstructions,
  writeOrganization,
} from '../../lib/core/stored.ts';
import { kindOf, law, type Target } from './fuzz.ts';

/** Stored state that a disk or a hand has damaged. Law: it is read as it was written, or refused as damaged. */

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
];

export const storedTargets: readonly Target[] = kinds.map(({ name, stored, again }) => ({
  name: `stored-${name}`,
  seeds: [Buffer.from(stored.body)],
  async run(input) {
    const body = input.toString('utf8');
    try {
      const written = again({ version: stored.version, body });
      law(written.body === body, `a ${name} that is read is the one that was written`);
      return 'read';
    } catch (error) {
      if (!(error instanceof StoredShapeError)) throw error;
      return kindOf(error.message);
    }
  },
}));
