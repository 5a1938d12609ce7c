import { type Digest, isQuiet } from '../../core/digest.ts';
import { alertLines, careLines, digestSubject, quietSentence, sourceLines } from '../digest-text.ts';
import { labelled, lines, type SlackMessage, slackMessageOf } from './message.ts';

/** The daily digest as a Slack message, in the order of the e-mail. */

export const slackDigest = (digest: Digest): SlackMessage =>
  slackMessageOf(
    digestSubject(digest),
    isQuiet(digest)
      ? [lines([quietSentence(digest)])]
      : [
          labelled('Needs care', careLines(digest).map(bullet)),
          labelled('Alerts', alertLines(digest).map(bullet)),
          labelled('Sources', digest.sources.flatMap(sourceLines).map(bullet)),
        ],
  );

const bullet = (text: string): string => `• ${text}`;
