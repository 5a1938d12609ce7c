import type { Alert } from '../../core/alert.ts';
import type { Readers } from '../alert-message.ts';
import { stepText } from '../commands.ts';
import { manyAlertsHeadline, manyAlertsLines, manyAlertsSentence, manyAlertsSteps } from '../many-alerts.ts';
import { labelled, lines, type SlackMessage, slackMessageOf } from './message.ts';

/** Alerts that come at once as one Slack message, in the order of the e-mail. */

export const slackManyAlerts = (alerts: readonly Alert[], readers: Readers = {}): SlackMessage =>
  slackMessageOf(manyAlertsHeadline(alerts), [
    lines([manyAlertsSentence(alerts)]),
    labelled(
      'Alerts',
      manyAlertsLines(alerts).map((line) => `• ${line}`),
    ),
    labelled(
      'Next',
      manyAlertsSteps(alerts, readers).map((step, at) => `${at + 1}. ${stepText(step)}`),
    ),
  ]);
