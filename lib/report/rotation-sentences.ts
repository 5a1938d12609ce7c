import type { RotationEvidence } from '../core/alert.ts';
import { callerText, placeText } from './caller-words.ts';
import { anywhere, type Place, type Step, startCommand, statusCommand, stepWith } from './commands.ts';
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
      return `The ${evidence.token} token ${named(evidence.token === 'old' ? evidence.old : (evidence.replacement ?? evidence.old))} was used from ${networkText(evidence.network)} (${usesText(evidence)}), where none of the old one’s callers comes from.`;
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

const dueText = ({ dueMs, replacement }: OfCaller, zone: Zone): string =>
  dueMs === undefined || replacement === undefined ? '' : ` It was due there about ${instantText(dueMs, zone)}.`;

const triesText = (evidence: OfCaller): string =>
  evidence.uses === 0 ? '' : ` It still tries the old token: ${usesText(evidence)}.`;

const overText = (evidence: Of<'over'>, zone: Zone): string => {
  const { old, replacement, callers, moved, open, strangers, endedAtMs } = evidence;
  const end = `The watch over the rotation of ${named(old)} ended on ${instantText(endedAtMs, zone)}.`;
  const rest = callers - moved - open.length;
  const came =
    callers === 0
      ? 'It had no callers.'
      : replacement === undefined
        ? `Nobody named a new token, so nobody was awaited on one: ${rest} of ${counted(callers, 'caller')} of the old one did not come back to it.`
        : `${moved} of ${counted(callers, 'caller')} came over to ${newText(evidence)}.`;
  const seldom =
    rest > 0 && replacement !== undefined ? ` ${counted(rest, 'other')} came too seldom to be waited for.` : '';
  const left =
    open.length === 0
      ? ''
      : ` ${replacement === undefined ? 'Still on it, or not due again yet' : 'Still open'}: ${listed(open.slice(0, namesMax).map(callerText))}${moreText(open.length)}.`;
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
      if (isDone(evidence)) return 'was rotated, and nothing is left to do';
      return `was rotated, and not all is done: ${[
        ...(evidence.open.length === 0
          ? []
          : [
              `${counted(evidence.open.length, 'caller')} ${evidence.replacement === undefined ? 'not known to have left it' : 'not moved'}`,
            ]),
        ...(evidence.strangers === 0 ? [] : [counted(evidence.strangers, 'stranger')]),
      ].join(', ')}`;
  }
};

export const rotationInPassing = 'during its rotation';

const isDone = ({ open, strangers }: Of<'over'>): boolean => open.length === 0 && strangers === 0;

/** Where the alert comes from, and whence its commands are to work. */
export type StepsSettings = { readonly source: string; readonly place: Place | 'nowhere' };

export const rotationSteps = (evidence: RotationEvidence, { source, place }: StepsSettings): readonly Step[] => {
  const at = place === 'nowhere' ? anywhere : place;
  const status: Step = { text: 'See who has moved and who has not:', command: statusCommand(at) };
  const old = named(evidence.old);
  switch (evidence.fact) {
    case 'old-token-used':
      return [
        `Find where the ${callerText(evidence.caller)} gets its token (a CI secret, a scheduler, a machine’s environment) and give it ${newText(evidence)}.`,
        `If nothing of yours runs at ${placeText(evidence.caller.network)} at that hour, the token has leaked: delete ${old} now, whatever breaks.`,
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
        evidence.token === 'old'
          ? {
              text: `If nobody did, delete ${old} now, whatever breaks. What will break:`,
              command: statusCommand(at, { isBeforeRevoking: true }),
            }
          : 'If nobody did, delete the new token now, and find out where it was copied from before you make another.',
        status,
      ];
    case 'over':
      return isDone(evidence)
        ? [`If ${old} still exists, delete it.`]
        : [
            { text: 'See what is left:', command: statusCommand(at) },
            ...(evidence.strangers === 0
              ? []
              : ['A stranger that is none of yours: delete the token that it used now, where it still exists.']),
            stepWith(
              `Bring the open callers over before you delete ${old}. To watch for another fortnight:`,
              startCommand(at, { source, old: evidence.old, replacement: evidence.replacement }),
              `Bring the open callers over before you delete ${old}, and watch again: see tokenwatch rotation start --help.`,
            ),
          ];
  }
};
