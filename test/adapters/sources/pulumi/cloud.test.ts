import { describe, expect, it } from '@jest/globals';
import { pulumiCloud } from '../../../../lib/adapters/sources/pulumi/cloud.ts';
import { Secret } from '../../../../lib/config/secret.ts';
import { organizationToken, virtualClock } from './server.ts';

const readToken = async () => new Secret(organizationToken);
const clock = virtualClock();

describe('the Pulumi Cloud source', () => {
  it('is named after its organization', () => {
    expect(pulumiCloud({ organization: 'acme', readToken, clock }).name).toBe('pulumi:acme');
  });

  it.each(['', '.', '..', 'acme/../other', 'acme?x', 'acme#', 'ac me', 'acme\n', 'a'.repeat(201)])(
    'refuses %j for an organization',
    (organization) => {
      expect(() => pulumiCloud({ organization, readToken, clock })).toThrow(/is not the name of a Pulumi organization/);
    },
  );

  it.each([
    ['http://pulumi.example.com', /unencrypted/],
    ['https://app.pulumi.com/acme', /console, not the API: write https:\/\/api\.pulumi\.com/],
    ['s3://state-bucket', /write the address of the API, such as https:\/\/api\.pulumi\.com/],
    ['https://alice:hunter2@pulumi.example.com', /^(?!.*hunter2).*password/],
  ])('refuses %s for the address of the API, and says what to write', (baseUrl, advice) => {
    expect(() => pulumiCloud({ organization: 'acme', readToken, clock, baseUrl })).toThrow(advice);
  });

  it('asks the managed service unless told otherwise', async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url));
      return Response.json({ auditLogEvents: [] });
    };
    const atMs = Date.parse('2026-03-14T02:00:00Z');
    await pulumiCloud({ organization: 'a c'.replace(' ', '%'), readToken, clock, fetch }).read({
      fromMs: atMs,
      toMs: atMs + 1,
    });
    expect(asked).toEqual([
      'https://api.pulumi.com/api/orgs/a%25c/auditlogs/v2?startTime=1773453599&endTime=1773453601',
    ]);
  });
});
