import { msPerDay, msPerMinute, type Stretch } from '../core/time.ts';
import * as addresses from './addresses.ts';
import { laptopCaller, type Person, personCaller } from './cast.ts';
import type { Dice } from './dice.ts';
import { countryOf, instantAt, isHoliday, isWeekend, localDayOf } from './local-time.ts';
import type { PulumiEvent } from './pulumi-event.ts';
import * as routines from './routines.ts';

/**
 * The lives of office people, day by day on the clock of their own wall: office or home, lunch, days off, a week's
 * holiday, a hotel, a new address at home, an evening deploy. Harmless surprises are part of it on purpose.
 */

export type Life = {
  readonly events: readonly PulumiEvent[];
  /** When the person pushed code; hosted CI follows. */
  readonly pushesMs: readonly number[];
};

/** What an administrator does besides, from the console; undefined on days without. */
export type ChoreOf = (startMs: number) => readonly routines.Step[];

const weeksBetweenVacations = 10;
const meanDaysOfLease = 25;

export const livePerson = (person: Person, { fromMs, toMs }: Stretch, dice: Dice, choreOf?: ChoreOf): Life => {
  const events: PulumiEvent[] = [];
  const pushesMs: number[] = [];
  const home = createHome(person, dice);
  const country = countryOf(person.zone);
  /** Weeks here begin on Thursday, as day 0 did; nobody looks. */
  const vacationWeek = dice.integer(0, weeksBetweenVacations - 1);

  const live = (day: number): void => {
    home.passDay();
    const isAway = Math.floor(day / 7) % weeksBetweenVacations === vacationWeek;
    if (isAway || dice.chance(0.02)) return;
    if (isWeekend(day) || isHoliday(country, day)) {
      if (dice.chance(0.05)) session(day, dice.integer(10 * 60, 21 * 60), home.address());
      return;
    }
    work(day);
    if (dice.chance(0.05)) session(day, dice.integer(19 * 60 + 30, 22 * 60), home.address());
  };

  const work = (day: number): void => {
    const place = placeOf(person, day, home, dice);
    const arrives = dice.normal(person.arrivesMinute, 15);
    const leaves = dice.normal(person.leavesMinute, 25);
    const lunchFrom = dice.normal(12.5 * 60, 15);
    const lunchTo = lunchFrom + 30 + dice.integer(0, 30);
    log(day, arrives, place(), routines.logIn(dice, person.user.githubLogin));
    const sessions = dice.negativeBinomial(person.sessionsPerDay, 4);
    for (let count = 0; count < sessions; count += 1) {
      const minute = arrives + dice.uniform() * (leaves - arrives);
      // What would fall into lunch is done after it.
      session(day, minute > lunchFrom && minute < lunchTo ? minute + 60 : minute, place());
    }
    if (choreOf !== undefined && dice.chance(0.45)) {
      const minute = dice.integer(14 * 60, 16 * 60);
      log(day, minute, place(), choreOf(instantAt(person.zone, { day, minute })));
    }
  };

  /** The console, as the person. */
  const log = (day: number, minute: number, sourceIP: string, steps: readonly routines.Step[]): void => {
    const startMs = instantAt(person.zone, { day, minute });
    events.push(...routines.happen(steps, { caller: personCaller(person), sourceIP, startMs }));
  };

  /** One stretch of work: the console, or the command line with the laptop's token. */
  const session = (day: number, minute: number, sourceIP: string): void => {
    const stack = dice.pick(routines.stacks);
    if (dice.chance(0.4)) {
      const steps = dice.chance(0.15) ? routines.editEnvironment(dice) : routines.browse(dice);
      log(day, minute, sourceIP, dice.chance(0.03) ? [...routines.meetRefusal(dice), ...steps] : steps);
      return;
    }
    const startMs = instantAt(person.zone, { day, minute });
    const steps = commandLine(dice, stack);
    events.push(...routines.happen(steps, { caller: laptopCaller(person), sourceIP, startMs }));
    if (dice.chance(0.75)) pushesMs.push(startMs + dice.integer(2, 20) * msPerMinute);
  };

  const lastDay = localDayOf(person.zone, toMs);
  for (let day = localDayOf(person.zone, fromMs); day <= lastDay; day += 1) live(day);
  return { events, pushesMs };
};

const commandLine = (dice: Dice, stack: string): readonly routines.Step[] => {
  const kind = dice.pickWeighted<'update' | 'previews' | 'outputs' | 'secrets' | 'review'>([
    ['update', 35],
    ['previews', 40],
    ['outputs', 15],
    ['secrets', 10],
    ['review', 3],
  ]);
  switch (kind) {
    case 'update':
      return [
        ...routines.runPreview(dice, stack, dice.pick(routines.environments)),
        ...routines.runUpdate(dice, stack, 3),
      ];
    case 'previews':
      // Trying until it fits.
      return Array.from({ length: 1 + dice.poisson(0.8) }, () =>
        routines.runPreview(dice, stack, dice.pick(routines.environments)),
      ).flat();
    case 'outputs':
      return routines.readOutputs(dice, 1 + dice.poisson(2));
    case 'review':
      return routines.reviewChange(dice);
    case 'secrets':
      return routines.lookUpSecrets(dice, stack);
  }
};

type Home = { readonly passDay: () => void; readonly address: () => string };

/** The household's line; now and then the broadband company gives it another address. */
const createHome = ({ zone, hasIpv6 }: Person, dice: Dice): Home => {
  const country = countryOf(zone);
  const prefix6 = addresses.homePrefix6(country, dice);
  let lease = addresses.homeAddress(country, dice);
  let daily6 = addresses.homeAddress6(prefix6, dice);
  return {
    passDay: () => {
      if (dice.chance(1 / meanDaysOfLease)) lease = addresses.homeAddress(country, dice);
      daily6 = addresses.homeAddress6(prefix6, dice);
    },
    address: () => (hasIpv6 ? daily6 : lease),
  };
};

/** Where the person sits that day; a function, because a phone's or a VPN's address changes between sessions. */
const placeOf = (person: Person, day: number, home: Home, dice: Dice): (() => string) => {
  const country = countryOf(person.zone);
  if (isTravelling(person, day)) {
    const hotel = addresses.hotelAddress(dice);
    return () => (dice.chance(0.2) ? addresses.vpnAddress(dice) : hotel);
  }
  const isAtOffice = dice.chance(person.officeShare);
  return () => {
    if (dice.chance(0.03)) return addresses.mobileAddress(country, dice);
    return isAtOffice ? addresses.officeAddress(country, dice) : home.address();
  };
};

/** Three days on the road in every sixth week, another week for each person. */
const isTravelling = ({ user }: Person, day: number): boolean => {
  const week = Math.floor(day / 7);
  const ownWeek = user.githubLogin.length + (user.githubLogin.codePointAt(0) ?? 0);
  return week % 6 === ownWeek % 6 && day - week * 7 >= 4;
};

/** The forgotten token: its owner's last days with the old machine, from home, then silence. */
export const useOldLaptop = (
  { person, caller }: { readonly person: Person; readonly caller: ReturnType<typeof laptopCaller> },
  fromMs: number,
  dice: Dice,
): readonly PulumiEvent[] => {
  const sourceIP = addresses.homeAddress(countryOf(person.zone), dice);
  return Array.from({ length: 8 }, (_, ordinal) => {
    const day = localDayOf(person.zone, fromMs + Math.floor(ordinal / 2) * msPerDay);
    const startMs = instantAt(person.zone, { day, minute: dice.integer(person.arrivesMinute, person.leavesMinute) });
    return routines.happen(commandLine(dice, dice.pick(routines.stacks)), { caller, sourceIP, startMs });
  }).flat();
};
