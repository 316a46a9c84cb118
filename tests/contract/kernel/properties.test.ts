import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorFacts } from "../../../npm/src/errors/codes.generated.ts";
import type { Answer, Command, Settings } from "../../../npm/src/wasm/codec.generated.ts";
import { commandsOfEveryKind } from "./commands.ts";
import { Lab, replayed } from "./lab.ts";

const kinds = commandsOfEveryKind(new Lab().kernel.settings() as Settings);
const anyCommand = fc.oneof(...Object.values(kinds));
/** Some agents and plans to begin with, so that what follows finds something. */
const beginning = fc.tuple(
  fc.array(kinds.RegisterAgent, { minLength: 2, maxLength: 4 }),
  fc.array(kinds.Orchestrate, { minLength: 1, maxLength: 4 }),
);
const keyed = fc.option(fc.constantFrom("k1", "k2", "k3"), { freq: 5 });
const step = fc.record({
  passMs: fc.oneof(fc.constant(0), fc.nat(60_000), fc.nat(100_000_000)),
  commands: fc.array(fc.tuple(anyCommand, keyed), { maxLength: 8 }),
});
const life = fc.record({ beginning, steps: fc.array(step, { minLength: 1, maxLength: 12 }) });
const RUNS = { numRuns: 100 };

type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

/** Lives a life; `look` sees the answers to each step. */
function live(
  { beginning: [agents, plans], steps }: Life,
  look: (asked: number, answers: readonly Answer[]) => void,
): Lab {
  const lab = new Lab();
  const said = (commands: readonly Command[], keys: readonly (string | null)[] = []): void =>
    look(commands.length, lab.step(commands, keys));
  said(agents);
  said(agents.map((_, index) => ({ type: "ReportAgentStarted", agent: 2 + index, start: null })));
  said(plans);
  for (const { passMs, commands } of steps) {
    lab.pass(passMs);
    said(
      commands.map(([command]) => command),
      commands.map(([, key]) => key),
    );
  }
  return lab;
}

describe("whatever the wasm kernel is told", { timeout: 60_000 }, () => {
  test("it answers each request once, with an entity or a code of the registry", () => {
    const codes = new Set<string>();
    fc.assert(
      fc.property(life, (some) => {
        let last = 1;
        live(some, (asked, answers) => {
          expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: asked }, (_, index) => last + 1 + index));
          last += asked;
          for (const { outcome } of answers) {
            if (outcome.type === "Accepted") continue;
            expect(Object.keys(errorFacts)).toContain(outcome.refusal.code);
            codes.add(outcome.refusal.code);
          }
        });
      }),
      RUNS,
    );
    expect(codes.size).toBeGreaterThan(10);
  });

  test("its journal adds up to its state, from nothing and from every snapshot", () => {
    fc.assert(
      fc.property(life, fc.nat(), (some, pick) => {
        const lab = live(some, () => {});
        const hash = lab.kernel.stateHash();
        expect(replayed(lab.frames).stateHash()).toBe(hash);
        const early = replayed(lab.frames.slice(0, pick % lab.frames.length)).snapshot();
        const late = replayed(lab.frames, early);
        expect(late.stateHash()).toBe(hash);
        expect(late.lastSeq).toBe(lab.kernel.lastSeq);
        expect(late.openEffects()).toEqual(replayed(lab.frames).openEffects());
      }),
      RUNS,
    );
  });

  test("a snapshot comes back as it was written", () => {
    fc.assert(
      fc.property(life, (some) => {
        const lab = live(some, () => {});
        const snapshot = lab.kernel.snapshot();
        const restored = replayed([], snapshot);
        expect(restored.stateHash()).toBe(lab.kernel.stateHash());
        expect(Buffer.from(restored.snapshot()).equals(snapshot)).toBe(true);
      }),
      RUNS,
    );
  });

  test("the same steps give the same bytes", () => {
    fc.assert(
      fc.property(life, (some) => {
        const [first, second] = [live(some, () => {}), live(some, () => {})];
        expect(second.outputs).toEqual(first.outputs);
        expect(Buffer.from(second.kernel.snapshot()).equals(first.kernel.snapshot())).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  // What leaves something to be done at the end of a step, as a grant or a cancel does, is another story when others
  // come before that; everything else is not.
  test("commands that leave nothing to be done come out the same in one batch and one by one", () => {
    const lasting = fc.oneof(
      kinds.BeginPlan,
      kinds.AddTasks,
      kinds.UpdateContext,
      kinds.RecordFacts,
      kinds.RaiseFormat,
    );
    fc.assert(
      fc.property(fc.array(lasting, { maxLength: 30 }), fc.nat(6), (commands, size) => {
        const split = new Lab();
        const whole = new Lab();
        const answers: Answer[] = [];
        for (let at = 0; at < commands.length; at += size + 1) {
          answers.push(...split.step(commands.slice(at, at + size + 1)));
        }
        expect(answers).toEqual(whole.step(commands));
        expect(split.kernel.stateHash()).toBe(whole.kernel.stateHash());
      }),
      RUNS,
    );
  });
});
