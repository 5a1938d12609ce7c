import type { AuditSource, Clock, VendorApi } from '../../../app/ports.ts';
import { baseUrlDefault } from '../../../config/base-url.ts';
import type { Listing } from '../../../core/inventory/listing.ts';
import type { ReadToken } from '../http/transport.ts';
import { checkAccess } from './access.ts';
import type { PulumiCheck } from './account.ts';
import { listTokens, surveyOf } from './inventory.ts';
import { rememberOwnToken, withOwn } from './own-token.ts';
import { auditLogPages } from './pages.ts';
import { readStretch } from './stretch.ts';
import { pulumiTranslator } from './translate.ts';
import { pulumiTransport } from './transport.ts';

/**
 * The audit log of one organization in Pulumi Cloud, managed or self-hosted, over its REST API. How requests are sent is
 * in `http/transport.ts`, how pages follow in `pages.ts`, and how a stretch is read whole and once in `stretch.ts`.
 */

export type PulumiCloud = AuditSource &
  VendorApi & {
    /** Whether the token can do what watching needs; each failed check says what to do. For `doctor`. */
    checkAccess(signal?: AbortSignal): Promise<readonly PulumiCheck[]>;
    /** The tokens that the API shows to this token. Throws `SourceError`. */
    listTokens(signal?: AbortSignal): Promise<Listing>;
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
  const ask = pulumiTransport({ baseUrl, readToken, clock, fetch, requestMsMax });
  const pages = auditLogPages(ask, organization);
  const translate = pulumiTranslator(name);
  const listed = async (signal?: AbortSignal): Promise<Listing> =>
    withOwn(await listTokens({ ask, organization, signal }), { ask, clock, signal });
  return {
    name,
    read: (stretch, signal) => readStretch({ source: name, stretch, translate, pages, signal }),
    checkAccess: (signal) => checkAccess({ ask, pages, organization, clock, signal }),
    listTokens: listed,
    survey: async (signal) => surveyOf(await listed(signal)),
    ownToken: rememberOwnToken({ ask, readToken, clock }),
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
