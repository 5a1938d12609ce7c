import { expect, it } from '@jest/globals';
import { consoleAlerts } from '../../../lib/adapters/alerts/console.ts';
import type { Telling } from '../../../lib/app/ports.ts';
import { theft } from '../../report/examples.ts';

const alert = theft();
const telling: Telling = { key: `${alert.id}/opened`, source: alert.source, alert };

it('writes a telling in the words it was given', async () => {
  const written: string[] = [];
  const write = async (text: string) => void written.push(text);
  const { sendAlert, sendMany } = consoleAlerts({ write, words: ({ key }) => `told ${key}\n` });
  await sendAlert(telling);
  expect(written).toEqual([`told ${telling.key}\n`]);
  expect(sendMany).toBeUndefined();
});

it('writes many together where there are words for that', async () => {
  const written: string[] = [];
  const { sendMany } = consoleAlerts({
    write: async (text) => void written.push(text),
    words: () => 'one',
    manyWords: ({ length }) => `${length} at once`,
  });
  expect(await sendMany?.([telling, telling])).toBe(2);
  expect(written).toEqual(['2 at once']);
});

it('fails where nobody can read it, so that the telling stays to be told', async () => {
  const { sendAlert } = consoleAlerts({ write: () => Promise.reject(new Error('EPIPE')), words: () => 'lost' });
  await expect(sendAlert(telling)).rejects.toThrow('EPIPE');
});
