/** What a secret looks like after somebody cut, quoted or encoded it: an output that holds one of these holds the secret. */

export const guisesOf = (secret: string): readonly string[] => [
  secret,
  secret.slice(0, 16),
  secret.slice(-16),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('hex'),
  ...[0, 1, 2].flatMap((offset) => [inBase64(secret, offset, 'base64'), inBase64(secret, offset, 'base64url')]),
];

/** As it stands in the base64 of a longer text, after so many bytes: the characters that no neighbour has a part in. */
const inBase64 = (secret: string, offset: number, encoding: 'base64' | 'base64url'): string =>
  Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
    .toString(encoding)
    .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + Buffer.byteLength(secret)) * 8) / 6));

/** What a careless server or proxy may answer: what it was sent, as it came and as logs and tokens carry it. */
export const echoesOf = (sent: string): readonly string[] => [
  sent,
  encodeURIComponent(sent),
  Buffer.from(sent).toString('base64'),
  Buffer.from(sent).toString('base64url'),
];
