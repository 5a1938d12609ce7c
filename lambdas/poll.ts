import { type Invocation, poller, systemClock } from '../lib/deployed.ts';

/** Opened by the schedule, for one source: reads what is new, judges it, tells what was found. What fails rings an alarm. */

const poll = await poller({ environment: process.env, clock: systemClock });

export const handler = (_event: unknown, context: Invocation): Promise<void> => poll(context);
