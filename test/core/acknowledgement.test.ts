import { describe, expect, it } from '@jest/globals';
import { type Acknowledgement, acknowledge, allowancesOf, coverOf } from '../../lib/core/acknowledgement.ts';
import type { Alert, Evidence } from '../../lib/core/alert.ts';
import { msPerDay, msPerHour } from '../../lib/core/time.ts';
import { acknowledgedText } from '../../lib/report/acknowledgement-text.ts';
import * as examples from '../report/examples.ts';

const alertOf = (...evidence: readonly Evidence[]): Alert =>
  examples.theft({ findings: evidence.map((each) => examples.finding(each)) });
const answered = (alert: Alert, days = 30): Acknowledgement =>
  acknowledge(alert, allowancesOf(alert) ?? [], {
    by: 'anna',
    note: undefined,
    atMs: alert.lastEventAtMs,
    untilMs: alert.lastEventAtMs + days * msPerDay,
  });
const isCovered = (later: Alert, by: Acknowledgement): boolean => coverOf(later, [by]).isCovered;

const newTarget: Evidence = {
  detector: 'unfamiliar-target',
  target: 'acme/prod',
  action: 'stack-updated',
  targetsKnown: 3,
  sessions: 40,
  sessionsWithNew: 0,
};
const twoAtOnce: Evidence = {
  detector: 'simultaneous-networks',
  atMs: examples.nightMs,
  network: examples.exampleHosting,
  besideOwner: 'Example Cloud',
  besideCountry: undefined,
  apartMs: 60_000,
  sessions: 40,
  sessionsPaired: 0,
};

describe('an answer', () => {
  const network = examples.unfamiliarNetwork();
  const first = alertOf(network, examples.sensitiveAction());

  it('covers the same again, within its time', () => {
    expect(isCovered(first, answered(first))).toBe(true);
    expect(isCovered({ ...first, lastEventAtMs: first.lastEventAtMs + 30 * msPerDay }, answered(first))).toBe(false);
  });

  it('covers nothing once it is withdrawn, and nobody else', () => {
    const by = answered(first);
    expect(isCovered(first, { ...by, withdrawnAtMs: by.atMs + 1 })).toBe(false);
    expect(isCovered({ ...first, principal: { ...first.principal, id: 'tok-9' } }, by)).toBe(false);
  });

  it('covers no other network, action or target', () => {
    const by = answered(first);
    const elsewhere = { ...examples.exampleHosting, owner: { asn: 64501, name: 'Other', class: 'hosting' as const } };
    expect(isCovered(alertOf(examples.unfamiliarNetwork({ network: elsewhere })), by)).toBe(false);
    expect(isCovered(alertOf(examples.sensitiveAction({ kind: 'credentials' })), by)).toBe(false);
    expect(isCovered(alertOf(examples.sensitiveAction({ target: 'acme/dev' })), by)).toBe(false);
  });

  it('covers an action only from where it was answered for', () => {
    const by = answered(first);
    const away = alertOf(examples.sensitiveAction());
    expect(isCovered(away, by)).toBe(true);
    expect(isCovered({ ...away, networks: [{ ...examples.exampleHosting, owner: undefined }] }, by)).toBe(false);
  });

  it('covers a new target only from there, too', () => {
    const touched = alertOf(newTarget);
    expect(isCovered(touched, answered(touched))).toBe(true);
    const away = [{ ...examples.exampleHosting, owner: undefined }];
    expect(isCovered({ ...touched, networks: away }, answered(touched))).toBe(false);
  });

  it('says each thing that it allows once, though two findings ask for it', () => {
    const both = answered(alertOf(network, twoAtOnce));
    expect(acknowledgedText(both)).toContain(': the network of Example Hosting. Anything else');
  });

  it('covers an hour either way, and half as much again', () => {
    const hours = answered(alertOf(examples.oddHours()));
    expect(isCovered(alertOf(examples.oddHours({ atMs: examples.nightMs + msPerHour })), hours)).toBe(true);
    expect(isCovered(alertOf(examples.oddHours({ atMs: examples.nightMs + 2 * msPerHour })), hours)).toBe(false);
    const volume = answered(alertOf(examples.usageSpike({ count: 1_000 })));
    expect(isCovered(alertOf(examples.usageSpike({ count: 1_500 })), volume)).toBe(true);
    expect(isCovered(alertOf(examples.usageSpike({ count: 1_501 })), volume)).toBe(false);
  });

  it('cannot make a fact usual', () => {
    expect(allowancesOf(alertOf(examples.tokenLife()))).toBeUndefined();
    expect(allowancesOf(alertOf(examples.sensitiveAction({ isTampering: true })))).toBeUndefined();
    expect(allowancesOf(alertOf(network, examples.tokenLife()))).toBeUndefined();
  });
});
