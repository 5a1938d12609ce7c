import { digester, systemClock } from '../lib/deployed.ts';

/** Opened once a day: sums up what the state knows and publishes it to the alert topic. */

const sendDigest = digester({ environment: process.env, clock: systemClock });

export const handler = (): Promise<void> => sendDigest();
