import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asTwin, identityOf } from '../../../lib/adapters/sources/identity.ts';
import { pulumiTranslator } from '../../../lib/adapters/sources/pulumi/translate.ts';

const translate = pulumiTranslator('pulumi:acme');
const page = (name: string): readonly unknown[] =>
  JSON.parse(readFileSync(new URL(`../../fixtures/logs/${name}`, import.meta.url), 'utf8')).auditLogEvents;

const record = {
  timestamp: 1756400000,
  sourceIP: '203.0.113.42',
  event: 'stack-exported',
  description: 'Exported stack website/prod',
  user: { name: 'A. Rivera', githubLogin: 'arivera', avatarUrl: 'https://example.com/a.png' },
};
const eventOf = (changed: object) => translate({ ...record, ...changed }).event;

describe("Pulumi's documented samples", () => {
  it('read field by field, with event types as slugs', () => {
    const [update, member] = page('pulumi.json').map(translate);
    expect(update).toEqual({
      event: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        atMs: Date.parse('2025-08-28T16:53:20Z'),
        source: 'pulumi:acme',
        principal: { provider: 'pulumi', kind: 'token', id: 'ci-deploy', name: 'ci-deploy' },
        ip: '203.0.113.42',
        action: 'stack-update-started',
        outcome: 'success',
        user: 'arivera',
        credential: undefined,
        target: 'website/prod',
        userAgent: undefined,
        description: 'Started update "1d1b4a32-0c9f-4c6b-9a7e-2f60e2b3a111" for stack "website/prod"',
      },
      hasOwnId: false,
      flaw: undefined,
    });
    expect(member?.event).toMatchObject({
      atMs: Date.parse('2025-08-28T16:50:20Z'),
      principal: { provider: 'pulumi', kind: 'user', id: 'dokonkwo', name: 'dokonkwo' },
      ip: '198.51.100.7',
      action: 'member-added',
      target: undefined,
    });
  });

  it('read alike with the display names of 2021', () => {
    const events = page('pulumi-2021.json').map((raw) => translate(raw).event);
    expect(events).toMatchObject([
      { atMs: Date.parse('2021-03-10T21:57:12Z'), action: 'stack-update-started', target: 'project1/dev' },
      { atMs: Date.parse('2021-03-10T21:56:05Z'), action: 'stack-exported', target: 'project1/dev', ip: '10.0.0.1' },
      { atMs: Date.parse('2021-03-10T21:56:05Z'), action: 'stack-update-started', user: 'user1' },
    ]);
  });
});

describe('a Pulumi event type', () => {
  it.each([
    ['Stack Update Started', 'stack-update-started'],
    ['OIDC Issuer Validation Failed', 'oidc-issuer-validation-failed'],
    ['Organization Downgraded To Free', 'org-downgraded-to-free'],
    ['Organization Plan Migrated', 'org-plan-migrated'],
    ['Organization Upgraded To Pro', 'org-upgraded-to-pro'],
    ['stack.update', 'stack-update'],
    ['  A new -- kind of event! ', 'a-new-kind-of-event'],
  ])('%s is %s', (event, action) => {
    expect(eventOf({ event })?.action).toBe(action);
  });
});

describe('the principal of a Pulumi event', () => {
  it('is the token when the event names one, whoever it belongs to', () => {
    expect(eventOf({ tokenID: 'tok-1', tokenName: 'ci' })).toMatchObject({
      principal: { kind: 'token', id: 'tok-1', name: 'ci' },
      user: 'arivera',
    });
    expect(eventOf({ tokenID: 'tok-1' })?.principal).toMatchObject({ kind: 'token', id: 'tok-1', name: 'tok-1' });
    expect(eventOf({ tokenName: 'ci', user: undefined })).toMatchObject({ principal: { id: 'ci' }, user: undefined });
  });

  it('keeps its id when the token is renamed', () => {
    const names = ['ci', 'deploy', 'ci'].map((tokenName) => eventOf({ tokenID: 'tok-1', tokenName })?.principal);
    expect(names).toMatchObject([
      { id: 'tok-1', name: 'ci' },
      { id: 'tok-1', name: 'deploy' },
      { id: 'tok-1', name: 'ci' },
    ]);
  });

  it('is the user when the token fields are empty, and the actor when there is no user', () => {
    expect(eventOf({ tokenID: '', tokenName: '' })?.principal).toMatchObject({ kind: 'user', id: 'arivera' });
    expect(eventOf({ user: undefined, actorName: 'deployment', actorUrn: 'urn:example' })?.principal).toMatchObject({
      kind: 'service-account',
      id: 'urn:example',
      name: 'deployment',
    });
  });

  it('stays distinct for two long ids that begin alike', () => {
    const ids = ['a', 'b'].map((end) => eventOf({ tokenID: 'x'.repeat(300) + end })?.principal.id ?? '');
    expect(new Set(ids).size).toBe(2);
    expect(ids.map(({ length }) => length)).toEqual([256, 256]);
  });
});

describe('the outcome of a Pulumi event', () => {
  it('is a failure when flagged, when the catalogue flags the type, and for two refusals that it does not flag', () => {
    expect(eventOf({})?.outcome).toBe('success');
    expect(eventOf({ authFailure: true })?.outcome).toBe('failure');
    for (const event of ['Auth Failure Stack Permission', 'user-login-failed', 'environment-unauthorized-open']) {
      expect(eventOf({ event })?.outcome).toBe('failure');
    }
  });
});

describe('the target of a Pulumi event', () => {
  it.each([
    ['Decrypted secret value for stack "web/dev-user1" (cipher text suffix: "tbpiX4c=")', 'web/dev-user1'],
    ['Exported stack project1/dev.', 'project1/dev'],
    ['Opened environment "aws/prod"', 'aws/prod'],
    ['Deleted policy group tg-test2', undefined],
    ['the word haystack x/y', undefined],
    ['stack "never closed', undefined],
  ])('in %s is %s', (description, target) => {
    expect(eventOf({ description })?.target).toBe(target);
  });
});

describe('a flawed Pulumi record', () => {
  it.each([
    [{ timestamp: undefined }, 'timestamp is missing: expected a time between 2000 and 2100 in whole unix seconds'],
    [{ timestamp: '1756400000' }, 'timestamp "1756400000" is not a time between 2000 and 2100 in whole unix seconds'],
    [{ timestamp: 1756400000.5 }, 'timestamp 1756400000.5 is not a time between 2000 and 2100 in whole unix seconds'],
    [{ timestamp: 1756400000000 }, 'timestamp 1756400000000 is not a time between 2000 and 2100 in whole unix seconds'],
    [{ timestamp: -62135596800 }, 'timestamp -62135596800 is not a time between 2000 and 2100 in whole unix seconds'],
    [{ timestamp: 253402300799 }, 'timestamp 253402300799 is not a time between 2000 and 2100 in whole unix seconds'],
    [{ user: undefined }, 'no principal: expected user.githubLogin, tokenID or tokenName'],
    [{ event: {} }, 'event an object is not the name of an event type'],
  ])('is rejected: %j', (changed, flaw) => {
    expect(translate({ ...record, ...changed })).toEqual({ flaw });
  });

  it.each([null, 7, 'text', [record]])('is rejected when it is no object: %j', (raw) => {
    expect(translate(raw)).toEqual({ flaw: 'not an audit event: expected a JSON object' });
  });

  it.each([
    [undefined, 'sourceIP is missing: expected an address'],
    ['999.1.1.1', 'sourceIP "999.1.1.1" is not an address'],
  ])('is kept without an address: %s', (sourceIP, flaw) => {
    expect(translate({ ...record, sourceIP })).toMatchObject({
      event: { ip: undefined, action: 'stack-exported' },
      flaw,
    });
  });
});

describe('the identity of a Pulumi event', () => {
  it('is the same for slug and display name, and whatever becomes of name and picture', () => {
    const { id } = eventOf({}) ?? {};
    expect(eventOf({ event: 'Stack Exported', reqOrgAdmin: false, tokenID: '' })?.id).toBe(id);
    expect(eventOf({ user: { githubLogin: 'arivera', name: 'Renamed', avatarUrl: '' } })?.id).toBe(id);
  });

  it('differs with anything that tells two events apart', () => {
    const changes = [
      {},
      { timestamp: 1756400001 },
      { event: 'stack-deleted' },
      { description: 'other' },
      { sourceIP: '203.0.113.43' },
      { user: { githubLogin: 'other' } },
      { tokenID: 'a' },
      { tokenName: 'a' },
      { actorUrn: 'a' },
      { reqOrgAdmin: true },
      { reqStackAdmin: true },
      { authFailure: true },
      { description: `${'x'.repeat(2_000)}1` },
      { description: `${'x'.repeat(2_000)}2` },
    ];
    expect(new Set(changes.map((changed) => eventOf(changed)?.id)).size).toBe(changes.length);
  });

  it('tells lists of parts apart however their texts are cut', () => {
    const parts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 });
    fc.assert(
      fc.property(
        parts,
        parts,
        (a, b) => (identityOf(a) === identityOf(b)) === (JSON.stringify(a) === JSON.stringify(b)),
      ),
      { seed: 1 },
    );
    expect(identityOf(['\ud800'])).not.toBe(identityOf(['\ufffd']));
  });

  it('numbers twins from the second on', () => {
    const event = eventOf({});
    if (event === undefined) throw new Error('expected an event');
    expect(asTwin(event, 0)).toBe(event);
    expect(asTwin(event, 2)).toEqual({ ...event, id: `${event.id}.2` });
  });
});

describe('hostile text', () => {
  it('passes through as it is, at bounded length', () => {
    const hostile = '\u001b[31m<script>\u0000\u202e\ud800</script>';
    expect(eventOf({ description: hostile, tokenName: hostile, user: { githubLogin: hostile } })).toMatchObject({
      description: hostile,
      principal: { name: hostile },
      user: hostile,
    });
    expect(eventOf({ description: 'x'.repeat(5_000) })?.description).toHaveLength(1_000);
  });

  it('cannot reach prototypes by its keys', () => {
    const raw = JSON.parse(`{"__proto__":{"authFailure":true},"constructor":{"prototype":{"x":1}},"event":"__proto__",
      "timestamp":1756400000,"sourceIP":"203.0.113.42","user":{"githubLogin":"__proto__","__proto__":{"name":"x"}}}`);
    expect(translate(raw).event).toMatchObject({ outcome: 'success', action: 'proto', principal: { id: '__proto__' } });
    expect(Object.hasOwn(Object.prototype, 'authFailure')).toBe(false);
  });
});
