import { msPerMinute } from '../core/time.ts';
import type { Token } from './cast.ts';
import type { Dice } from './dice.ts';
import type { Deed } from './pulumi-event.ts';
import { createToken, deleteToken, type Step } from './routines.ts';

/**
 * The admin's chores: tokens made for a migration and deleted when it is over, invitations, roles, policies. Ordinary
 * life holds such sensitive deeds, and a detector that cannot live with them is of no use.
 */

export type Administration = {
  /** The next chore, done from `startMs` on. */
  readonly chore: (startMs: number) => readonly Step[];
  /** Every token so far made, with when it was deleted. */
  readonly tokens: () => readonly Token[];
};

type Chore = 'token' | 'invitation' | 'role' | 'team' | 'policy';

/** One migration at a time: its token is deleted by the next chore of the kind. */
export const createAdministration = (
  dice: Dice,
  adminLogin: string,
  memberLogins: readonly [string, ...string[]],
): Administration => {
  const tokens: Token[] = [];
  let guests = 0;
  let policyVersion = 4;

  const chore = (startMs: number): readonly Step[] => {
    const soon = (deed: Deed): Step => ({ ...deed, afterMs: dice.exponential(msPerMinute) });
    const kind = dice.pickWeighted<Chore>([
      ['token', 4],
      ['invitation', 2],
      ['role', 1],
      ['team', 2],
      ['policy', 2],
    ]);
    switch (kind) {
      case 'token':
        return [manageToken(startMs)];
      case 'invitation': {
        guests += 1;
        const invite = `invite to guest-${guests}@example.com`;
        const sent = soon({ event: 'organization-invite-sent', description: `Sent organization ${invite}` });
        const canceled = soon({
          event: 'organization-invite-canceled',
          description: `Canceled organization ${invite}`,
        });
        return dice.chance(0.3) ? [sent, canceled] : [sent];
      }
      case 'role': {
        const of = `organization role for "${dice.pick(memberLogins)}"`;
        return [
          soon({ event: 'member-role-changed', description: `Changed ${of} to billing-manager` }),
          soon({ event: 'member-role-changed', description: `Changed ${of} to member` }),
        ];
      }
      case 'team':
        return [soon({ event: 'team-updated', description: `Updated team "${dice.pick(['platform', 'product'])}"` })];
      case 'policy': {
        policyVersion += 1;
        const pack = `policy pack acme-baseline version ${policyVersion}`;
        return [
          soon({ event: 'policy-pack-created', description: `Created ${pack}` }),
          soon({ event: 'policy-pack-enabled', description: `Enabled ${pack} for policy group default` }),
        ];
      }
    }
  };

  /** Takes no time, so that the inventory's times are the log's. */
  const manageToken = (atMs: number): Step => {
    const last = tokens.at(-1);
    if (last !== undefined && last.deletedMs === undefined) {
      tokens[tokens.length - 1] = { ...last, deletedMs: atMs };
      return { ...deleteToken(last.name), afterMs: 0 };
    }
    const name = `migration-${tokens.length + 1}`;
    const owner = { kind: 'organization' } as const;
    const description = 'For one migration';
    tokens.push({ id: dice.uuid(), name, description, owner, createdBy: adminLogin, createdMs: atMs, isAdmin: false });
    return { ...createToken(name), afterMs: 0 };
  };

  return { chore, tokens: () => tokens };
};
