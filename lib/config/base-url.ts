/**
 * Where an API answers. The token goes there with every request, so only to https, or to this machine for a stand-in.
 */

export const baseUrlDefault = 'https://api.pulumi.com';

/** What browsers and proxies commonly accept as an address. */
const charsMax = 2_048;

/** This machine, as an address names it: what goes there unencrypted goes over no network. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** The address without a slash at its end, or what is wrong with it. Never repeats it: it may hold a password. */
export const parseBaseUrl = (
  text: string,
  example: string,
): { readonly baseUrl: string } | { readonly problem: string } => {
  const advice = `write the address of the API, such as ${example}`;
  if (text.trim() === '') return { problem: `is blank: ${advice}` };
  const url = text.length <= charsMax && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return { problem: advice };
  if (url.username !== '' || url.password !== '') {
    return { problem: `holds a user or a password: ${advice}, and the secret under token` };
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return { problem: 'sends the token unencrypted: write https:// (http:// is for this machine only)' };
  }
  if (url.search !== '' || url.hash !== '') return { problem: `has a query or a fragment: ${advice}` };
  if (url.hostname === 'app.pulumi.com') return { problem: `is the console, not the API: write ${baseUrlDefault}` };
  return { baseUrl: url.origin + url.pathname.replace(/\/+$/, '') };
};
