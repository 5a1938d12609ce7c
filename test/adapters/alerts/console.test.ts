import { expect, it } from '@jest/globals';
import { consoleAlerts } from '../../../lib/adapters/alerts/console.ts';
import type { Telling } from '../../../lib/app/ports.ts';
import { theft } from '../../report/examples.ts';

const alert = theft();
const telling: Telling = { key: `${alert.id}/opened`, source: alert.source, alert };

it('writes a telling in the words it was given', async () => {
  const written: string[] = [];
  const send = consoleAlerts({ write: async (text) => void written.push(text), words: ({ key }) => `told ${key}\n` });
  await send(telling);
  expect(written).toEqual([`told ${telling.key}\n`]);
});

it('fails where nobody can read it, so that the telling stays to be told', async () => {
  const send = consoleAlerts({ write: () => Promise.reject(new Error('EPIPE')), words: () => 'lost' });
  await expect(send(telling)).rejects.toThrow('EPIPE');
});
