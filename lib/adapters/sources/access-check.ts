import { SourceError, type SourceFailure } from '../../app/ports.ts';
import { msPerMinute, msPerSecond } from '../../core/time.ts';

/** What looking whether a source can be watched comes to, one check after another. For `doctor`. */

export type AccessCheck<Name extends string> = {
  readonly name: Name;
  readonly detail: string;
  /** `advice`: it works, and could be better. */
} & ({ readonly ok: true; readonly advice?: string } | { readonly ok: false; readonly fix: string });

/** The failure as a value, where it is one of the source's. */
export const outcomeOf = async <Value>(asked: Promise<Value>): Promise<Value | SourceError> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
};

/** What to do by kind of failure, in a vendor's words. */
export type Fixes = Readonly<Record<SourceFailure, string>>;

export const failedCheck = <Name extends string>(name: Name, error: SourceError, fixes: Fixes): AccessCheck<Name> => ({
  name,
  ok: false,
  detail: error.message,
  fix: fixes[error.failure],
});

/** A stretch ends at our own now, so a clock that lags delays alerts by as much. The `Date` header is exact to a second. */
const clockDifferenceMsMax = msPerMinute;

/** None where the server's answer told no time. `whose`: `Pulumi Cloud's` */
export const clockChecks = (differenceMs: number | undefined, whose: string): readonly AccessCheck<'clock'>[] => {
  if (differenceMs === undefined) return [];
  const seconds = Math.round(Math.abs(differenceMs) / msPerSecond);
  const detail = `This clock is ${seconds} s ${differenceMs > 0 ? 'behind' : 'ahead of'} ${whose}.`;
  return Math.abs(differenceMs) <= clockDifferenceMsMax
    ? [{ name: 'clock', ok: true, detail }]
    : [{ name: 'clock', ok: false, detail, fix: 'Set this machine’s clock from a time server.' }];
};
