import { dynamodbPackage } from './dynamodb-local.ts';
import { ministackPython } from './ministack.ts';
import { requireTools } from './requirements.ts';
import { runtimeClient } from './runtime-client.ts';

/** Before all test files: what is missing is told at once, and what can be installed is, so that no two files do it. */
export default async (): Promise<void> => {
  await requireTools('java', 'python', 'cmake', 'compiler', 'make');
  await dynamodbPackage();
  await ministackPython();
  await runtimeClient();
};
