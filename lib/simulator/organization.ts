import type { Stretch } from '../core/time.ts';
import { createAdministration } from './administration.ts';
import { type Cast, createCast, laptopCaller, type Organization } from './cast.ts';
import { createDice } from './dice.ts';
import * as machines from './machines.ts';
import { livePerson, useOldLaptop } from './people.ts';
import type { PulumiEvent } from './pulumi-event.ts';

/**
 * The audit log of the made-up organization for a seed and a stretch of time, in time order. Everybody has dice of
 * their own, so that a change to one life does not reshuffle the others.
 */

export type Ordinary = {
  readonly cast: Cast;
  readonly organization: Organization;
  readonly log: readonly PulumiEvent[];
};

export const ordinaryLife = (seed: number, stretch: Stretch): Ordinary => {
  const dice = createDice(`${seed}`);
  const cast = createCast(dice.fork('cast'), stretch.fromMs);
  const { admin, forgetful, oldLaptop } = cast;

  const administration = createAdministration(dice.fork('administration'), admin.user.githubLogin, [
    'tariq.s',
    'ava.r',
  ]);
  const lives = cast.organization.people.map((person) =>
    livePerson(
      person,
      stretch,
      dice.fork(person.user.githubLogin),
      person === admin ? administration.chore : undefined,
    ),
  );
  const pushesMs = lives.flatMap((life) => life.pushesMs);
  const { ciDeploy, runner, drift, metrics, release } = cast.machines;

  const events = [
    ...lives.flatMap((life) => life.events),
    ...useOldLaptop(
      { person: forgetful, caller: laptopCaller(forgetful, oldLaptop) },
      stretch.fromMs,
      dice.fork('old-laptop'),
    ),
    ...machines.runCi({ pushesMs, caller: ciDeploy }, stretch, dice.fork('ci')),
    ...machines.runRunner(runner, stretch, dice.fork('runner')),
    ...machines.runDrift(drift, stretch, dice.fork('drift')),
    ...machines.runMetrics(metrics, stretch, dice.fork('metrics')),
    ...machines.runRelease(release, stretch, dice.fork('release')),
  ];
  return {
    cast,
    organization: {
      ...cast.organization,
      tokens: [...cast.organization.tokens, ...administration.tokens()],
    },
    log: inTimeOrder(events.filter((event) => isWithin(stretch, event))),
  };
};

/** Oldest first. Stable, so that those of one second keep their order on every machine. */
export const inTimeOrder = (events: readonly PulumiEvent[]): readonly PulumiEvent[] =>
  events.toSorted((a, b) => a.timestamp - b.timestamp);

const isWithin = ({ fromMs, toMs }: Stretch, { timestamp }: PulumiEvent): boolean =>
  timestamp * 1_000 >= fromMs && timestamp * 1_000 < toMs;
