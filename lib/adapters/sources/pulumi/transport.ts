import { baseUrlDefault } from '../../../config/base-url.ts';
import { msPerSecond } from '../../../core/time.ts';
import { type Ask, type Connection, httpTransport } from '../http/transport.ts';
import { pulumiRefusals } from './refusal.ts';

/** Pulumi Cloud's REST API, as `http/transport.ts` asks it: at most two requests a second. */

export const pulumiTransport = (connection: Connection): Ask =>
  httpTransport(connection, {
    ...pulumiRefusals,
    exampleUrl: baseUrlDefault,
    root: '',
    tokenName: 'The Pulumi token',
    msBetweenRequests,
    answerBytesMax,
    headersWith: (token) => ({
      accept: 'application/vnd.pulumi+8',
      'content-type': 'application/json',
      authorization: `token ${token.reveal()}`,
    }),
    tooLargeAdvice: 'Ask for a shorter stretch.',
    strangeAnswerAdvice: 'Check that the address is that of the API and that no proxy answers in its place.',
  });

/** What Pulumi's own Azure Sentinel connector keeps to, for want of a documented limit. */
const msBetweenRequests = msPerSecond / 2;
/** A hundred times a page of a thousand events of 600 bytes; what is larger is no page. */
const answerBytesMax = 64 * 1024 * 1024;
