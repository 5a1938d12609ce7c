/**
 * An alarm about the monitor itself, as the place where it runs tells it: it is not running, it lags, it was refused. What
 * it means stands in its description, what to do in the runbook under the end of its name.
 */
export type Alarm = {
  /** `tokenwatch pulumi:acme: Polling has stopped`; after the last colon and blank, the heading in `docs/runbook.md`. */
  readonly name: string;
  readonly state: 'alarm' | 'ok' | 'insufficient-data';
  /** What it means, in our words; blank where nobody wrote it. */
  readonly description: string;
  /** Why it changed, in the words of whoever measured. */
  readonly reason: string;
  readonly atMs: number | undefined;
  /** `111122223333`, and the region as it is named for people: `EU (Ireland)`. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly arn: string | undefined;
};
