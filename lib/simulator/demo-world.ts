import type { NetworkLookup } from '../core/network.ts';
import { msPerDay, msPerHour, msPerMinute } from '../core/time.ts';
import { madeUpOwners, officeAddress } from './addresses.ts';
import { type Organization, personCaller } from './cast.ts';
import { createDice } from './dice.ts';
import { nextLocal } from './local-time.ts';
import { ordinaryLife } from './organization.ts';
import type { PulumiEvent } from './pulumi-event.ts';
import { type Label, overlay, scenarios } from './scenarios.ts';

/**
 * The world of the demo: four weeks of history to learn from, then four days to watch, in which four things go wrong.
 * Whatever the hour at which watching starts, all four happen within those days: the last one at most 89 hours after.
 */

export type DemoWorld = {
  readonly organization: Organization;
  /** Oldest first, the future included; the API shows what is past. */
  readonly log: readonly PulumiEvent[];
  /** What went wrong, in truth. */
  readonly labels: readonly Label[];
  readonly timeline: { readonly historyFromMs: number; readonly liveFromMs: number; readonly toMs: number };
  /** What the made-up API accepts; made to look like no real token. */
  readonly token: string;
  readonly owners: NetworkLookup;
};

const historyDays = 28;
const liveDays = 4;

export const demoWorld = (seed: number, startMs: number): DemoWorld => {
  const liveFromMs = startMs + historyDays * msPerDay;
  const toMs = liveFromMs + liveDays * msPerDay;
  const ordinary = ordinaryLife(seed, { fromMs: startMs, toMs });
  const { machines, organization, admin } = ordinary.cast;
  const dice = createDice(`${seed}/scenarios`);

  const leakMs = nextUtc({ hour: 4, minute: 10 }, liveFromMs);
  const sleeper = organization.people.find(({ user }) => user.githubLogin === 'lena.w') ?? admin;
  const oddMs = nextLocal(sleeper.zone, { fromMs: leakMs + 6 * msPerHour, minute: 3 * 60 + 5 });
  const spikeMs = nextUtc({ hour: 14, minute: 20 }, oddMs);
  const deletedMs = nextUtc({ hour: 15, minute: 0 }, spikeMs + 6 * msPerHour);

  const eventful = overlay(ordinary, [
    scenarios.leakedToken({ caller: machines.ciDeploy, startMs: leakMs }, dice.fork('leak')),
    scenarios.oddHours({ person: sleeper, startMs: oddMs }, dice.fork('odd hours')),
    scenarios.usageSpike({ ...machines.runner, startMs: spikeMs }, dice.fork('spike')),
    scenarios.revokedToken(
      {
        admin: personCaller(admin),
        adminIP: officeAddress('US', dice),
        caller: machines.release.caller,
        deletedMs,
      },
      dice.fork('revoked'),
    ),
  ]);
  return {
    ...eventful,
    timeline: { historyFromMs: startMs, liveFromMs, toMs },
    token: 'made-up-token',
    owners: madeUpOwners,
  };
};

const nextUtc = (at: { readonly hour: number; readonly minute: number }, fromMs: number): number => {
  const ofDayMs = at.hour * msPerHour + at.minute * msPerMinute;
  const todayMs = Math.floor(fromMs / msPerDay) * msPerDay + ofDayMs;
  return todayMs >= fromMs ? todayMs : todayMs + msPerDay;
};
