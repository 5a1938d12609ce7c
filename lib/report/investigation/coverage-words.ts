import type { Investigation } from '../../core/investigation/investigation.ts';
import { durationText, instantText, spanText } from '../times.ts';
import { counted } from '../words.ts';
import { tooFullText } from './verdict-words.ts';

/**
 * What an answer rests on: which stretch of the log was read, what is missing in it, and what no log of this vendor shows
 * however whole it is. Silence proves only as much as this says.
 */

export const coverageTexts = ({ coverage }: Investigation): readonly string[] => {
  const { fromMs, toMs, kind, events, silences, tooFull, unreadRecords, historyEnd } = coverage;
  const span = spanText({ fromMs, toMs });
  return [
    kind === 'read'
      ? `Read whole from the vendor: ${span}, ${counted(events, 'event')}.`
      : `Files: ${span}, ${counted(events, 'event')}. Whether they hold all that happened then, only who made them knows.`,
    ...(historyEnd === undefined
      ? []
      : [
          `The vendor shows nothing older: ${durationText(historyEnd.emptyMs)} before ${instantText(fromMs)} came back empty, and the reading ended there.`,
        ]),
    silences.length === 0
      ? 'Gaps: none seen.'
      : `Gaps: ${counted(silences.length, 'silence')} far longer than is usual for it, the first ${spanText(silences[0] ?? { fromMs, toMs })}. Holidays look the same, and so does a time of which the vendor has nothing any more.`,
    ...(tooFull.length === 0 ? [] : [`${tooFullText(tooFull)}.`]),
    unreadRecords === 0 ? 'Every record could be read.' : `${counted(unreadRecords, 'record')} could not be read.`,
  ];
};

/** By its catalogue of event types (169, October 2026), by what is not in it. */
const pulumiBlindSpots: readonly string[] = [
  "Listing, previews and looking at a stack leave no line, nor does the use of a token as such: who only looked around is not seen. Reading a stack's outputs, exporting its state and opening its secrets do leave one.",
  'Personal tokens that their owner makes or deletes leave no line: with a personal token, a thief can make a second one unseen.',
  'Webhooks, most deployment settings, stack tags, and reading or exporting the audit log leave no line.',
  "Where secrets are encrypted with a key of your own (KMS, Vault), the client itself reports opening them, and a thief's client need not.",
  'Addresses are logged, programs are not: there is no user agent.',
];

/**
 * As far as Scalr tells: it publishes one sample of a record and no list of what is logged (docs/scalr.md). So of most
 * things it can only be said that nobody outside Scalr knows whether they leave a line.
 */
const scalrBlindSpots: readonly string[] = [
  'Scalr does not publish which requests it logs. Whether reading variables, state and outputs leaves a line is not known, so that none is seen proves nothing.',
  'A record says that something changed, not what: neither the old value nor the new one is in it.',
  'Scalr cannot send again what was lost: while the log was switched off, or its integration did not deliver, nothing was kept.',
  'A token is known by its owner and its last six characters. Two tokens of one owner may share them, and short-lived ones (pipelines that exchange an identity, runs) come and go without being listed.',
];

const everywhere: readonly string[] = [
  "Who works from the owner's own network, at the owner's hours, on the owner's things, looks like the owner.",
];

/** What could have happened without a trace. */
export const blindSpots = ({ subjects }: Investigation): readonly string[] => {
  const providers = new Set(subjects.map(({ principal }) => principal.provider));
  return [
    ...(providers.has('pulumi') ? pulumiBlindSpots : []),
    ...(providers.has('scalr') ? scalrBlindSpots : []),
    ...everywhere,
  ];
};
