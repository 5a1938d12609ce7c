import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { SecretError } from '../../app/ports.ts';
import { type SecretReference, secretReferenceText } from '../../config/secret-reference.ts';
import type { SecretStore } from './secret-store.ts';
import { secretFrom, withoutLastBreak } from './secret-text.ts';

/**
 * Secrets from files, as containers get them: Docker and Kubernetes mount each as one small file and replace it when it
 * changes, so it is read anew each time. Who else may read the file is for `doctor` to say, not a reason to stop.
 */

export type FileReference = Extract<SecretReference, { readonly scheme: 'file' }>;

export const fileSecrets: SecretStore<FileReference> = {
  read: async (reference) => {
    const where = secretReferenceText(reference);
    const text = withoutLastBreak(await textAt(reference));
    return secretFrom(text, { where, advice: 'Write the token alone into the file.' });
  },
  whoAmI: async () => undefined,
};

/** Far above any token, and as much as AWS and Kubernetes tools put into one; a larger file is another one. */
const bytesMax = 64 * 1024;

/** A named pipe is opened at once, to be refused, and not when somebody writes into it. Windows knows no such bit. */
export const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const textAt = async (reference: FileReference): Promise<string> => {
  let file: FileHandle | undefined;
  try {
    file = await open(reference.path, withoutWaiting);
    if (!(await file.stat()).isFile()) throw unusable(reference, 'is not a file');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax + 1), 0, bytesMax + 1, 0);
    if (bytesRead > bytesMax) throw unusable(reference, `has more than ${bytesMax / 1024} KiB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead));
  } catch (error) {
    if (error instanceof SecretError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
      ? unusable(reference, 'is not text')
      : unreadable(reference, code);
  } finally {
    await file?.close();
  }
};

const unusable = (reference: FileReference, what: string): SecretError =>
  new SecretError(
    'unusable',
    `${secretReferenceText(reference)} ${what}: check that it names the file that holds the token alone.`,
  );

const unreadable = (reference: FileReference, code = 'unknown reason'): SecretError => {
  const where = secretReferenceText(reference);
  if (code === 'ENOENT') return new SecretError('missing', `${where} is not there: check the path and the mount.`);
  if (code === 'EACCES' || code === 'EPERM') {
    return new SecretError('permission', `${where} may not be read by this user: give the file to it with mode 400.`);
  }
  return new SecretError('unusable', `${where} cannot be read (${code}): check the path.`);
};

/** What is careless about the file, or undefined. Kubernetes mounts are links; the file behind them counts. */
export const fileWarning = async ({ path }: FileReference): Promise<string | undefined> => {
  const { mode } = await stat(path);
  // Windows has no such bits and reports all of them set.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return undefined;
  return `Others on this machine may ${(mode & 0o044) === 0 ? 'use' : 'read'} the file (mode ${(mode & 0o777).toString(8)}).`;
};
