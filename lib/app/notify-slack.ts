/**
 * What comes by the alert topic, to Slack: alerts, the daily digest, alarms about the monitor itself. What is none of
 * these is shown as it came; nothing is dropped. A message that cannot be posted makes the whole call fail, so that
 * whoever called tries again and keeps what never succeeds.
 *
 * A webhook knows no idempotency, and a topic may deliver twice: a message posted whose answer was lost is posted again.
 * What was surely posted is remembered here, for as long as the process lives, and not posted again with the others.
 */
import type { Alarm } from '../core/alarm.ts';
import type { Alert } from '../core/alert.ts';
import type { Digest } from '../core/digest.ts';

/** What a topic carries. */
export type Message = {
  /** Of this delivery's message; the same when it comes again. */
  readonly id: string;
  readonly said:
    | { readonly kind: 'alert'; readonly alert: Alert }
    | { readonly kind: 'alerts'; readonly alerts: readonly Alert[] }
    | { readonly kind: 'digest'; readonly digest: Digest }
    | { readonly kind: 'alarm'; readonly alarm: Alarm }
    | { readonly kind: 'other'; readonly notice: { readonly subject: string | undefined; readonly text: string } };
};

/** A message to Slack: a text for notifications, and blocks. */
export type Post = { readonly text: string; readonly blocks: readonly object[] };

/** Throws where it was not, or not surely, posted. */
export type PostToSlack = (post: Post) => Promise<void>;

export type SlackWords = {
  readonly alert: (alert: Alert) => Post;
  readonly alerts: (alerts: readonly Alert[]) => Post;
  readonly digest: (digest: Digest) => Post;
  readonly alarm: (alarm: Alarm) => Post;
  readonly other: (notice: { readonly subject: string | undefined; readonly text: string }) => Post;
};

/** Far more than one call brings; older ones are not tried again any more. */
const rememberedMax = 1_000;

export const slackNotifications = ({ post, words }: { readonly post: PostToSlack; readonly words: SlackWords }) => {
  const posted = new Set<string>();
  /** Throws the failure, or all of them together, after everything was tried. */
  return async (messages: readonly Message[]): Promise<void> => {
    const failures: unknown[] = [];
    for (const { id, said } of messages) {
      if (posted.has(id)) continue;
      try {
        await post(wordsFor(said, words));
      } catch (error) {
        failures.push(error);
        continue;
      }
      if (posted.size >= rememberedMax) posted.clear();
      posted.add(id);
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) {
      const texts = new Set(failures.map((error) => (error instanceof Error ? error.message : 'unknown')));
      throw new AggregateError(failures, `${failures.length} messages could not be posted: ${[...texts].join(' ')}`);
    }
  };
};

const wordsFor = (said: Message['said'], words: SlackWords): Post => {
  switch (said.kind) {
    case 'alert':
      return words.alert(said.alert);
    case 'alerts':
      return words.alerts(said.alerts);
    case 'digest':
      return words.digest(said.digest);
    case 'alarm':
      return words.alarm(said.alarm);
    case 'other':
      return words.other(said.notice);
  }
};
