import type { Alarm } from '../core/alarm.ts';
import { named, shownText } from './safe-text.ts';
import { instantText } from './times.ts';

/** Alarms about the monitor itself in plain words: what rang, what it means, and where to read what to do. */

/** CloudWatch's own limits: 255 characters a name, 1,024 a description, 1,023 a reason. */
const nameColumnsMax = 255;
export const alarmTextColumnsMax = 1_024;

const alarmNameText = ({ name }: Alarm): string => shownText(name, nameColumnsMax);

/** `Alarm: Poller is not running`, `Over: Poller is not running`. */
export const alarmHeadline = (alarm: Alarm): string => {
  switch (alarm.state) {
    case 'alarm':
      return `Alarm: ${alarmNameText(alarm)}`;
    case 'ok':
      return `Over: ${alarmNameText(alarm)}`;
    case 'insufficient-data':
      return `No figures: ${alarmNameText(alarm)}`;
  }
};

/** What it means for whoever relies on the monitor. */
export const alarmMeaning = ({ state, description }: Alarm): string => {
  const means = shownText(description, alarmTextColumnsMax).trim();
  switch (state) {
    case 'alarm':
      return means === '' ? 'Something is wrong with the monitor itself: it may see less than it should.' : means;
    case 'ok':
      return 'The figures are as they should be again. What came in between is read again from the log by itself.';
    case 'insufficient-data':
      return 'There are no figures to judge by. Right after a deployment that is usual; later it means that nothing runs.';
  }
};

export const alarmNext = (alarm: Alarm): string =>
  alarm.state === 'ok'
    ? 'Nothing is to be done.'
    : `Read “${headingOf(alarm)}” in docs/runbook.md: what to check, what to do.`;

/** An alarm is called `STACK SOURCE: HEADING`; the heading is that of the runbook. */
const headingOf = (alarm: Alarm): string => alarmNameText(alarm).split(': ').at(-1) ?? '';

/** `on 14 Mar 2026 02:13 UTC, in EU (Ireland), account 111122223333`; blank where nothing is known. */
export const alarmWhen = ({ atMs, region, account }: Alarm): string =>
  [
    atMs === undefined ? '' : `on ${instantText(atMs)}`,
    region === undefined ? '' : `in ${shownText(region, 60)}`,
    account === undefined ? '' : `account ${named(account)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
