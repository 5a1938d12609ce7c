import { msPerSecond, type Stretch } from '../../lib/core/time.ts';
import { createDice, type Dice } from '../../lib/simulator/dice.ts';
import { type Answering, type FaultOf, faultsOf, isWithin } from './faults.ts';
import type { Plan } from './plan.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Visibility } from './visibility.ts';
import { indexFrom, secondOf, type World } from './world.ts';

/**
 * Pulumi Cloud's audit log behind a `fetch` without sockets: the real source with its transport, paging and translation
 * asks it. Answers are the vendor's own JSON, kept as text; only the page at hand is put together.
 */

export type SimulatedVendor = {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: () => number;
  /** Stretches from one whole answer to the next in which nobody had any, but for those of a few polls. */
  readonly silences: () => readonly Stretch[];
};

export const simulatedToken = 'opaque-0123456789';

type Parts = {
  readonly world: World;
  readonly visibility: Visibility;
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly startMs: number;
  /** Nothing happens from then on. */
  readonly endMs: number;
};

export const simulatedVendor = (parts: Parts): SimulatedVendor => {
  const { plan, time, startMs } = parts;
  const log = logOf(parts);
  const latency = createDice(`latency ${plan.seed}`);
  const faults = faultsOf(plan.faults, 'answers').map((fault) => ({
    fault,
    dice: createDice(`answers ${plan.seed} ${fault.number}`),
  }));
  let requests = 0;
  let answeredAtMs = startMs;
  const silences: Stretch[] = [];
  const noteAnswer = (): void => {
    const nowMs = time.nowMs();
    if (nowMs - answeredAtMs > 2 * plan.pollEveryMs) silences.push({ fromMs: answeredAtMs, toMs: nowMs });
    answeredAtMs = nowMs;
  };

  const faultNow = (): { readonly fault: FaultOf<'answers'>; readonly dice: Dice } | undefined =>
    faults.find(({ fault, dice }) => isWithin(fault, time.nowMs() - startMs) && dice.chance(fault.share));

  const answered = async (url: URL, signal: AbortSignal | undefined): Promise<Response> => {
    requests += 1;
    await time.sleep(latency.integer(20, 400));
    const found = faultNow();
    if (found === undefined || wholeAnswers.includes(found.fault.answering)) noteAnswer();
    if (found === undefined) return honest(log.answer(url), time);
    const { fault, dice } = found;
    const { answering } = fault;
    switch (answering) {
      case 'refused':
        throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED', message: 'connect refused' } });
      case 'unauthorized':
        return refusal(401, 'Unauthorized: No credentials provided or are invalid.', time);
      case 'forbidden':
        return refusal(403, 'Forbidden', time);
      case 'not-found':
        return refusal(404, "Organization 'acme-demo' not found", time);
      case 'limited':
        return refusal(429, 'Too many requests', time);
      case 'limited-seconds':
        return refusal(429, 'Too many requests', time, String(dice.pick([1, 20, 120, 1_800])));
      case 'limited-date':
        return refusal(429, 'Too many requests', time, httpDate(time.nowMs() + dice.pick([3, 25, 900]) * msPerSecond));
      case 'failing':
        return refusal(dice.pick([500, 502, 503]), 'Internal error', time);
      case 'maintenance':
        return refusal(503, 'Maintenance', time, String(dice.pick([10, 600])));
      case 'not-json':
        return new Response('<html><body>Sign in to the hotel network</body></html>', {
          headers: { 'content-type': 'text/html', date: httpDate(time.nowMs()) },
        });
      case 'odd-type':
        return honest(log.answer(url), time, 'text/html');
      case 'empty-page':
        return honest(log.answer(url, 'empty-page'), time);
      case 'loop':
        return honest(log.answer(url, 'loop'), time);
      case 'truncated': {
        const answer = log.answer(url);
        return honest({ ...answer, text: answer.text.slice(0, Math.floor(answer.text.length / 2)) }, time);
      }
      case 'reset':
      case 'drip':
      case 'stall':
        return dripping({ answering, time, signal, answer: log.answer(url) });
    }
  };

  return {
    fetch: async (input, init) => answered(new URL(String(input)), init?.signal ?? undefined),
    requests: () => requests,
    silences: () => silences,
  };
};

/** Faults that a reader is to get over. */
const wholeAnswers: readonly Answering[] = ['odd-type', 'drip'];

type Answer = { readonly status: number; readonly text: string };

const httpDate = (atMs: number): string => new Date(atMs).toUTCString();

const honest = ({ status, text }: Answer, time: VirtualTime, contentType = 'application/json'): Response =>
  new Response(text, { status, headers: { 'content-type': contentType, date: httpDate(time.nowMs()) } });

const refusal = (code: number, message: string, time: VirtualTime, retryAfter?: string): Response =>
  new Response(JSON.stringify({ code, message }), {
    status: code,
    headers: {
      'content-type': 'application/json',
      date: httpDate(time.nowMs()),
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    },
  });

type Dripping = {
  readonly answering: 'reset' | 'drip' | 'stall';
  readonly time: VirtualTime;
  readonly signal: AbortSignal | undefined;
  readonly answer: Answer;
};

/** Ten pieces, a few seconds apart; `reset` breaks off after some, `stall` goes on without end. */
const dripping = ({ answering, time, signal, answer }: Dripping): Response => {
  const bytes = new TextEncoder().encode(answer.text);
  const pieces = 10;
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason), { once: true }),
    pull: async (controller) => {
      await time.sleep(answering === 'stall' && sent > 0 ? 60 * msPerSecond : 3 * msPerSecond);
      if (signal?.aborted) return;
      if (answering === 'reset' && sent >= 4) {
        controller.error(new TypeError('terminated', { cause: { code: 'ECONNRESET', message: 'socket hang up' } }));
        return;
      }
      controller.enqueue(
        bytes.subarray(Math.floor((sent * bytes.length) / pieces), Math.floor(((sent + 1) * bytes.length) / pieces)),
      );
      sent += 1;
      if (sent === pieces && answering !== 'stall') controller.close();
    },
  });
  return new Response(body, {
    status: answer.status,
    headers: { 'content-type': 'application/json', date: httpDate(time.nowMs()) },
  });
};

/** Where a page begins: in this second, after so many of its events, newest first. */
type Position = { readonly second: number; readonly skip: number; readonly nonce?: number };

const logOf = ({ world, visibility, plan, time, startMs, endMs }: Parts) => {
  const { events, texts, organization } = world;
  const { shownAtMs, keptMs } = visibility;
  const { vendor } = plan;
  const end = indexFrom(world, endMs);
  const seconds = Int32Array.from(events, ({ atMs }) => secondOf(atMs));
  const sizes = faultsOf(plan.faults, 'page-size');
  const path = `/api/orgs/${organization}/auditlogs`;
  let nonce = 0;

  const pageSize = (): number => {
    const sinceMs = time.nowMs() - startMs;
    const changed = sizes.filter(({ fromMs }) => sinceMs >= fromMs).at(-1)?.size;
    return Math.max(changed ?? vendor.pageSize, world.crowd + 1);
  };

  const isShown = (at: number, nowMs: number): boolean =>
    (shownAtMs[at] ?? 0) <= nowMs && (seconds[at] ?? 0) * msPerSecond + keptMs > nowMs;

  const page = (url: URL, change?: 'empty-page' | 'loop'): Answer => {
    const nowMs = time.nowMs();
    const bounds = boundsOf(url, vendor.bounds, vendor.version);
    const token = url.searchParams.get('continuationToken');
    const start: Position = token === null ? { second: bounds.last, skip: 0 } : positionOf(token);
    const from = Math.min(start.second, bounds.last);
    let place = Math.min(end, indexFrom(world, (from + 1) * msPerSecond)) - 1;
    const first = indexFrom(world, bounds.first * msPerSecond);
    for (let skip = start.second === from ? start.skip : 0; skip > 0 && seconds[place] === from; place -= 1) {
      if (isShown(place, nowMs)) skip -= 1;
    }
    if (change === 'empty-page') {
      nonce += 1;
      return pageText([], { ...start, nonce });
    }
    const size = pageSize();
    const found: number[] = [];
    for (; place >= first && found.length <= size; place -= 1) if (isShown(place, nowMs)) found.push(place);
    const isMore = found.length > size;
    const shown = found.slice(0, size);
    const listed = vendor.order === 'newest first' ? shown : mixed(shown);
    const written = listed.map((at) => texts[at] ?? '');
    if (change === 'loop') return pageText(written, start);
    return pageText(written, isMore ? nextOf(shown, start) : undefined);
  };

  const nextOf = (shown: readonly number[], start: Position): Position => {
    const second = seconds[shown.at(-1) ?? 0] ?? 0;
    if (vendor.boundarySecond === 'skipped') return { second: second - 1, skip: 0 };
    const isFirst = seconds[shown[0] ?? 0] === second;
    // A second that fills the page is not repeated, else there would be no end to it.
    if (vendor.boundarySecond === 'repeated' && !isFirst) return { second, skip: 0 };
    const before = start.second === second ? start.skip : 0;
    return { second, skip: before + shown.filter((at) => seconds[at] === second).length };
  };

  return {
    answer: (url: URL, change?: 'empty-page' | 'loop'): Answer => {
      if (url.pathname === (vendor.version === 'v2' ? `${path}/v2` : path)) return page(url, change);
      return { status: 404, text: '404 page not found\n' };
    },
  };
};

/** Whole seconds, both of them asked for. Version 1 has no lower bound. */
const boundsOf = (url: URL, bounds: Plan['vendor']['bounds'], version: 'v1' | 'v2') => {
  const start = Number(url.searchParams.get('startTime'));
  if (version === 'v1') return { first: 0, last: start - 1 };
  const last = Number(url.searchParams.get('endTime'));
  return { first: bounds === 'exclusive' ? start + 1 : start, last: bounds === 'inclusive' ? last : last - 1 };
};

const pageText = (records: readonly string[], next: Position | undefined): Answer => {
  const token = next === undefined ? '' : `,"continuationToken":${JSON.stringify(tokenOf(next))}`;
  return { status: 200, text: `{"auditLogEvents":[${records.join(',')}]${token}}` };
};

const tokenOf = ({ second, skip, nonce }: Position): string =>
  nonce === undefined ? `${second}.${skip}` : `${second}.${skip}.${nonce}`;

const positionOf = (token: string): Position => {
  const [second = 0, skip = 0] = token.split('.').map(Number);
  return { second, skip };
};

/** Odd places first: neither the first nor the last record stays where it was. */
const mixed = (page: readonly number[]): readonly number[] => [
  ...page.filter((_, place) => place % 2 === 1),
  ...page.filter((_, place) => place % 2 === 0),
];
