import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SourceError } from '../../../../lib/app/ports.ts';
import { closeServers, errorOf, organizationToken, type Reply, serve, transportTo } from './server.ts';

afterEach(closeServers);

describe('being refused by Pulumi Cloud', () => {
  const json = (code: number, message: string, more = {}): Reply => ({
    status: code,
    body: { code, message, ...more },
  });
  const plan = 'Audit Logs is available only to organizations with an Enterprise subscription.';
  const saml = { errors: [{ resource: 'user', errorType: 'saml_reauth_required' }] };
  const expiry = 'The `acme` organization enforces a max access token expiry of `30` days';

  it.each<[string, Reply, SourceError['failure'], RegExp]>([
    ['400 about the plan', json(400, plan), 'plan', /Essentials, Pro and Enterprise/],
    ['400 about anything else', json(400, 'startTime: not a number'), 'misunderstood', /startTime: not a number/],
    ['401', json(401, 'Unauthorized'), 'credentials', /missing, wrong, revoked or expired/],
    ['401 about SAML', json(401, 'Sign in again', saml), 'credentials', /SAML provider/],
    ['402', json(402, 'Not in this subscription'), 'plan', /Essentials, Pro and Enterprise/],
    ['403', json(403, 'Forbidden'), 'permission', /scope audit_logs:read/],
    ['403 about the age of the token', json(403, expiry), 'credentials', /expires sooner/],
    [
      '403 of a firewall',
      { status: 403, body: '<h1>Blocked</h1>' },
      'permission',
      /a firewall on the way.*It said: Blocked/,
    ],
    ['404', json(404, 'Not found'), 'not-found', /hidden from this token/],
    ['404 in plain text', { status: 404, body: '404 page not found' }, 'not-found', /It said: 404 page not found/],
    ['409', json(409, 'Conflict'), 'misunderstood', /does not know this answer/],
    ['422', json(422, 'Unprocessable'), 'misunderstood', /does not know this answer/],
  ])('%s: a single request, and what to do', async (_, reply, failure, advice) => {
    const { ask, seen } = await transportTo(() => reply);
    await expect(ask()).rejects.toMatchObject({ failure, message: expect.stringMatching(advice) });
    expect(seen).toHaveLength(1);
  });

  it('says what was asked, the status, and the request id that Pulumi support wants', async () => {
    const error = await errorOf({ status: 403, headers: { 'x-pulumi-request-id': 'f00d-1' }, body: {} });
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toMatch(
      /^Pulumi Cloud answered 403 when asked for the owner of the token \(request f00d-1\): /,
    );
  });

  it('quotes at most 200 characters, on one line, without control characters', async () => {
    const error = await errorOf(json(403, `\u001b[31mred\u202e\r\nnext ${'x'.repeat(1_000)}`));
    expect(error.message).toMatch(/It said: \[31mred next x{100,}$/);
    expect(error.message.split('It said: ')[1]).toHaveLength(200);
  });

  it('does not follow a redirect with the token', async () => {
    const elsewhere = await serve(() => ({}));
    const headers = { location: `${elsewhere.baseUrl}/api/user?q=1` };
    const { ask, seen } = await transportTo(() => ({ status: 307, headers }));
    await expect(ask()).rejects.toMatchObject({
      failure: 'misunderstood',
      message: expect.stringContaining(`to ${elsewhere.baseUrl}, where the token was not sent`),
    });
    expect([seen.length, elsewhere.seen.length]).toEqual([1, 0]);
  });

  const leaks = `you sent ${organizationToken}, that is pul-0a1b2c3d and <b>${organizationToken}</b>`;
  it.each<[string, Reply]>([
    ['an error in JSON', json(403, leaks)],
    ['an error in HTML', { status: 403, body: `<html><p>${' '.repeat(1_985)}${leaks}` }],
    ['a passing error', { status: 503, body: leaks }],
    ['too many requests', { status: 429, body: leaks }],
    ['a request id', { status: 400, headers: { 'x-pulumi-request-id': organizationToken } }],
    ['a redirect', { status: 302, headers: { location: `https://${organizationToken}.example.com/` } }],
    ['a content type', { body: 'x', headers: { 'content-type': `text/${organizationToken}` } }],
    ['a broken answer', { by: (response) => response.destroy() }],
  ])('keeps the token out of the error after %s', async (_, reply) => {
    const error = await errorOf(reply);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/opaque|pul-0a/);
    expect(error).toBeInstanceOf(SourceError);
  });
});
