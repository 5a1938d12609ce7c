import type { Alert, Evidence } from '../../lib/core/alert.ts';
import { latenessMs, tellFromMs } from '../../lib/core/coverage.ts';
import { principalKey } from '../../lib/core/principal.ts';
import { msPerSecond } from '../../lib/core/time.ts';
import { faultsOf } from './faults.ts';
import type { Duties, Reference } from './reference.ts';
import type { Played } from './run.ts';

/**
 * Some alerts rest on facts and not on what was learned: the use of a deleted token. Whatever the order in which events
 * came, they are told, if only the deletion was known in its time and one use was to be seen at all. What joins an
 * incident of the history before the first start is listed with it, and not sent.
 */

export const factsTold = (played: Played, { of }: Duties, everything: Reference): readonly string[] => {
  const { plan, world, visibility, record, state, watched } = played;
  if (record.coverage === undefined) return [];
  const fromMs = tellFromMs(record.coverage);
  const aheadMs = faultsOf(plan.faults, 'skew').reduce((sum, skew) => sum + Math.abs(skew.aheadMs), 0);
  const isInTime = (place: number): boolean =>
    of[place] === 'must' &&
    (visibility.shownAtMs[place] ?? 0) - (world.events[place]?.atMs ?? 0) <= latenessMs - aheadMs - msPerSecond;

  const isDue = ({ key, deletedMs }: Misuse): boolean => {
    const deletions = world.events.flatMap(({ atMs }, place) => (atMs === deletedMs ? [place] : []));
    if (deletions.length === 0 || !deletions.every(isInTime)) return false;
    const names = new Set(deletions.map((place) => world.events[place]?.target));
    // A token of the same name that is deleted later takes its place, as far as the log can tell.
    const replacedMs = world.events.findLast(
      ({ atMs, action, target }) => atMs < watched.toMs && action === deletion && names.has(target),
    )?.atMs;
    return world.events.some(
      ({ atMs, source, principal }, place) =>
        atMs > deletedMs &&
        atMs >= fromMs &&
        atMs < watched.toMs &&
        principalKey(source, principal) === key &&
        of[place] === 'must' &&
        (isInTime(place) || replacedMs === deletedMs),
    );
  };

  const told = new Set(
    [
      ...record.deliveries.map(({ telling }) => telling.alert),
      ...state.alerts.filter(({ openedAtMs }) => openedAtMs < fromMs),
    ]
      .filter(({ findings }) => findings.some(({ evidence }) => isMisuse(evidence)))
      .map(({ source, principal }) => principalKey(source, principal)),
  );
  const untold = misusesIn(everything.alerts).filter((misuse) => !told.has(misuse.key) && isDue(misuse));
  return untold.length === 0 ? [] : [`${untold.length} uses of a deleted token were not told: ${untold[0]?.key}`];
};

const deletion = 'organization-token-deleted';

type Misuse = { readonly key: string; readonly deletedMs: number };

const misusesIn = (alerts: readonly Alert[]): readonly Misuse[] =>
  alerts.flatMap(({ source, principal, findings }) =>
    findings
      .map(({ evidence }) => evidence)
      .filter(isMisuse)
      .map(({ sinceMs }) => ({ key: principalKey(source, principal), deletedMs: sinceMs })),
  );

const isMisuse = (evidence: Evidence): evidence is Extract<Evidence, { readonly detector: 'token-life' }> =>
  evidence.detector === 'token-life' && evidence.fact === 'used-after-deletion';
