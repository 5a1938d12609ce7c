/**
 * When people are told: thresholds that spend the operator's alert budget, read from the organization's own past.
 *
 * Each channel has the threshold that its share of the budget allows. A session may cross several at once, so what is
 * budgeted in the end is the highest excess of any channel: the budget is one, however much the channels overlap.
 */
import { count, emptyHistogram, type Histogram, thresholdFor } from './calibration.ts';
import { at, type Organization } from './organization.ts';
import { lowestExcess } from './session.ts';

const channelShares = [0.4, 0.25, 0.1, 0.125, 0.125] as const;
/** The budget is a mean that must not be exceeded; the thresholds have an error of their own. Measured: `npm run bench:detection`. */
const safety = 0.8;

/** Daily maxima fade, so that the threshold follows the organization. */
const dailyFading = Math.exp(-Math.LN2 / 90);

/** One principal's day: its highest score in each channel. */
export const learnDay = (organization: Organization, maxima: readonly number[], highest: number): void => {
  if (organization.weeks >= unionFromWeeks) {
    count(Math.min(highest, organization.unionThreshold + surplusNats) + unionOffset, organization.union);
  }
  maxima.forEach((nats, channel) => {
    const past = organization.channels[channel];
    const threshold = organization.thresholds[channel] ?? 0;
    // An attack must not raise the threshold for the next one.
    if (past !== undefined) count(Math.min(nats, threshold + surplusNats), past);
  });
};

/** A day counts so far beyond its threshold at most. */
const surplusNats = 3;
const unionOffset = -lowestExcess;
/** Until then the channels' own thresholds still move too much to be compared. */
const unionFromWeeks = 3;
/**
 * As far as the overlap of channels may move the threshold; beyond, the past is too odd to be followed. Upward there is little
 * room, since five shares cannot spend more than the whole: as much as a threshold's own error, which grows with the distance
 * that a small budget lies beyond the past. A past of first weeks, when everything was new, would ask for far more.
 */
const unionMin = -2.5;
const unionMaxOf = (budgetPerWeek: number): number => 0.5 + 0.4 * Math.max(0, -Math.log(budgetPerWeek));

/** However generous the budget and however quiet the past: what one session in twenty shows is not news. */
const thresholdMin = Math.log(20);

/** Thresholds for the day that begins, from the days before it. `day` must be later than the last. */
export const turnDay = (organization: Organization, day: number, budgetPerWeek: number): void => {
  if (organization.firstDay === 0) organization.firstDay = day;
  const passed = organization.lastDay === 0 ? 0 : day - organization.lastDay;
  const fading = dailyFading ** Math.min(passed, 365);
  for (const past of [...organization.channels, organization.union]) {
    past.count *= fading;
    for (let bin = 0; bin < past.bins.length; bin += 1) past.bins[bin] = at(past.bins, bin) * fading;
  }
  organization.weeks = organization.weeks * fading + Math.min(passed, 365) / 7;
  organization.lastDay = day;
  organization.unionWeeks =
    organization.weeks < unionFromWeeks ? 0 : organization.unionWeeks * fading + Math.min(passed, 365) / 7;
  const thresholds = channelShares.map((share, channel) => {
    const perWeek = budgetPerWeek * safety * share;
    const past = organization.channels[channel] ?? emptyHistogram();
    const byPast = thresholdFor(perWeek, past, organization.weeks);
    return byPast ?? { at: modelThreshold(perWeek, past, organization.weeks), excess: 1.5 };
  });
  organization.thresholds = thresholds.map(({ at }) => Math.max(thresholdMin, at));
  organization.excesses = thresholds.map(({ excess }) => Math.max(0.3, excess));
  const union = thresholdFor(budgetPerWeek * safety, organization.union, organization.unionWeeks);
  organization.unionThreshold =
    union === undefined ? 0 : Math.max(unionMin, Math.min(unionMaxOf(budgetPerWeek), union.at - unionOffset));
};

/** So much the models leave out in a principal's first weeks, when every habit is still new (measured on made-up organizations). */
const modelMarginNats = 3;

/** Before there is a past to read it from: as if scores were exponential, plus a margin for what the models leave out. */
const modelThreshold = (perWeek: number, past: Histogram, weeks: number): number => {
  const principalDaysPerWeek = Math.max(20, weeks < 0.5 ? 0 : past.count / weeks);
  return Math.log(principalDaysPerWeek / perWeek) + modelMarginNats;
};
