import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Commit, type Document, StateConflict, type StateStore, type Telling } from '../../lib/app/ports.ts';
import type { Alert, Severity } from '../../lib/core/alert.ts';
import { alert, everyKey, type Place, telling } from './state-store-samples.ts';

/** The store against the simplest thing that keeps its promises, after any sequence of commits. */
export const agreesWithModel = (newPlace: () => Promise<Place>): void => {
  it('agrees with a simple model after any commits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const fresh = await newPlace();
        const subject = await fresh.open();
        try {
          const models = new Map<string, Model>();
          for (const { source, told, commit, behind } of steps) {
            const model = models.get(source) ?? emptyModel();
            const written = subject.commit(source, { ...commit, expectedRevision: model.revision - behind });
            if (behind > 0) await expect(written).rejects.toThrow(StateConflict);
            else {
              await written;
              models.set(source, afterCommit(model, commit));
            }
            if (told !== undefined) {
              await subject.markTold(source, told);
              const after = models.get(source);
              if (after !== undefined) models.set(source, afterTold(after, told));
            }
          }
          expect(await subject.sources()).toEqual([...models.keys()].sort());
          for (const [source, model] of models) await expectModel(subject, source, model);
        } finally {
          await subject.close();
          await fresh.drop();
        }
      }),
      { seed: 20_260_314, numRuns: 30 },
    );
  }, 60_000);
};

type Model = {
  readonly revision: number;
  readonly cursor: Document | undefined;
  readonly principals: ReadonlyMap<string, Document>;
  /** Those that must be known; whether forgotten ones are is left open. */
  readonly seen: ReadonlyMap<string, number>;
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly tellings: ReadonlyMap<string, Telling>;
  readonly told: ReadonlySet<string>;
};

const emptyModel = (): Model => ({
  revision: 0,
  cursor: undefined,
  principals: new Map(),
  seen: new Map(),
  alerts: new Map(),
  tellings: new Map(),
  told: new Set(),
});

type AnyCommit = Omit<Commit, 'expectedRevision'>;

const afterCommit = (model: Model, commit: AnyCommit): Model => ({
  revision: model.revision + 1,
  cursor: commit.cursor ?? model.cursor,
  principals: new Map([...model.principals, ...(commit.principals ?? [])]),
  seen: new Map(
    [...model.seen, ...(commit.seen ?? []).map(({ id, atMs }) => [id, atMs] as const)].filter(
      ([, atMs]) => atMs >= (commit.forgetSeenBeforeMs ?? 0),
    ),
  ),
  alerts: new Map([...model.alerts, ...(commit.alerts ?? []).map((one) => [one.id, one] as const)]),
  tellings: new Map([
    ...model.tellings,
    ...(commit.tellings ?? []).filter(({ key }) => !model.tellings.has(key)).map((one) => [one.key, one] as const),
  ]),
  told: model.told,
});

/** Only what was added can be told. */
const afterTold = (model: Model, key: string): Model =>
  model.tellings.has(key) ? { ...model, told: new Set([...model.told, key]) } : model;

const expectModel = async (store: StateStore, source: string, model: Model): Promise<void> => {
  expect(await store.load(source)).toMatchObject({ revision: model.revision, cursor: model.cursor });
  expect(await store.principals(source, anyKeys)).toEqual(model.principals);
  expect(new Set(await everyKey(store, source))).toEqual(new Set(model.principals.keys()));
  expect([...(await store.seen(source, anyEvents))]).toEqual(expect.arrayContaining([...model.seen.keys()]));
  expect(await store.alerts(source)).toEqual(
    [...model.alerts.values()].sort((a, b) => a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1)),
  );
  expect(await store.untold(source)).toEqual([...model.tellings.values()].filter(({ key }) => !model.told.has(key)));
};

/** An event has one time, however often it is read. */
const atMsOf = (id: string): number => anyKeys.indexOf(id) * 1_000;
const anyKeys = ['a', 'b', 'B', '__proto__', 'é'];
const anyEvents = anyKeys.map((id) => ({ id, atMs: atMsOf(id) }));
const anyKey = fc.constantFrom(...anyKeys);
const anyAlert = fc
  .tuple(
    anyKey,
    fc.constantFrom('2026-03-14T02:00Z', '2026-03-14T03:00Z'),
    fc.constantFrom<Severity>('low', 'critical'),
  )
  .map(([id, openedAt, severity]) => alert(id, openedAt, severity));
const anyDocument = fc.record({ version: fc.nat(9), body: fc.string({ unit: 'binary' }) });

const step = fc.record({
  source: fc.constantFrom('pulumi:acme', 'scalr:acme'),
  /** How far behind the loaded revision is: 0 wins, anything else is refused. */
  behind: fc.constantFrom(0, 0, 0, 1),
  told: fc.option(anyKey, { nil: undefined }),
  commit: fc.record(
    {
      cursor: anyDocument,
      principals: fc.array(fc.tuple(anyKey, anyDocument), { maxLength: 4 }).map((entries) => new Map(entries)),
      seen: fc.array(anyKey.map((id) => ({ id, atMs: atMsOf(id) }))),
      forgetSeenBeforeMs: fc.nat(6_000),
      alerts: fc.uniqueArray(anyAlert, { selector: ({ id }) => id }),
      tellings: fc.uniqueArray(
        fc.tuple(anyKey, anyAlert).map(([key, of]) => telling(key, of)),
        {
          selector: ({ key }) => key,
        },
      ),
    },
    { requiredKeys: [] },
  ),
});
