/**
 * Structured logs: whatever somebody wrote, an event or an alert is one line of JSON that says what it is itself, and that
 * does nothing to the terminal on which somebody follows the log.
 */
import { describe, expect, it } from '@jest/globals';
import { eventLines, keyOfLine, newsLine } from '../../lib/adapters/archive/lines.ts';
import { networkOf, noOwners } from '../../lib/core/network.ts';
import { alertJson, terminalSafe } from '../../lib/report/alert-json.ts';
import { actingOnScreens, cases } from './corpus.ts';
import { alertsSaying } from './saying.ts';

const words = { networks: (address: string) => networkOf(address, noOwners), alertJson, terminalSafe };

describe('in a structured log', () => {
  it.each(cases)('a line is one line, is JSON, and is of its own kind: %s', (_, text) => {
    const [alert] = alertsSaying(text);
    if (alert === undefined) throw new Error('there is an alert');
    const news = { key: `${text}/opened`, source: alert.source, alert };
    const lines = [...eventLines(alert.sampleEvents, words), newsLine(news, words)];
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      // What splits lines or ends a text: C0 controls. JSON escapes them, so that none may be left.
      expect([...line.text].filter((character) => character < ' ')).toEqual([]);
      expect(keyOfLine(line.text)).toBe(line.key);
      expect(actingOnScreens(line.text)).toEqual([]);
      const fields = JSON.parse(line.text) as Record<string, unknown>;
      expect(['event', 'alert']).toContain(fields.kind);
      expect(fields.level ?? fields._aws).toBeUndefined();
    }
  });
});
