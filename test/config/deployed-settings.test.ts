import { describe, expect, it } from '@jest/globals';
import { deployedText, settingsIn } from '../../lib/config/deployed-settings.ts';
import { parseSettings } from '../../lib/config/settings.ts';

const text = JSON.stringify({
  sources: [
    { pulumi: { organization: 'acme', token: 'aws-sm:tokenwatch/pulumi#token' } },
    { scalr: { account: 'acme', eventSource: 'aws.partner/scalr.com/acme/audit' } },
  ],
  allow: [{ network: '198.51.100.0/24', until: '2026-12-31', note: 'office move' }],
  alerts: { email: ['security@example.com'], slack: 'aws-sm:tokenwatch/slack#webhook' },
});

describe('settings on their way into a function', () => {
  it('arrive as they were understood', () => {
    const settings = parseSettings(text, 'tokenwatch.json');
    expect(settingsIn(deployedText(settings))).toEqual(settings);
  });

  it('are not taken from a file that was not written for this release', () => {
    expect(() => settingsIn(text)).toThrow('not of its release: deploy the stack again');
    expect(() => settingsIn('{"tokenwatch":"settings","version":99,"settings":{}}')).toThrow('deploy the stack again');
  });
});
