import type { Alert } from '../../core/alert.ts';
import { manyAlertsHeadline, manyAlertsLines, manyAlertsSentence, manyAlertsSteps } from '../many-alerts.ts';
import { labelled, lines, type SlackMessage, slackMessageOf } from './message.ts';

/** Alerts that come at once as one Slack message, in the order of the e-mail. */

export const slackManyAlerts = (alerts: readonly Alert[]): SlackMessage =>
  slackMessageOf(manyAlertsHeadline(alerts), [
    lines([manyAlertsSentence(alerts)]),
    labelled(
      'Alerts',
      manyAlertsLines(alerts).map((line) => `• ${line}`),
    ),
    labelled(
      'Next',
      manyAlertsSteps.map((step, at) => `${at + 1}. ${step}`),
    ),
  ]);
