import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { demoWorld } from '../../lib/simulator/demo-world.ts';
import { createPulumiApi, type PulumiApi } from '../../lib/simulator/pulumi-api.ts';
import { eventTypeCatalogue } from '../../lib/simulator/pulumi-event.ts';

/** The made-up API against what the vendor publishes about the real one. */

type Schema = { readonly properties: Readonly<Record<string, unknown>> };
type Entry = Readonly<
  Record<'requiresOrgAdmin' | 'requiresStackAdmin' | 'authenticationFailure' | 'deprecated', boolean>
> & {
  readonly event: string;
};
const contract = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../fixtures/contracts/${name}.json`, import.meta.url), 'utf8')) as T;
const openapi = contract<{ readonly components: { readonly schemas: Readonly<Record<string, Schema>> } }>(
  'pulumi-openapi',
);
const entries = new Map(contract<readonly Entry[]>('pulumi-event-types').map((entry) => [entry.event, entry]));

// The vendor's own keywords (x-order) and all that OpenAPI adds are no errors.
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(openapi, 'pulumi');

const world = demoWorld(3, Date.parse('2026-09-07T00:00Z'));

describe('the answers', () => {
  let api: PulumiApi;
  beforeAll(async () => {
    api = await createPulumiApi({ ...world, nowMs: () => world.timeline.toMs });
  });
  afterAll(() => api.close());

  it.each([
    ['/api/capabilities', 'AppCapabilitiesResponse'],
    ['/api/user', 'User'],
    ['/api/user/tokens', 'ListAccessTokensResponse'],
    ['/api/orgs/acme-demo/metadata', 'OrganizationMetadata'],
    ['/api/orgs/acme-demo/auditlogs', 'ResponseAuditLogs'],
    ['/api/orgs/acme-demo/auditlogs/v2', 'ResponseAuditLogs'],
    ['/api/orgs/acme-demo/tokens?filter=all', 'ListAccessTokensResponse'],
    ['/api/orgs/acme-demo/teams', 'ListTeamsResponse'],
    ['/api/orgs/acme-demo/teams/platform/tokens', 'ListAccessTokensResponse'],
  ])('at %s have the shape of %s', async (path, schema) => {
    const response = await fetch(api.url + path, { headers: { authorization: `token ${world.token}` } });
    const isValid = ajv.getSchema(`pulumi#/components/schemas/${schema}`);
    isValid?.(await response.json());
    expect([response.status, isValid?.errors]).toEqual([200, null]);
  });

  it('about event types come from the catalogue, sorted', async () => {
    const response = await fetch(`${api.url}/api/orgs/acme-demo/auditlogs/event-types`, {
      headers: { authorization: `token ${world.token}` },
    });
    const { eventTypes } = (await response.json()) as { readonly eventTypes: readonly Entry[] };
    const ids = eventTypes.map(({ event }) => event);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids)).toEqual(new Set(eventTypeCatalogue.map(({ event }) => event)));
  });
});

describe('every event', () => {
  it('has the vendor’s shape and no field besides', () => {
    const isValid = ajv.getSchema('pulumi#/components/schemas/AuditLogEvent');
    const known = new Set(Object.keys(openapi.components.schemas.AuditLogEvent?.properties ?? {}));
    for (const event of world.log) {
      if (isValid?.(event) !== true) throw new Error(`${JSON.stringify(event)}: ${JSON.stringify(isValid?.errors)}`);
      expect(Object.keys(event).filter((field) => !known.has(field))).toEqual([]);
    }
  });

  it('is of a current type in the catalogue, with the flags that it gives', () => {
    for (const { event, reqOrgAdmin = false, reqStackAdmin = false, authFailure = false } of world.log) {
      expect({ event, ...entries.get(event) }).toMatchObject({
        event,
        requiresOrgAdmin: reqOrgAdmin,
        requiresStackAdmin: reqStackAdmin,
        authenticationFailure: authFailure,
        deprecated: false,
      });
    }
  });

  it('is of a type that occurs, and every type the simulator knows does in one seed or another', () => {
    const seen = new Set(
      [3, 4, 5, 6].flatMap((seed) => demoWorld(seed, world.timeline.historyFromMs).log.map(({ event }) => event)),
    );
    expect(eventTypeCatalogue.map(({ event }) => event).filter((event) => !seen.has(event))).toEqual([]);
  });
});
