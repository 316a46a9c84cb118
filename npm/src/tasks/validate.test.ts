import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolyphonError } from "../errors/error.ts";
import { Teams } from "../team/testing/teams.ts";
import type { PlanDefinition } from "./plan.ts";
import { validatePlan } from "./validate.ts";

/** Code and path of the refusal of a plan. */
function refusal(plan: unknown): readonly [string, unknown] {
  try {
    validatePlan(plan);
  } catch (error) {
    if (error instanceof PolyphonError) return [error.code, error.details.path];
    throw error;
  }
  return ["accepted", undefined];
}

const withTask = (task: object): unknown => ({ tasks: [{ key: "ok" }, { key: "A", ...task }] });
const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

const FULL: PlanDefinition = {
  name: "plan",
  tasks: [
    {
      key: "A1",
      name: "a name",
      needs: ["testing"],
      agentType: "coder",
      after: [],
      priority: "high",
      class: "unit",
      resources: { memoryMb: 512, cpuCores: 0.5, diskMb: 0 },
      permission: "limited",
      timeoutMs: 600_000,
      totalTimeoutMs: 3_600_000,
      criteria: { pass_rate: 0.95, max_execution_time: 600 },
      input: { any: [1, "x", null, true, { deep: {} }] },
      program: { argv: ["x"] },
    },
    { key: "A2", parent: "A1", after: ["A1"] },
  ],
  phases: [
    { name: "P", mode: "sequential_with_parallel_subtasks", tasks: ["A1"], timeoutMs: 1, gateMinCompleted: 0.5 },
  ],
  classes: { unit: { memoryMb: 1, cpuCores: 1, diskMb: 1, timeoutMs: 1, maxParallel: 1 } },
  totals: { memoryMb: 8_192, cpuCores: 8 },
  recovery: { maxRetries: 0, retryDelayMs: 0, escalationThreshold: 1, graceMs: 0 },
  input: "text",
  timeoutMs: 7_200_000,
};

/** The first holds the only task. */
function phases(count: number): NonNullable<PlanDefinition["phases"]> {
  return Array.from({ length: count }, (_, index) => ({
    name: `P${index}`,
    mode: "parallel",
    tasks: index === 0 ? ["A1"] : [],
  }));
}

describe("a plan", () => {
  it("that says everything passes, and is returned itself", () => {
    expect(validatePlan(FULL)).toBe(FULL);
    expect(validatePlan({ tasks: [] })).toEqual({ tasks: [] });
    expect(validatePlan(Object.assign(Object.create(null), { tasks: [] }))).toBeDefined();
  });

  const cases: readonly [string, unknown, string][] = [
    ["no object", null, ""],
    ["a list", [], ""],
    ["an instance", new Date(), ""],
    ["no tasks", {}, "tasks"],
    ["a key nobody knows", { tasks: [], task: 1 }, "task"],
    ["a hole for a task", { tasks: Array(1) }, "tasks[0]"],
    ["a task without a key", { tasks: [{}] }, "tasks[0].key"],
    ["an empty key", { tasks: [{ key: "" }] }, "tasks[0].key"],
    ["a key with NUL", { tasks: [{ key: "a\0" }] }, "tasks[0].key"],
    ["a key with a line feed", { tasks: [{ key: "a\n" }] }, "tasks[0].key"],
    ["a key with half a pair", { tasks: [{ key: "\ud800x" }] }, "tasks[0].key"],
    ["a key that ends in half a pair", { tasks: [{ key: "x\ud83d" }] }, "tasks[0].key"],
    ["a key of 257 bytes in few characters", { tasks: [{ key: "é".repeat(129) }] }, "tasks[0].key"],
    ["a name with half a pair", withTask({ name: "\udc00" }), "tasks[1].name"],
    ["an unknown key of a task", withTask({ depends: [] }), "tasks[1].depends"],
    ["a dependency that is no text", withTask({ after: ["ok", 1] }), "tasks[1].after[1]"],
    ["too many dependencies", withTask({ after: Array(10_001).fill("ok") }), "tasks[1].after"],
    ["too many capabilities", withTask({ needs: Array(65).fill("a") }), "tasks[1].needs"],
    ["an unknown priority", withTask({ priority: "urgent" }), "tasks[1].priority"],
    ["a fractional timeout", withTask({ timeoutMs: 1.5 }), "tasks[1].timeoutMs"],
    ["no time", withTask({ timeoutMs: 0 }), "tasks[1].timeoutMs"],
    ["more than a year", withTask({ timeoutMs: 1e12 }), "tasks[1].timeoutMs"],
    ["negative memory", withTask({ resources: { memoryMb: -1 } }), "tasks[1].resources.memoryMb"],
    ["unsafe memory", withTask({ resources: { memoryMb: 2 ** 53 } }), "tasks[1].resources.memoryMb"],
    ["no number of cores", withTask({ resources: { cpuCores: Number.NaN } }), "tasks[1].resources.cpuCores"],
    [
      "an infinite criterion",
      withTask({ criteria: { coverage: Number.POSITIVE_INFINITY } }),
      "tasks[1].criteria.coverage",
    ],
    ["a criterion beyond counting", withTask({ criteria: { x_max: 1e12 } }), "tasks[1].criteria.x_max"],
    [
      "a criterion named __proto__",
      withTask({ criteria: JSON.parse('{"__proto__":1}') }),
      "tasks[1].criteria.__proto__",
    ],
    ["a class named constructor", { tasks: [], classes: { constructor: {} } }, "classes.constructor"],
    [
      "an input with __proto__",
      withTask({ input: JSON.parse('{"a":[{"__proto__":{}}]}') }),
      "tasks[1].input.a[0].__proto__",
    ],
    ["an input key with NUL", withTask({ input: { "a\0": 1 } }), 'tasks[1].input["a\\u0000"]'],
    ["an input text with half a pair", withTask({ input: ["\ud800"] }), "tasks[1].input[0]"],
    ["an input that is not a number", withTask({ input: { n: Number.NaN } }), "tasks[1].input.n"],
    ["an input number that lost digits", withTask({ input: 2 ** 53 }), "tasks[1].input"],
    ["a bigint", withTask({ input: 1n }), "tasks[1].input"],
    ["a function", withTask({ program: { run: () => 1 } }), "tasks[1].program.run"],
    ["a date", withTask({ input: new Date() }), "tasks[1].input"],
    ["a map", withTask({ input: new Map() }), "tasks[1].input"],
    ["an undefined item", withTask({ input: [undefined] }), "tasks[1].input[0]"],
    ["65 levels", withTask({ input: nested(65) }), `tasks[1].input${"[0].a".repeat(32)}`],
    ["a permission nobody knows", withTask({ permission: "root" }), "tasks[1].permission"],
    ["a total time of nothing", withTask({ totalTimeoutMs: 0 }), "tasks[1].totalTimeoutMs"],
    ["a mode nobody knows", { tasks: [], phases: [{ name: "P", mode: "x", tasks: [] }] }, "phases[0].mode"],
    [
      "a gate above 1",
      { tasks: [], phases: [{ name: "P", mode: "parallel", tasks: [], gateMinCompleted: 1.1 }] },
      "phases[0].gateMinCompleted",
    ],
    [
      "a wrong task in a phase",
      { tasks: [], phases: [{ name: "P", mode: "parallel", tasks: [1] }] },
      "phases[0].tasks[0]",
    ],
    ["no room in a class", { tasks: [], classes: { a: { maxParallel: 0 } } }, "classes.a.maxParallel"],
    ["201 phases", { tasks: [], phases: phases(201) }, "phases"],
    ["too many retries", { tasks: [], recovery: { maxRetries: 1_001 } }, "recovery.maxRetries"],
    ["totals below nothing", { tasks: [], totals: { diskMb: -1 } }, "totals.diskMb"],
  ];
  it.each(cases)("with a fault is refused with its path: %s", (_, plan, path) => {
    expect(refusal(plan)).toEqual(["PLAN_INVALID", path]);
  });

  it("may have as many phases as the kernel takes, and not one more", async () => {
    const teams = new Teams();
    try {
      const team = await teams.open();
      const plan = { tasks: [{ key: "A1" }], phases: phases(200) };
      expect(await team.orchestrate(plan).ready).toMatch(/^session_/);
      expect(refusal({ ...plan, phases: phases(201) })).toEqual(["PLAN_INVALID", "phases"]);
    } finally {
      await teams.close();
    }
  });

  it("may hold an input of 64 levels, the same value twice, absent members", () => {
    const shared = { a: 1 };
    expect(refusal(withTask({ input: nested(64) }))[0]).toBe("accepted");
    expect(refusal(withTask({ input: [shared, shared, { b: undefined }], name: undefined }))[0]).toBe("accepted");
  });

  it("that contains itself is refused at once", () => {
    const circle: Record<string, unknown> = {};
    circle.a = [circle];
    expect(refusal(withTask({ input: circle }))).toEqual(["PLAN_INVALID", "tasks[1].input.a[0]"]);
  });

  it("with one task too many is too large", () => {
    const tasks = Array.from({ length: 100_001 }, (_, index) => ({ key: `t${index}` }));
    expect(refusal({ tasks })).toEqual(["PLAN_TOO_LARGE", "tasks"]);
    expect(refusal({ tasks: tasks.slice(1) })[0]).toBe("accepted");
  });

  it("of more than 64 MiB is too large, also when it shares values", () => {
    const megabyte = "x".repeat(1 << 20);
    const many = (count: number): unknown => ({ tasks: [{ key: "A", input: Array(count).fill(megabyte) }] });
    expect(refusal(many(63))[0]).toBe("accepted");
    expect(refusal(many(64))[0]).toBe("PLAN_TOO_LARGE");
    let doubling: unknown = "x";
    for (let level = 0; level < 60; level += 1) doubling = [doubling, doubling];
    expect(refusal(withTask({ input: doubling }))[0]).toBe("PLAN_TOO_LARGE");
  }, 60_000);

  it("takes time in proportion to its tasks", () => {
    const tasks = Array.from({ length: 100_000 }, (_, index) => ({
      key: `task-${index}`,
      needs: ["work"],
      after: index === 0 ? [] : [`task-${index - 1}`],
      input: { index },
    }));
    const least = (count: number): number => {
      const plan = { tasks: tasks.slice(0, count) };
      const times = Array.from({ length: 7 }, () => {
        const started = performance.now();
        validatePlan(plan);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    least(10_000);
    // Ten times as many tasks; a machine with other things to do is forgiven as much again and half.
    expect(least(100_000) / least(10_000)).toBeLessThan(25);
  });

  it("of any shape is accepted or refused, and what is accepted survives JSON", () => {
    const value = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    });
    const plan = fc.oneof(
      value,
      fc.record({ tasks: fc.array(fc.record({ key: fc.string({ unit: "binary" }), input: value })) }),
    );
    fc.assert(
      fc.property(plan, (candidate) => {
        const [code] = refusal(candidate);
        expect(["accepted", "PLAN_INVALID", "PLAN_TOO_LARGE"]).toContain(code);
        if (code === "accepted") expect(refusal(JSON.parse(JSON.stringify(candidate)))[0]).toBe("accepted");
      }),
      { numRuns: 500 },
    );
  });
});
