import { describe, expect, it } from '@jest/globals';
import { healthOf } from '../../../lib/core/inventory/health.ts';
import type { Survey } from '../../../lib/core/inventory/survey.ts';
import { msPerDay, msPerHour } from '../../../lib/core/time.ts';
import { msOf } from '../having.ts';

const nowMs = msOf('2026-03-30T12:00Z');
const well: Survey = {
  listing: { tokens: [], members: undefined, missing: [] },
  allowedAddresses: [],
  logExport: { state: 'active', status: 'active', problem: undefined },
  lastRequestMs: nowMs - 5 * msPerHour,
  ownTokenEndsMs: nowMs + 70 * msPerDay,
};

const findingsIn = (changes: Partial<Survey>, at: Partial<Parameters<typeof healthOf>[1]> = {}) =>
  healthOf({ ...well, ...changes }, { nowMs, hasFixedAddress: false, newestEventMs: nowMs - 5 * msPerHour, ...at }).map(
    ({ finding }) => finding,
  );

describe('the health of an account', () => {
  it('is well where nothing is in the way, or nothing was shown', () => {
    expect(findingsIn({})).toEqual([]);
    const hidden = {
      allowedAddresses: undefined,
      logExport: undefined,
      lastRequestMs: undefined,
      ownTokenEndsMs: undefined,
    };
    expect(findingsIn(hidden, { newestEventMs: undefined })).toEqual([]);
  });

  it.each([
    ['log-export-stopped', { logExport: { state: 'missing', status: 'none', problem: undefined } }],
    ['allow-list-without-fixed-address', { allowedAddresses: ['192.0.2.0/24'] }],
    ['own-token-ends', { ownTokenEndsMs: nowMs + 13 * msPerDay }],
  ] as const)('says %s', (finding, changes) => {
    expect(findingsIn(changes)).toEqual([finding]);
  });

  it('has nothing against an allow list that a fixed address is on', () => {
    expect(findingsIn({ allowedAddresses: ['192.0.2.0/24'] }, { hasFixedAddress: true })).toEqual([]);
  });

  it('says that the log is behind a request it must show, once it had time to', () => {
    expect(findingsIn({}, { newestEventMs: undefined })).toEqual(['log-behind']);
    expect(findingsIn({}, { newestEventMs: nowMs - 7 * msPerHour })).toEqual(['log-behind']);
    expect(findingsIn({ lastRequestMs: nowMs - 0.5 * msPerHour }, { newestEventMs: undefined })).toEqual([]);
    expect(findingsIn({}, { newestEventMs: nowMs - 5.5 * msPerHour })).toEqual([]);
  });
});
