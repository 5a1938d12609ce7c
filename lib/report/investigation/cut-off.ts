import type { Investigation, Subject } from '../../core/investigation/investigation.ts';
import { organizationOf } from '../organization.ts';
import { named } from '../safe-text.ts';
import { instantText } from '../times.ts';
import { principalText } from '../words.ts';
import { apiUrlOf, type Origin } from './origin.ts';

/**
 * How a token is cut off at its vendor, or an account secured. Where to click is said only as far as the vendor documents
 * it. A command asks the API that the log came from; where that is not known, the vendor's own variable stands for it,
 * and without it the command fails before anything is sent.
 */

/** One thing to do after an investigation; an alert's steps (`commands.ts`) have neither names nor links. */
export type Step = {
  readonly text: string;
  /** All that the step is about, where its text names only the first. */
  readonly names?: readonly string[];
  /** To be copied. */
  readonly command?: string;
  readonly link?: string;
};

/** As vendors allow ids and names of organizations and tokens; nothing that a shell acts on. */
export const plain = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

export const cutOff = (subject: Subject, investigation: Investigation, origin: Origin): readonly Step[] => {
  const { principal, deletedAtMs } = subject;
  const { answer } = investigation.verdict;
  const isUsed = answer === 'used-by-others' || answer === 'probably';
  if (deletedAtMs !== undefined) return [afterDeletion(subject, deletedAtMs, investigation)];
  if (principal.kind === 'user') return [secureUser(subject, isUsed, origin)];
  const what = principalText(subject);
  const how = isUsed ? `Revoke the ${what} now.` : `Replace the ${what} all the same: what has leaked stays leaked.`;
  if (principal.provider === 'pulumi') return [pulumiRevoke(subject, how, origin)];
  if (principal.provider === 'scalr') return scalrRevoke(subject, how, origin);
  return [{ text: `${how} Do it where it was issued.` }];
};

const afterDeletion = (subject: Subject, deletedAtMs: number, { deeds }: Investigation): Step => {
  const worked = [...deeds.sensitive, ...deeds.others].some(
    ({ atMs, outcome }) => atMs > deletedAtMs && outcome === 'success',
  );
  const after = worked
    ? ' and yet worked afterwards: check that it is gone, and tell the vendor.'
    : ': check that every later attempt was refused.';
  return { text: `The ${principalText(subject)} was deleted on ${instantText(deletedAtMs)}${after}` };
};

const pulumiApi = 'https://api.pulumi.com';
const personalTokens = 'https://app.pulumi.com/account/tokens';

/** A console of one's own has an address that nobody told us. */
const isOwnPulumi = ({ apiUrls }: Origin): boolean => (apiUrls.get('pulumi') ?? pulumiApi) !== pulumiApi;

const secureUser = (subject: Subject, isUsed: boolean, origin: Origin): Step => ({
  text: `Secure the account of ${principalText(subject)}${isUsed ? ' now' : ' all the same'}: end its sessions, change password and second factor, delete its personal tokens.`,
  ...(subject.principal.provider === 'pulumi' && !isOwnPulumi(origin) && { link: personalTokens }),
});

const ownersOnly = 'A personal token only its owner can delete';
const unreachable = 'if they cannot be reached, remove them from the organization';

/** Administrators can delete tokens of the organization and its teams, never another member's personal ones. */
const pulumiRevoke = (subject: Subject, how: string, origin: Origin): Step => {
  const { principal, source, users } = subject;
  const organization = organizationOf(source);
  const link = isOwnPulumi(origin) ? {} : { link: personalTokens };
  // Tokens of the organization and of its teams act as the organization; all others act as a person.
  if (organization !== undefined && users.length > 0 && !users.includes(organization)) {
    return { text: `${how} ${ownersOnly}; ${unreachable}.`, ...link };
  }
  const asAdministrator =
    "As an administrator: Settings > Access Management > Access Tokens. A team's token: the team's page, Access Tokens.";
  if (organization === undefined) {
    return {
      text: `${how} ${asAdministrator} ${ownersOnly}; ${unreachable}. The log does not say of which organization it is: with --organization NAME this step has the command that deletes it.`,
      ...link,
    };
  }
  const personal =
    users.length > 0 ? '' : isOwnPulumi(origin) ? ` ${ownersOnly}.` : ` ${ownersOnly}, at ${personalTokens}.`;
  if (!plain.test(organization) || !plain.test(principal.id)) return { text: `${how} ${asAdministrator}${personal}` };
  const url = apiUrlOf(origin, 'pulumi');
  const path = `/api/orgs/${organization}/tokens/${principal.id}`;
  return {
    text: `${how} ${asAdministrator}${personal} Or by the API${url === undefined ? `, with PULUMI_BACKEND_URL set to its address (${pulumiApi}, or your own)` : ''}:`,
    command: `curl -X DELETE -H "Authorization: token $PULUMI_ACCESS_TOKEN" ${url === undefined ? `"$PULUMI_BACKEND_URL${path}"` : `${url}${path}`}`,
  };
};

/**
 * Scalr deletes a token by an id that its log does not have: owner and last six characters lead to it. Without the right
 * to see something Scalr answers that it is not there, so a 404 is no proof that a token is gone.
 */
const scalrRevoke = ({ principal }: Subject, how: string, origin: Origin): readonly Step[] => {
  const url = apiUrlOf(origin, 'scalr');
  const api = `${url ?? 'https://$SCALR_HOSTNAME'}/api/iacp/v3`;
  const host = url === undefined ? ' (with SCALR_HOSTNAME set to that of your account, such as acme.scalr.io)' : '';
  const ask = 'curl -g -H "Authorization: Bearer $SCALR_TOKEN"';
  return [
    {
      text: `${how} Scalr deletes a token by its id, at-…, which its log does not tell. In the account's report of tokens${host}, look for ${inReport(principal)}. Tokens of agent pools are not in that report, but listed with each pool.`,
      command: `${ask} "${api}/reports/access-tokens?page[size]=100&page[number]=1"`,
    },
    {
      text: 'Delete it, with TOKEN_ID as that id. "Not found" is also the answer to whoever may not delete it, so look in the report afterwards whether it is gone.',
      command: `${ask} -X DELETE "${api}/access-tokens/$TOKEN_ID"`,
    },
  ];
};

const inReport = ({ kind, id, name }: Subject['principal']): string => {
  const slash = id.lastIndexOf('/');
  return kind === 'service-account' || slash < 0
    ? `every one of ${named(name)}`
    : `the one of ${named(id.slice(0, slash))} that ends in ${named(id.slice(slash + 1))}`;
};
