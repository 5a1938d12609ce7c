/** Why false alerts occur: which detectors spoke, about whom, and when. */
import type { FalseAlert } from './organizations-budget.ts';

export const causesOf = (alerts: readonly FalseAlert[]): string => {
  const by = (title: string, keyOf: (alert: FalseAlert) => string): string => {
    const counts = new Map<string, number>();
    for (const alert of alerts) counts.set(keyOf(alert), (counts.get(keyOf(alert)) ?? 0) + 1);
    const rows = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 14);
    return `${title}\n${rows.map(([key, count]) => `  ${String(count).padStart(5)}  ${key}`).join('\n')}`;
  };
  const size = ({ organization }: FalseAlert): string => `${organization.actors.length}`;
  return [
    by('by strongest', (a) => `${size(a)} ${a.alert.findings[0]?.evidence.detector}`),
    by(
      'by combination',
      (a) =>
        `${a.alert.findings
          .map(({ evidence }) => evidence.detector)
          .sort()
          .join(' + ')}`,
    ),
    by('by principal', (a) => a.alert.principal.name.replace(/-\d+$/, '')),
    by(
      'by principal and strongest',
      (a) => `${a.alert.principal.name.replace(/-\d+$/, '')} ${a.alert.findings[0]?.evidence.detector} ${levelOf(a)}`,
    ),
    by('by month since start', (a) => `month ${String(Math.floor(a.week / 4)).padStart(2)}`),
  ].join('\n');
};

const levelOf = ({ alert }: FalseAlert): string => {
  const evidence = alert.findings[0]?.evidence;
  if (evidence?.detector === 'unfamiliar-network') return `${evidence.newAt} ${evidence.network.class}`;
  if (evidence?.detector === 'sensitive-action') return evidence.kind;
  if (evidence?.detector === 'token-life') return evidence.fact;
  return '';
};
