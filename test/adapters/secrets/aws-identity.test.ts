import { describe, expect, it } from '@jest/globals';
import { type AwsCredentials, awsCredentials } from '../../../lib/adapters/secrets/aws-identity.ts';
import { exampleKey } from './signature.ts';

const held: AwsCredentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-key-of-nobody' };
/** As AWS's own code reports them. */
const failing = (message: string) => async () => {
  throw Object.assign(new Error(`${message} marked-value`), { name: 'CredentialsProviderError' });
};
const failureOf = (read: () => Promise<unknown>) => read().catch((error: unknown) => error);

describe('the credentials of AWS', () => {
  it('are those of our environment, without looking further, unless a profile is named', async () => {
    const nowhere = failing('Could not load credentials from any providers');
    expect(await awsCredentials(exampleKey, nowhere)()).toMatchObject({ accessKeyId: 'AKIDEXAMPLE' });
    expect(await awsCredentials({ ...exampleKey, AWS_PROFILE: 'audit' }, async () => held)()).toBe(held);
  });

  it('are missing where nothing was ever found', async () => {
    const failure = await failureOf(awsCredentials({}, failing('Could not load credentials from any providers')));
    expect(failure).toMatchObject({
      failure: 'login',
      message: expect.stringContaining('No AWS credentials were found'),
    });
    expect(String(failure)).not.toContain('marked-value');
  });

  it.each([
    'The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login',
    'Token is expired. To refresh this SSO session run aws sso login',
    'Failed to load a token for session audit, please re-authenticate using aws login',
  ])('have ended where a person must sign in again: %s', async (message) => {
    const failure = await failureOf(awsCredentials({}, failing(message)));
    expect(failure).toMatchObject({ failure: 'login', message: expect.stringContaining('Sign in again') });
    expect(String(failure)).not.toContain('marked-value');
  });

  it('are away for now where they were found before, so that the last known secret may serve', async () => {
    let isThere = true;
    const silent = failing('Unable to connect to instance metadata service');
    const read = awsCredentials({}, async () => (isThere ? held : silent()));
    await read();
    isThere = false;
    expect(await failureOf(read)).toMatchObject({ failure: 'unavailable' });
  });

  it('are away for now where a container was told whom to ask', async () => {
    const environment = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };
    const read = awsCredentials(environment, failing('Server responded with status: 503'));
    expect(await failureOf(read)).toMatchObject({ failure: 'unavailable' });
  });
});
