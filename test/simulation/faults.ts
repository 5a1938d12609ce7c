import { msPerDay, msPerHour, msPerMinute, msPerSecond, type Stretch } from '../../lib/core/time.ts';

/**
 * What can go wrong, as data: a schedule lists it, so that it can be told in words, left out one by one, and played again.
 * Times are counted from the start of the watch. Each fault has dice of its own, named by its number, so that leaving one
 * out moves no other.
 */

/** What the vendor answers instead. */
export type Answering =
  | 'refused' // no connection
  | 'reset' // the connection breaks in the middle of the body
  | 'truncated' // half a body under a good status
  | 'not-json' // a page of HTML with status 200
  | 'odd-type' // the right body under the wrong content type, which is to be taken
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'limited' // 429 and no word of when
  | 'limited-seconds'
  | 'limited-date'
  | 'failing' // 500, 502 or 503
  | 'maintenance' // 503 with Retry-After
  | 'empty-page' // no events, and a token that goes on
  | 'loop' // the same token again
  | 'drip' // the whole body, slowly, within the time limit
  | 'stall'; // the body never ends

/** What a process calls, and may die of. */
export type Port = 'clock' | 'secret' | 'vendor' | 'store' | 'archive' | 'receiver';

type Call = {
  readonly fromMs: number;
  /** So many calls after that: of the port, or of any. */
  readonly call: number;
  readonly port?: Port;
};

export type Fault = { readonly number: number } & (
  | ({ readonly kind: 'answers'; readonly answering: Answering; readonly share: number } & Window)
  /** So many seconds from `atMs` on hold more events than one reading may. */
  | ({ readonly kind: 'crowd'; readonly atMs: number; readonly seconds: number } & Window)
  | { readonly kind: 'page-size'; readonly fromMs: number; readonly size: number }
  /** A share of what happens shows only so much later. */
  | ({ readonly kind: 'late'; readonly share: number; readonly byMs: number; readonly toMostMs: number } & Window)
  /** All of what happens shows only when the window ends. */
  | ({ readonly kind: 'held-back' } & Window)
  | { readonly kind: 'forgets'; readonly afterMs: number }
  | ({ readonly kind: 'skew'; readonly aheadMs: number } & Window)
  | ({
      readonly kind: 'store';
      readonly failing: 'throttled' | 'conflict' | 'after-commit';
      readonly share: number;
    } & Window)
  | ({
      readonly kind: 'receiver';
      readonly failing: 'refuses' | 'after-delivery' | 'hangs';
      readonly share: number;
    } & Window)
  | ({ readonly kind: 'archive'; readonly failing: 'refuses' | 'after-keeping'; readonly share: number } & Window)
  /** The call ends the process, before or after it takes effect. */
  | ({ readonly kind: 'crash'; readonly moment: 'before' | 'after' } & Call)
  /** The call takes so long; the process knows nothing of it, and goes on afterwards. */
  | ({ readonly kind: 'hang'; readonly forMs: number } & Call)
  /** Another process on the same state. */
  | ({ readonly kind: 'second-host' } & Window)
);

/** The end of what does not end. */
export const neverMs = 1_000 * msPerDay;

export type Window = { readonly fromMs: number; readonly toMs: number };

export type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { readonly kind: Kind }>;

export const faultsOf = <Kind extends Fault['kind']>(faults: readonly Fault[], kind: Kind): readonly FaultOf<Kind>[] =>
  faults.filter((fault): fault is FaultOf<Kind> => fault.kind === kind);

export const isWithin = ({ fromMs, toMs }: Window, sinceMs: number): boolean => sinceMs >= fromMs && sinceMs < toMs;

/** When it is at work, where it has an end; a crash or a hang is over after a while by itself. */
export const windowOf = (fault: Fault): Window | undefined => {
  switch (fault.kind) {
    case 'page-size':
    case 'forgets':
      return undefined;
    case 'crash':
      return { fromMs: fault.fromMs, toMs: fault.fromMs + msPerHour };
    case 'hang':
      return { fromMs: fault.fromMs, toMs: fault.fromMs + fault.forMs + msPerHour };
    case 'late':
      return { fromMs: fault.fromMs, toMs: fault.toMs + fault.toMostMs };
    case 'crowd':
      return fault.toMs === neverMs ? undefined : { fromMs: fault.fromMs, toMs: fault.toMs };
    default:
      return { fromMs: fault.fromMs, toMs: fault.toMs };
  }
};

/** The seconds of a crowd, as times; the plan's start is no whole second. */
export const crowdOf = ({ atMs, seconds }: FaultOf<'crowd'>, startMs: number): Stretch => {
  const fromMs = Math.floor((startMs + atMs) / msPerSecond) * msPerSecond;
  return { fromMs, toMs: fromMs + seconds * msPerSecond };
};

/** In words, for whoever has to understand a failing schedule. */
export const wordsOf = (fault: Fault): string => {
  switch (fault.kind) {
    case 'answers':
      return `${span(fault)} ${percent(fault.share)} of requests are answered so: ${fault.answering}`;
    case 'crowd':
      return `${fault.toMs === neverMs ? `from ${clock(fault.fromMs)} on` : span(fault)} the ${fault.seconds} s from ${clock(fault.atMs)} hold more than one reading may`;
    case 'page-size':
      return `from ${clock(fault.fromMs)} a page holds ${fault.size} events`;
    case 'late':
      return `of what happens ${span(fault)}, ${percent(fault.share)} shows ${lasting(fault.byMs)} to ${lasting(fault.toMostMs)} later`;
    case 'held-back':
      return `what happens ${span(fault)} shows only then`;
    case 'forgets':
      return `the vendor forgets events after ${lasting(fault.afterMs)}`;
    case 'skew':
      return `${span(fault)} the monitor's clock is ${lasting(Math.abs(fault.aheadMs))} ${fault.aheadMs > 0 ? 'ahead' : 'behind'}`;
    case 'store':
      return `${span(fault)} the store fails in ${percent(fault.share)} of calls: ${fault.failing}`;
    case 'receiver':
      return `${span(fault)} the receiver fails in ${percent(fault.share)} of deliveries: ${fault.failing}`;
    case 'archive':
      return `${span(fault)} the archive fails in ${percent(fault.share)} of calls: ${fault.failing}`;
    case 'crash':
      return `${calls(fault)} the process dies ${fault.moment} the call takes effect`;
    case 'hang':
      return `${calls(fault)} a call takes ${lasting(fault.forMs)}`;
    case 'second-host':
      return `${span(fault)} a second process watches with the same state`;
  }
};

const calls = ({ call, port, fromMs }: Call): string =>
  `${call} calls ${port === undefined ? '' : `of the ${port} `}after ${clock(fromMs)}`;

const span = ({ fromMs, toMs }: Window): string => `from ${clock(fromMs)} to ${clock(toMs)}`;

/** `03:25:10` since the start of the watch. */
export const clock = (ms: number): string => {
  const seconds = Math.floor(Math.abs(ms) / msPerSecond);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${ms < 0 ? '-' : ''}${parts.map((part) => String(part).padStart(2, '0')).join(':')}`;
};

export const lasting = (ms: number): string => {
  if (ms >= 2 * msPerHour) return `${Math.round((ms / msPerHour) * 10) / 10} h`;
  return ms >= 2 * msPerMinute ? `${Math.round(ms / msPerMinute)} min` : `${Math.round(ms / msPerSecond)} s`;
};

const percent = (share: number): string => `${Math.round(share * 100)} %`;
