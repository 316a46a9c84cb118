import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PolyphonError } from "../../../npm/src/errors/error.ts";
import { crc32c } from "../../../npm/src/stores/crc32c.ts";
import { Kernel } from "../../../npm/src/wasm/kernel.ts";
import { Lab, module, replayed } from "./lab.ts";

/** A life with something of everything in it. */
function lived(): Lab {
  const lab = new Lab();
  const resources = { memoryMb: 1, cpuMilli: 1, diskMb: 1 };
  const demand = { agentType: null, needs: [], permission: "readonly", resources, avoid: null } as const;
  const policy = { maxRetries: 1, retryDelayMs: 10, escalationThreshold: 2, graceMs: 10 };
  const plan = { name: "plan", phases: [], classes: [], policy, timeoutMs: 60_000, configHash: null };
  const task = (key: string, after: number[]) =>
    ({
      key,
      name: key,
      parent: null,
      after,
      priority: "medium",
      class: null,
      demand,
      timeoutMs: 10_000,
      criteria: [],
      input: null,
      totalTimeoutMs: null,
    }) as const;
  const spec = {
    key: "ada",
    agentType: "worker",
    capabilities: [],
    permission: "full",
    kind: "specialized",
    host: "function",
    priority: 0,
    maxLoad: 2,
    version: "1",
    pool: null,
    heartbeatMs: 1_000,
  } as const;
  lab.step([{ type: "RegisterAgent", spec }]);
  lab.step([{ type: "ReportAgentStarted", agent: 2, start: null }]);
  const tasks = [task("a", []), task("b", []), task("c", [0])];
  lab.step([{ type: "Orchestrate", plan, tasks, input: null }], ["key"]);
  lab.pass(20_000);
  lab.step([{ type: "PauseSession", session: 4, reason: "lunch" }]);
  lab.pass(100_000);
  lab.step([]);
  return lab;
}

/** `bytes` with some of them changed between `from` and the checksum, which is made right again. */
function damaged(bytes: Uint8Array, from: number, changes: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  const end = copy.length - 4;
  for (const [at, value] of changes) copy[from + (at % (end - from))] = value;
  new DataView(copy.buffer).setUint32(end, crc32c(copy.subarray(0, end)), true);
  return copy;
}

/** Calls; the code it is refused with, or `undefined`. A trap or a foreign error fails the test. */
function refusal(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PolyphonError);
    return (error as PolyphonError).code;
  }
}

const noise = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 2_000, maxLength: 5_000 }));
const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
const RUNS = { numRuns: 400 };
const fresh = (): Kernel => new Kernel(module, { partition: 0, epoch: 1 });

describe("bytes that are anything", { timeout: 60_000 }, () => {
  test("are no snapshot", () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(refusal(() => replayed([], bytes))).toBe("STORE_CORRUPT");
      }),
      RUNS,
    );
  });

  test("are no frame", () => {
    const kernel = fresh();
    fc.assert(
      fc.property(noise, (bytes) => {
        expect(refusal(() => kernel.replay(bytes))).toBe("STORE_CORRUPT");
      }),
      RUNS,
    );
  });

  test("are no commands, and the kernel goes on", () => {
    const lab = lived();
    fc.assert(
      fc.property(noise, (bytes) => {
        const before = lab.kernel.stateHash();
        const { answers } = lab.raw(bytes);
        for (const { outcome } of answers) expect(outcome.type).toBe("Refused");
        expect(lab.kernel.stateHash()).toBe(before);
      }),
      RUNS,
    );
  });

  test("are no question", () => {
    const lab = lived();
    const raw = lab.kernel as unknown as { view(view: unknown): Uint8Array };
    expect(refusal(() => raw.view({ type: "Task", task: Number.MAX_SAFE_INTEGER }))).toBeUndefined();
    expect(lab.kernel.seqOf("task", "task_no")).toBeUndefined();
    expect(refusal(() => lab.kernel.id("nothing" as "task", 1, 1))).toBe("COMMAND_MALFORMED");
  });
});

describe("bytes that were changed and carry a right checksum", { timeout: 60_000 }, () => {
  test("of a snapshot never bring a state that is not the one that was written", () => {
    const lab = lived();
    const snapshot = lab.kernel.snapshot();
    const hash = lab.kernel.stateHash();
    fc.assert(
      fc.property(changes, (some) => {
        const bytes = damaged(snapshot, 0, some);
        const code = refusal(() => expect(replayed([], bytes).stateHash()).toBe(hash));
        expect([undefined, "STORE_CORRUPT", "KERNEL_FORMAT_NEWER"]).toContain(code);
      }),
      { numRuns: 500 },
    );
  });

  test("of a frame are refused, or are a journal the kernel can go on from", () => {
    const { frames } = lived();
    fc.assert(
      fc.property(fc.nat(frames.length - 1), fc.constantFrom(0, 88), changes, (index, from, some) => {
        const kernel = replayed(frames.slice(0, index));
        const frame = damaged(frames[index] as Uint8Array, from, some);
        const code = refusal(() => {
          kernel.replay(frame);
          kernel.step(new Uint8Array([0x90]), 1_000, 1_700_000_000_000);
          kernel.snapshot();
        });
        expect([undefined, "STORE_CORRUPT", "KERNEL_FORMAT_NEWER"]).toContain(code);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a batch", () => {
  test("that nests a million deep is refused", () => {
    const lab = new Lab();
    const { answers } = lab.raw(new Uint8Array(1_000_000).fill(0x91));
    expect(answers[0]?.outcome).toMatchObject({ type: "Refused", refusal: { code: "COMMAND_MALFORMED" } });
  });

  test("that announces four billion requests is refused", () => {
    const lab = new Lab();
    const { answers } = lab.raw(new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]));
    expect(answers[0]?.outcome).toMatchObject({ type: "Refused", refusal: { code: "COMMAND_MALFORMED" } });
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [-1], [2 ** 53]])(
    "at the time %s does not break the kernel",
    (ms) => {
      const lab = new Lab();
      lab.kernel.step(new Uint8Array([0x90]), ms, ms);
      lab.kernel.step(new Uint8Array([0x90]), 5_000, 1_700_000_005_000);
      expect(lab.kernel.lastSeq).toBeGreaterThan(0);
    },
  );
});
