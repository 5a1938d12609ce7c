import type { AuditSource, Clock } from '../../../app/ports.ts';
import { baseUrlDefault, parseBaseUrl } from '../../../config/base-url.ts';
import type { Listing } from '../../../core/inventory/listing.ts';
import { checkAccess } from './access.ts';
import type { AccessCheck } from './account.ts';
import { listTokens } from './inventory.ts';
import { ownTokenName, withOwn } from './own-token.ts';
import { auditLogPages } from './pages.ts';
import { readStretch } from './stretch.ts';
import { pulumiTranslator } from './translate.ts';
import { pulumiTransport, type ReadToken } from './transport.ts';

/**
 * The audit log of one organization in Pulumi Cloud, managed or self-hosted, over its REST API. How requests are sent is
 * in `transport.ts`, how pages follow in `pages.ts`, and how a stretch is read whole and once in `stretch.ts`.
 */

export type PulumiCloud = AuditSource & {
  /** Whether the token can do what watching needs; each failed check says what to do. For `doctor`. */
  checkAccess(signal?: AbortSignal): Promise<readonly AccessCheck[]>;
  /** The tokens that the API shows to this token. Throws `SourceError`. */
  listTokens(signal?: AbortSignal): Promise<Listing>;
  /** The name or id by which the log knows the token that asks; undefined where it cannot be told. */
  ownToken(signal?: AbortSignal): Promise<string | undefined>;
};

export type PulumiCloudSettings = {
  readonly organization: string;
  readonly readToken: ReadToken;
  readonly baseUrl?: string | undefined;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  /** Of one request, body included. */
  readonly requestMsMax?: number | undefined;
};

/** Throws when the organization or the address of the API cannot be meant. */
export const pulumiCloud = (settings: PulumiCloudSettings): PulumiCloud => {
  const { readToken, baseUrl = baseUrlDefault, clock, fetch = globalThis.fetch, requestMsMax } = settings;
  const organization = parseOrganization(settings.organization);
  const name = `pulumi:${organization}`;
  const ask = pulumiTransport({ baseUrl: addressOf(baseUrl), readToken, clock, fetch, requestMsMax });
  const pages = auditLogPages(ask, organization);
  const translate = pulumiTranslator(name);
  return {
    name,
    read: (stretch, signal) => readStretch({ source: name, stretch, translate, pages, signal }),
    checkAccess: (signal) => checkAccess({ ask, pages, organization, clock, signal }),
    listTokens: async (signal) => withOwn(await listTokens({ ask, organization, signal }), { ask, signal }),
    ownToken: (signal) => ownTokenName({ ask, signal }),
  };
};

/** `.` and `..` would lead the request elsewhere; the rest is what a path or a line of text would stumble over. */
const parseOrganization = (text: string): string => {
  if (!/^[^\s\p{Cc}/\\?#]{1,200}$/u.test(text) || text === '.' || text === '..') {
    throw new Error(
      `${JSON.stringify(text.slice(0, 60))} is not the name of a Pulumi organization: write it as in app.pulumi.com/NAME.`,
    );
  }
  return text;
};

/** Settings are checked by the same rule; here it guards whoever wires the source otherwise. */
const addressOf = (text: string): string => {
  const parsed = parseBaseUrl(text, baseUrlDefault);
  if ('problem' in parsed) throw new Error(`Pulumi Cloud's baseUrl: ${parsed.problem}.`);
  return parsed.baseUrl;
};
