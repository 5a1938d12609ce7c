/** One answer of a server as a mutation works on it: status, headers and body, each of which may have become anything. */

export const wire = (status: number, headers: object, body: object | string): Buffer =>
  Buffer.from(`${status}\n${JSON.stringify(headers)}\n${typeof body === 'string' ? body : JSON.stringify(body)}`);

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Buffer | null };

export const answerIn = (input: Buffer): Answer => {
  const [status = '', headers = '', ...body] = input.toString('latin1').split('\n');
  const code = Number(status);
  const isStatus = Number.isInteger(code) && code >= 200 && code <= 599;
  const isBodiless = code === 204 || code === 205 || code === 304;
  return {
    status: isStatus ? code : 200,
    headers: headersIn(headers),
    body: isBodiless ? null : Buffer.from(body.join('\n'), 'latin1'),
  };
};

const headersIn = (text: string): Headers => {
  const headers = new Headers();
  try {
    for (const [name, value] of Object.entries(JSON.parse(text) as object)) headers.set(name, String(value));
  } catch {
    // A client never sees headers that are none.
  }
  return headers;
};
