import fc from "fast-check";
import { expect, test } from "vitest";
import { type TaskSpec, writeTaskSpec } from "../wasm/codec.generated.ts";
import { Writer } from "../wasm/msgpack.ts";
import { partsOf } from "./parts.ts";

const text = fc.string({ unit: "grapheme", maxLength: 200 });

/** Tasks from plain to as bulky as one may be. */
const task = fc.record<TaskSpec>({
  key: text,
  name: text,
  parent: fc.option(fc.nat(99_999)),
  after: fc.oneof(fc.constant([]), fc.constant(Array.from({ length: 10_000 }, (_, index) => index + 80_000))),
  priority: fc.constant("medium"),
  class: fc.constant(null),
  demand: fc.record({
    agentType: fc.option(text),
    needs: fc.array(text, { maxLength: 64 }),
    permission: fc.constant("readonly" as const),
    resources: fc.constant({ memoryMb: 2 ** 50, cpuMilli: 2 ** 50, diskMb: 2 ** 50 }),
    avoid: fc.constant(null),
  }),
  timeoutMs: fc.constant(366 * 86_400_000),
  criteria: fc.array(fc.record({ name: text, boundMicro: fc.maxSafeInteger() }), { maxLength: 64 }),
  input: fc.option(fc.record({ type: fc.constant("Inline" as const), bytes: fc.uint8Array({ maxLength: 256 }) })),
  totalTimeoutMs: fc.option(fc.constant(366 * 86_400_000)),
});

function bytesOf(tasks: readonly TaskSpec[]): number {
  const writer = new Writer(1 << 16);
  for (const one of tasks) writeTaskSpec(writer, one);
  return writer.length;
}

test("parts hold every task in order, none more than 250 of them or 1 MiB", () => {
  fc.assert(
    fc.property(fc.array(task, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (some, times) => {
      const tasks = Array.from({ length: times }, () => some).flat();
      const parts = partsOf(tasks);
      expect(parts.flat()).toEqual(tasks);
      for (const part of parts) {
        expect(part.length).toBeLessThanOrEqual(250);
        expect(bytesOf(part)).toBeLessThanOrEqual(1 << 20);
      }
    }),
    { numRuns: 30 },
  );
});

test("a small plan is one part, and so is one without tasks", () => {
  expect(partsOf([])).toEqual([[]]);
});
