/**
 * What secrets look like, for wherever one may have been put by mistake: a settings file, the history of a shell, a text that
 * goes into a log. Every repeat is simple and none is nested, so that no text makes these slow.
 */

/**
 * Pulumi tokens are `pul-` and 40 hex digits; 16 are enough to tell one that was cut off, and leave `tokenwatch/pul-acme` a
 * name. Scalr tokens are JSON web tokens, which all begin as `{"` does in base64. Vault's carry their kind before a dot.
 */
const pulumiToken = /(?<![A-Za-z0-9_])pul-[0-9a-fA-F]{16}/;
const webToken = /eyJ[A-Za-z0-9_-]{8,500}\.[A-Za-z0-9_-]{4}/;
/** Whoever has the address of a webhook may post: it is the secret. */
const webhook = /hooks\.slack(?:-gov)?\.com\/(?:services|triggers|workflows)\/[A-Za-z0-9]/;
const vaultToken = /(?<![A-Za-z0-9_])hv[sbr]\.[A-Za-z0-9_-]{20}/;

export const looksLikeSecret = (text: string): boolean => looksLikeToken(text) || looksLikeWebhook(text);

const looksLikeToken = (text: string): boolean =>
  pulumiToken.test(text) || webToken.test(text) || vaultToken.test(text);

export const looksLikeWebhook = (text: string): boolean => webhook.test(text);

/**
 * To be taken out of a text, for which the forms are looser: a word too many does no harm there, and of what was cut off, too
 * little may be left to be sure.
 */
export const secretsToHide: readonly RegExp[] = [
  /pul-[A-Za-z0-9_-]+/g,
  /eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*){0,2}/g,
  /hooks\.slack(?:-gov)?\.com\/(?:services|triggers|workflows)\/[A-Za-z0-9/_-]+/g,
  /(?<![A-Za-z0-9_])hv[sbr]\.[A-Za-z0-9_-]{8,}/g,
];
