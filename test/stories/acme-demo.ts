import { fastForwardClock } from '../../lib/adapters/clock.ts';
import type { Clock } from '../../lib/app/ports.ts';
import { demoWorld } from '../../lib/simulator/demo-world.ts';
import { type Behaviour, createPulumiApi } from '../../lib/simulator/pulumi-api.ts';
import type { Label, ScenarioKind } from '../../lib/simulator/scenarios.ts';

/** The made-up organization behind its HTTP API, in virtual time that the story sets. */

export const acme = demoWorld(7, Date.parse('2026-02-23T00:00:00Z'));
export const { liveFromMs, historyFromMs } = acme.timeline;
export const organizationName = acme.organization.name;
export const sourceName = `pulumi:${organizationName}`;

export const incident = (kind: ScenarioKind): Label => {
  const label = acme.labels.find((candidate) => candidate.kind === kind);
  if (label === undefined) throw new Error(`nothing of the kind ${kind} happens`);
  return label;
};

export type Served = {
  readonly url: string;
  /** A clock of its own for each start of tokenwatch; the API goes by the latest. */
  readonly clockAt: (nowMs: number) => Clock;
  readonly close: () => Promise<void>;
};

export const serveAcme = async (behaviour: Behaviour = {}): Promise<Served> => {
  let clock = fastForwardClock(liveFromMs);
  const api = await createPulumiApi({ ...acme, nowMs: () => clock.nowMs(), behaviour });
  return {
    url: api.url,
    clockAt: (nowMs) => {
      clock = fastForwardClock(nowMs);
      return clock;
    },
    close: api.close,
  };
};

/** The clock, and a signal that comes when it has reached a time: somebody presses Ctrl-C then. */
export const pressedAt = (clock: Clock, atMs: number): { readonly clock: Clock; readonly signal: AbortSignal } => {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    clock: {
      nowMs: clock.nowMs,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        if (clock.nowMs() >= atMs) controller.abort();
      },
    },
  };
};
