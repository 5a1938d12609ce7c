/**
 * How fast the engine is: a million made-up events as JSON text through parse, translate, judge and learn in one process,
 * beside bare `JSON.parse` of the same bytes in the same run. Machines are noisy, the ratio is not.
 *
 *     npm run bench:engine [-- --events N]
 */
import { asTwin } from '../lib/adapters/sources/identity.ts';
import { pulumiTranslator } from '../lib/adapters/sources/pulumi/translate.ts';
import { assess, newOrganization } from '../lib/core/assess.ts';
import { type Baseline, encodeBaseline } from '../lib/core/baseline.ts';
import { type AuditEvent, inOrder } from '../lib/core/event.ts';
import { rememberNetworks } from '../lib/core/network.ts';
import { encodeOrganization } from '../lib/core/organization.ts';
import { msPerDay } from '../lib/core/time.ts';
import { madeUpOwners } from '../lib/simulator/addresses.ts';
import { ordinaryLife } from '../lib/simulator/organization.ts';

const wanted = Number(process.argv[process.argv.indexOf('--events') + 1] ?? '') || 1_000_000;
const eventsPerPage = 1_000;
const daysPerBlock = 28;
const startMs = Date.UTC(2020, 0, 6);

/** Pages of JSON text as the vendor's API answers them, but oldest first; made outside the measured time. */
const pagesOf = (block: number): readonly string[] => {
  const fromMs = startMs + block * daysPerBlock * msPerDay;
  const { log: events } = ordinaryLife(1, { fromMs, toMs: fromMs + daysPerBlock * msPerDay });
  const pages: string[] = [];
  for (let at = 0; at < events.length; at += eventsPerPage) {
    pages.push(JSON.stringify({ auditLogEvents: events.slice(at, at + eventsPerPage) }));
  }
  return pages;
};

type Page = { readonly auditLogEvents: readonly unknown[] };
const parse = (page: string): Page => JSON.parse(page) as Page;

const translate = pulumiTranslator('pulumi:acme-demo');
const context = { networks: rememberNetworks(madeUpOwners), alertBudgetPerWeek: 1 };
const memory = { organization: newOrganization(), baselines: new Map<string, Baseline>() };

const translated = (page: string): readonly AuditEvent[] => {
  const events: AuditEvent[] = [];
  for (const raw of parse(page).auditLogEvents) {
    const { event } = translate(raw);
    if (event !== undefined) events.push(event);
  }
  events.sort(inOrder);
  // In order, identical twins stand side by side.
  let ordinal = 0;
  return events.map((event, at) => {
    ordinal = at > 0 && events[at - 1]?.id === event.id ? ordinal + 1 : 0;
    return asTwin(event, ordinal);
  });
};

const assessPage = (page: string): number => {
  const events = translated(page);
  const assessment = assess(memory, events, context);
  memory.organization = assessment.organization;
  for (const [key, baseline] of assessment.baselines) memory.baselines.set(key, baseline);
  return assessment.alerts.length;
};

const timed = (work: () => void): number => {
  const before = performance.now();
  work();
  return performance.now() - before;
};

const heapMiB = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

let events = 0;
let bytes = 0;
let parseMs = 0;
let engineMs = 0;
let heapAtTenth = 0;
let busiestBytes = 0;
let tellingBytes = 0;
for (let block = 0; events < wanted; block += 1) {
  const pages = pagesOf(block);
  // In turn and one after the other, so that a slow moment of the machine meets both.
  for (const page of pages) {
    parseMs += timed(() => parse(page));
    engineMs += timed(() => assessPage(page));
    events += eventsPerPage;
    bytes += page.length;
  }
  for (const baseline of memory.baselines.values()) {
    const bytes = Buffer.byteLength(encodeBaseline(baseline));
    if (baseline.incident === undefined) busiestBytes = Math.max(busiestBytes, bytes);
    else tellingBytes = Math.max(tellingBytes, bytes);
  }
  if (heapAtTenth === 0 && events >= wanted / 10) heapAtTenth = heapMiB();
}
const heapAtEnd = heapMiB();

const sizes = [...memory.baselines.values()].map((baseline) => Buffer.byteLength(encodeBaseline(baseline)));
const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
const perSecond = (ms: number): string => Math.round(events / (ms / 1000)).toLocaleString('en-US');
const row = (label: string, value: string): void => console.log(`${label.padEnd(44)} ${value.padStart(16)}`);

console.log(
  `${events.toLocaleString('en-US')} events, ${Math.round(bytes / events)} bytes of JSON each, Node ${process.version}\n`,
);
row('bare JSON.parse, events per second', perSecond(parseMs));
row('parse, translate, judge, learn, per second', perSecond(engineMs));
row('ratio (at least 0.30, goal 0.50)', (parseMs / engineMs).toFixed(2));
row('beyond parsing, microseconds per event', (((engineMs - parseMs) * 1000) / events).toFixed(2));
row('heap after a tenth of the events, MiB', heapAtTenth.toFixed(1));
row('heap after all of them, MiB', heapAtEnd.toFixed(1));
row('peak resident memory, MiB', (process.resourceUsage().maxRSS / 1024).toFixed(0));
row('principals', String(sizes.length));
row('state per principal, mean bytes', mean.toFixed(0));
row('state of the busiest principal, peak bytes', String(busiestBytes));
row('the same while an incident is open', String(tellingBytes));
row('state of the organization, bytes', String(Buffer.byteLength(encodeOrganization(memory.organization))));
