import { asTwin } from '../../lib/adapters/sources/identity.ts';
import { pulumiTranslator } from '../../lib/adapters/sources/pulumi/translate.ts';
import type { AuditSource } from '../../lib/app/ports.ts';
import { type AuditEvent, inOrder } from '../../lib/core/event.ts';
import { principalKey } from '../../lib/core/principal.ts';
import type { Stretch } from '../../lib/core/time.ts';
import { ordinaryLife } from '../../lib/simulator/organization.ts';
import { indexFrom } from '../../test/simulation/world.ts';

/**
 * As many principals as wanted, who live as those of the demo's organization do: it is made again with other dice under
 * other names until there are enough. Half of them are read from one source and half from another.
 */

export type Population = {
  readonly principals: number;
  readonly sources: readonly AuditSource[];
  readonly eventsOf: (source: string) => readonly AuditEvent[];
};

/** Of a Pulumi organization's log, as the API gives them; so few that a request is counted as often as it would be. */
const eventsPerRequest = 100;

export const populationOf = (wanted: number, names: readonly string[], stretch: Stretch): Population => {
  const lives: (readonly AuditEvent[])[] = [];
  const principals = new Set<string>();
  for (let copy = 0; principals.size < wanted; copy += 1) {
    const life = lifeOf(copy, stretch);
    // The last one may be too many.
    const known = new Set(life.map(({ principal }) => principalKey('', principal)));
    const taken = new Set([...known].slice(0, wanted - principals.size));
    for (const key of taken) principals.add(key);
    lives.push(life.filter(({ principal }) => taken.has(principalKey('', principal))));
  }
  const ordinals = new Map([...principals].map((key, at) => [key, at]));
  const all = lives.flat().toSorted(inOrder);
  const bySource = new Map(
    names.map((name, place) => [
      name,
      all
        .filter(({ principal }) => (ordinals.get(principalKey('', principal)) ?? 0) % names.length === place)
        .map((event) => ({ ...event, source: name })),
    ]),
  );
  const eventsOf = (source: string): readonly AuditEvent[] => bySource.get(source) ?? [];
  return { principals: principals.size, eventsOf, sources: names.map((name) => sourceOf(name, eventsOf(name))) };
};

const lifeOf = (copy: number, stretch: Stretch): readonly AuditEvent[] => {
  const translate = pulumiTranslator('pulumi:acme');
  const translated = ordinaryLife(copy + 1, stretch).log.flatMap((raw) => {
    const { event } = translate(raw);
    return event === undefined ? [] : [renamed(event, copy)];
  });
  const events = translated.toSorted(inOrder);
  // In order, identical twins stand side by side.
  let ordinal = 0;
  return events.map((event, at) => {
    ordinal = at > 0 && events[at - 1]?.id === event.id ? ordinal + 1 : 0;
    return asTwin(event, ordinal);
  });
};

const renamed = (event: AuditEvent, copy: number): AuditEvent => ({
  ...event,
  id: `${copy}${event.id}`.slice(0, event.id.length),
  principal: { ...event.principal, id: `${event.principal.id}-${copy}`, name: `${event.principal.name}-${copy}` },
});

const sourceOf = (name: string, events: readonly AuditEvent[]): AuditSource => ({
  name,
  read: async ({ fromMs, toMs }) => {
    const found = events.slice(indexFrom({ events }, fromMs), indexFrom({ events }, toMs));
    return { events: found, badRecords: [], requests: 1 + Math.floor(found.length / eventsPerRequest) };
  },
});
