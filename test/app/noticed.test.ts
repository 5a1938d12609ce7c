import { describe, expect, it } from '@jest/globals';
import { withNoticed } from '../../lib/app/inventory.ts';
import type { AuditSource } from '../../lib/app/ports.ts';
import { call, msOf, source as name } from '../core/having.ts';

const logged = call('2026-03-14T02:05Z', '192.0.2.7');
const noticed = [
  call('2026-03-14T02:01Z', undefined, { action: 'token-deleted' }),
  call('2026-03-14T02:10Z', undefined, { action: 'allow-list-changed' }),
];
const source: AuditSource = { name, read: async () => ({ events: [logged], badRecords: [], requests: 1 }) };

describe('a source, and what was noticed beside it', () => {
  it('reads both in the order of time, each in its own stretch', async () => {
    const both = withNoticed(source, noticed);
    const stretch = { fromMs: msOf('2026-03-14T02:00Z'), toMs: msOf('2026-03-14T02:10Z') };
    const { events, requests } = await both.read(stretch);
    expect(events.map(({ action }) => action)).toEqual(['token-deleted', 'stack-updated']);
    expect({ name: both.name, requests }).toEqual({ name, requests: 1 });
  });
});
