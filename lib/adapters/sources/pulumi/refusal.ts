import { msPerMinute } from '../../../core/time.ts';
import { textOf } from '../fields.ts';
import { errorsIn, type Meaning, type RefusalWords, type Said } from '../http/refusal.ts';

/**
 * What an answer of Pulumi Cloud's other than 200 means. Statuses and messages are those of Pulumi's OpenAPI document and
 * clients; 401 and 429 are not in it but occur. Error bodies are JSON (`{code, message, errors}`), or text and HTML from
 * the firewall in front.
 */

export const pulumiRefusals: RefusalWords = {
  vendor: 'Pulumi Cloud',
  checkUrl: 'Check the address of the API.',
  tooMany: 'too many requests came from this address, whoever sent them.',
  // The firewall counts over five minutes (a maintainer in pulumi/pulumi 8826).
  rateWindowMs: 5 * msPerMinute,
  requestIdHeader: 'x-pulumi-request-id',
  messageIn: ({ message }) => textOf(message),
  meaningOf: (status, said) => {
    if (status === 400 && planWords.test(said.text)) return { failure: 'plan', meaning: planAdvice };
    if (status === 401) return { failure: 'credentials', meaning: isSaml(said) ? samlAdvice : tokenAdvice };
    if (status === 402) return { failure: 'plan', meaning: planAdvice };
    if (status === 403) return forbidden(said);
    if (status === 404) return { failure: 'not-found', meaning: notFoundAdvice };
    return undefined;
  },
};

const forbidden = ({ text, json }: Said): Meaning => {
  if (/token expiry/i.test(text)) return { failure: 'credentials', meaning: expiryAdvice };
  return { failure: 'permission', meaning: json ? permissionAdvice : `${permissionAdvice} ${firewallHint}` };
};

const isSaml = ({ json }: Said): boolean =>
  errorsIn(json).some(({ errorType }) => textOf(errorType).startsWith('saml_'));

const planWords = /\b(subscriptions?|plans?|editions?|upgrade)\b/i;
const planAdvice =
  "the organization's plan has no audit log. Pulumi sells it with the editions Essentials, Pro and Enterprise" +
  ' (before September 2026: Enterprise and Business Critical).';
const tokenAdvice =
  'the token is missing, wrong, revoked or expired. Make a new one and put it where the settings point.';
const samlAdvice =
  "the token's owner must sign in through the organization's SAML provider again; an organization token needs no such sign-in.";
const expiryAdvice = 'the token lives longer than the organization allows. Make one that expires sooner.';
const permissionAdvice =
  'the token may not read this. Use a token of an organization administrator, or an organization token whose role has' +
  ' the scope audit_logs:read.';
const firewallHint =
  'The answer is not in the form of the API: a firewall on the way may have refused this address instead.';
const notFoundAdvice =
  'there is no such organization, or it is hidden from this token: the API does not tell these apart. Check the' +
  " organization's spelling and that the token belongs to it.";
