/**
 * What an audited action means to somebody who investigates a leaked token. A kind is a question worth asking on its
 * own: "has this principal ever opened secrets before?" Two rules decide where an action goes:
 *
 * - The same act has the same kind with every vendor, so that an alert reads alike wherever the log came from.
 * - What a pipeline does all day (deploying, exchanging its identity for a token) is no sensitive kind. A kind is judged
 *   against how common it is in the organization; ordinary life filed under it would hide the theft.
 */

export type SensitiveKind =
  /** Makes, changes or revokes a credential that outlives the session. */
  | 'credentials'
  /** Opens secrets, replaces them, or decides which key guards them. */
  | 'secrets'
  /** Takes, replaces or hands on infrastructure state. */
  | 'state'
  /** Changes who belongs, and what they may do. */
  | 'members-and-roles'
  /** Changes how one gets in: trusted issuers, single sign-on, allowed addresses. */
  | 'login-controls'
  /** Changes where the audit log goes, or whether there is one. */
  | 'log-pipeline'
  /** Gets code to run with rights that are not one's own, now or later, or removes what would have stopped it. */
  | 'code-execution'
  /** Deletes what cannot simply be made again. */
  | 'destruction';

export type ActionKind =
  | SensitiveKind
  /** Gets in, by password, single sign-on or an exchange of identities. */
  | 'log-in'
  /** Was not let in, or not allowed to. */
  | 'refused'
  /** Plans, applies, builds: what the tools are for. */
  | 'deploy'
  /** Looks at something that holds no secret of its own. */
  | 'read'
  /** Changes settings that open nothing. */
  | 'administer'
  /** Nothing is known of it. */
  | 'other';

/** Stored counts index by this order: new kinds go to the end, none is ever moved or taken away. */
export const actionKinds: readonly ActionKind[] = [
  'credentials',
  'secrets',
  'state',
  'members-and-roles',
  'login-controls',
  'log-pipeline',
  'code-execution',
  'destruction',
  'log-in',
  'refused',
  'deploy',
  'read',
  'administer',
  'other',
];

const sensitiveKinds: ReadonlySet<ActionKind> = new Set<SensitiveKind>([
  'credentials',
  'secrets',
  'state',
  'members-and-roles',
  'login-controls',
  'log-pipeline',
  'code-execution',
  'destruction',
]);

export const isSensitive = (kind: ActionKind): kind is SensitiveKind => sensitiveKinds.has(kind);

/** Actions that are of one kind for one reason. */
export type Classified = { readonly kind: ActionKind; readonly reason: string; readonly actions: readonly string[] };

export type TokenChange = 'created' | 'deleted';

/** All that is said of one action. */
export type Meaning = {
  readonly kind: ActionKind;
  /** Whether the inventory of tokens grew or shrank. */
  readonly tokenChange: TokenChange | undefined;
  /** Whether it may blind whoever reads this log: told always, however usual it is. */
  readonly tampersWithLog: boolean;
};
