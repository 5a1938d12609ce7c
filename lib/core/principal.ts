/**
 * Who acts. A baseline is kept for each principal: an access token when the event names one, else the user or the
 * service account. Console sessions of one user are that user.
 */

export type PrincipalKind = 'token' | 'user' | 'service-account';

export type Principal = {
  /** `pulumi`, `scalr`, or whatever system a neutral record names. */
  readonly provider: string;
  readonly kind: PrincipalKind;
  /** The vendor's id, or the login where it gives none. */
  readonly id: string;
  /** What a person calls it: the token's name, the login, the e-mail address. */
  readonly name: string;
};

/** One key per principal of one source; the source comes first so that two organizations never share a baseline. */
export const principalKey = (source: string, { kind, id }: Principal): string => `${source}|${kind}|${id}`;

/** Whether the words name this principal: its id, its name, or either without regard to case. */
export const isNamed = ({ id, name }: Principal, words: string): boolean => {
  const wanted = words.toLowerCase();
  return id.toLowerCase() === wanted || name.toLowerCase() === wanted;
};

/**
 * Crowds: principals that share one baseline, so that a million invented names cost no more than one, and a flood of them is
 * one story. When somebody gets a baseline of their own: `newcomers.ts`.
 */
const strangersId = '(unknown users)';
const newcomersId = '(newcomers)';

/** Users that never got in: their names are whatever somebody typed. */
export const strangers = (provider: string): Principal => ({
  provider,
  kind: 'user',
  id: strangersId,
  name: 'users that never logged in',
});

/** Those met for the first time in an hour in which too many were. */
export const newcomers = (provider: string): Principal => ({
  provider,
  kind: 'user',
  id: newcomersId,
  name: 'tokens and users never seen before',
});

export const areStrangers = ({ kind, id }: Principal): boolean => kind === 'user' && id === strangersId;
export const areNewcomers = ({ kind, id }: Principal): boolean => kind === 'user' && id === newcomersId;
export const isCrowd = (principal: Principal): boolean => areStrangers(principal) || areNewcomers(principal);
