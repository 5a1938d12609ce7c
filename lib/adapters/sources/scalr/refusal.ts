import { msPerMinute } from '../../../core/time.ts';
import { textOf } from '../fields.ts';
import { errorsIn, type Meaning, type RefusalWords } from '../http/refusal.ts';

/**
 * What an answer of Scalr's other than 200 means. The vendor's rule: 401 is a token that is missing or bad; a good token
 * that may not see something gets 404, so that a 404 never means that something was deleted. Error bodies are JSON:API
 * (`{errors: [{title, detail}]}`), of which the first error is quoted.
 */

export const scalrRefusals: RefusalWords = {
  vendor: 'Scalr',
  checkUrl: 'Check the address of the account.',
  tooMany: 'too many requests.',
  rateWindowMs: msPerMinute,
  messageIn: (json) => {
    const { title, detail } = errorsIn(json)[0] ?? {};
    return [textOf(title), textOf(detail)].filter((part) => part !== '').join(': ');
  },
  meaningOf: (status) => meanings.get(status),
};

const permission: Meaning = {
  failure: 'permission',
  meaning:
    'the token may not see it, or there is none; Scalr does not tell these apart. Give its service account a read-only' +
    ' role on the account.',
};

const meanings: ReadonlyMap<number, Meaning> = new Map([
  [
    401,
    {
      failure: 'credentials',
      meaning:
        'the token is missing, wrong, deleted or expired, or the account’s allow list does not have our address. Make a' +
        ' new one and put it where the settings point.',
    },
  ],
  [402, { failure: 'plan', meaning: 'the plan of the account has none.' }],
  [403, permission],
  [404, permission],
]);
