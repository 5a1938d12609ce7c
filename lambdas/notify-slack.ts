import { type SnsEvent, slackNotifier, systemClock } from '../lib/deployed.ts';

/** Opened by the alert topic: alerts, the daily digest and alarms go to Slack. What throws here is tried again by Lambda. */

const notify = slackNotifier({ environment: process.env, clock: systemClock });

export const handler = (event: SnsEvent): Promise<void> => notify(event);
