import { msPerMinute } from '../../../core/time.ts';
import { type Ask, type Connection, httpTransport } from '../http/transport.ts';
import { scalrRefusals } from './refusal.ts';

/** Scalr's REST API, as `http/transport.ts` asks it: half of the requests a minute that it takes. */

export const scalrTransport = (connection: Connection): Ask =>
  httpTransport(connection, {
    ...scalrRefusals,
    exampleUrl: 'https://acme.scalr.io',
    root: '/api/iacp/v3',
    tokenName: 'The Scalr token',
    msBetweenRequests,
    answerBytesMax,
    headersWith: (token) => ({
      accept: 'application/vnd.api+json',
      authorization: `Bearer ${token.reveal()}`,
    }),
    tooLargeAdvice: 'Check that the address is that of the account.',
    strangeAnswerAdvice: 'Check that the address is that of the account and that no proxy answers in its place.',
    unreachableAdvice: 'Check the account’s name in the settings.',
  });

/** 500 a minute are said to be the limit, whose scope nobody states: the other half is left to everybody else. */
const msBetweenRequests = msPerMinute / 250;
/** A page of a hundred resources is some hundred kilobytes. */
const answerBytesMax = 16 * 1024 * 1024;
