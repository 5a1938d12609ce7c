import type { Receiver, Telling } from '../app/ports.ts';
import { alertJson } from '../report/alert-json.ts';
import { alertText } from '../report/alert-text.ts';
import type { Place } from '../report/commands.ts';
import { manyAlertsText } from '../report/many-alerts.ts';
import { consoleAlerts } from '../wiring.ts';
import type { Screen } from './screen.ts';

/** How alerts look on this screen, and the way there. */

export const alertsOn = (
  screen: Screen,
  { isJson, zone, place }: { readonly isJson: boolean; readonly zone?: string | undefined; readonly place: Place },
): Receiver => {
  const { width, hasColour: colour } = screen;
  const words = ({ key, alert }: Telling): string => {
    if (isJson) return `${alertJson(alert)}\n`;
    const again = key.endsWith('/opened') ? '' : `An alert told before is now ${alert.severity}:\n\n`;
    return `\n${again}${alertText(alert, { width, colour, zone, place })}`;
  };
  const manyWords = (tellings: readonly Telling[]): string =>
    `\n${manyAlertsText(
      tellings.map(({ alert }) => alert),
      { place },
    )}`;
  return consoleAlerts({
    write: (text) => screen.result(text),
    words,
    // Whoever reads lines of JSON reads one alert in each.
    ...(!isJson && { manyWords }),
  });
};
