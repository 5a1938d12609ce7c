import type { RotationEvidence } from '../core/alert.ts';
import { callerText, placeText } from './caller-words.ts';
import { named } from './safe-text.ts';
import { instantText } from './times.ts';
import { counted, listed, networkText } from './words.ts';

/** What the watch over a rotation found, in words: the sentence, the headline, and what to do. */

type Zone = string | undefined;

export const rotationStory = (evidence: RotationEvidence, zone: Zone): string => {
  switch (evidence.fact) {
    case 'old-token-used':
      return `${stillUses(evidence)}, last on ${instantText(evidence.lastAtMs ?? evidence.startedAtMs, zone)}, although ${replacedText(evidence, zone)}.${dueText(evidence, zone)}`;
    case 'caller-late':
      return `The ${callerText(evidence.caller)} has not been seen on ${newText(evidence)} since the rotation on ${instantText(evidence.startedAtMs, zone)}.${dueText(evidence, zone)}${triesText(evidence)}`;
    case 'stranger':
      return `The ${evidence.token} token ${named(evidence.token === 'old' ? evidence.old : (evidence.replacement ?? evidence.old))} was used from ${networkText(evidence.network)} (${usesText(evidence)}), where the old one was never used in the time that was learned from.`;
    case 'over':
      return overText(evidence, zone);
  }
};

type Of<Fact extends RotationEvidence['fact']> = Extract<RotationEvidence, { readonly fact: Fact }>;
type OfCaller = Extract<RotationEvidence, { readonly caller: unknown }>;

const stillUses = (evidence: OfCaller): string =>
  `The ${callerText(evidence.caller)} still uses the old token ${named(evidence.old)} (${usesText(evidence)})`;

const usesText = ({ uses, refused }: { readonly uses: number; readonly refused: number }): string =>
  refused === 0 ? counted(uses, 'event') : `${counted(uses, 'event')}, ${refused === uses ? 'all' : refused} refused`;

const replacedText = ({ replacement, startedAtMs }: RotationEvidence, zone: Zone): string =>
  replacement === undefined
    ? `it was rotated on ${instantText(startedAtMs, zone)}`
    : `${named(replacement)} replaced it on ${instantText(startedAtMs, zone)}`;

const newText = ({ replacement }: RotationEvidence): string =>
  replacement === undefined ? 'the new token' : named(replacement);

const dueText = ({ dueMs }: OfCaller, zone: Zone): string =>
  dueMs === undefined ? '' : ` It was due there about ${instantText(dueMs, zone)}.`;

const triesText = (evidence: OfCaller): string =>
  evidence.uses === 0 ? '' : ` It still tries the old token: ${usesText(evidence)}.`;

const overText = (evidence: Of<'over'>, zone: Zone): string => {
  const { old, callers, moved, open, strangers, endedAtMs } = evidence;
  const end = `The watch over the rotation of ${named(old)} ended on ${instantText(endedAtMs, zone)}.`;
  const rest = callers - moved - open.length;
  const came =
    callers === 0
      ? 'It had no callers.'
      : `${moved} of ${counted(callers, 'caller')} came over to ${newText(evidence)}.`;
  const seldom = rest > 0 ? ` ${counted(rest, 'other')} came too seldom to be waited for.` : '';
  const left =
    open.length === 0 ? '' : ` Still open: ${listed(open.slice(0, namesMax).map(callerText))}${moreText(open.length)}.`;
  const foreign =
    strangers === 0 ? ' Nobody else used either token.' : ` ${counted(strangers, 'stranger')} used one of the tokens.`;
  return `${end} ${came}${seldom}${left}${foreign}`;
};

/** Longer lists are for `rotation status`. */
const namesMax = 4;
const moreText = (count: number): string => (count > namesMax ? ` and ${count - namesMax} more` : '');

/** After the subject: `Token ci-deploy …`. */
export const rotationNews = (evidence: RotationEvidence): string => {
  switch (evidence.fact) {
    case 'old-token-used':
      return `is still used after its rotation: ${callerText(evidence.caller)}`;
    case 'caller-late':
      return `was rotated, and a caller has not come over: ${callerText(evidence.caller)}`;
    case 'stranger':
      return `was used during the rotation from a place where the old token never was: ${networkText(evidence.network)}`;
    case 'over':
      if (evidence.open.length === 0 && evidence.strangers === 0) return 'was rotated, and nothing is left to do';
      return `was rotated, and not all is done: ${[
        ...(evidence.open.length === 0 ? [] : [`${counted(evidence.open.length, 'caller')} not moved`]),
        ...(evidence.strangers === 0 ? [] : [counted(evidence.strangers, 'stranger')]),
      ].join(', ')}`;
  }
};

export const rotationInPassing = 'during its rotation';

export const rotationSteps = (evidence: RotationEvidence): readonly string[] => {
  const status = `See who has moved and who has not: tokenwatch rotation status`;
  switch (evidence.fact) {
    case 'old-token-used':
      return [
        `Find where the ${callerText(evidence.caller)} gets its token (a CI secret, a scheduler, a machine’s environment) and give it ${newText(evidence)}.`,
        `If nothing of yours runs at ${placeText(evidence.caller.network)} at that hour, the token has leaked: delete ${named(evidence.old)} now, whatever breaks.`,
        status,
      ];
    case 'caller-late':
      return [
        `Look whether the ${callerText(evidence.caller)} ran at all, and whether it failed for want of a token; give it ${newText(evidence)}.`,
        'If it was switched off on purpose, nothing is to be done: it is not told again.',
        status,
      ];
    case 'stranger':
      return [
        `Ask who set up something new at ${placeText(evidence.network)}.`,
        `If nobody did, delete the ${evidence.token} token now${evidence.token === 'new' ? ', and find out where it was copied from before you make another' : ''}.`,
        status,
      ];
    case 'over':
      return evidence.open.length === 0 && evidence.strangers === 0
        ? [`If ${named(evidence.old)} still exists, delete it.`]
        : [
            `Bring the open callers over before you delete ${named(evidence.old)}, then watch again: tokenwatch rotation start`,
            status,
          ];
  }
};
