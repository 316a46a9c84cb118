import { afterAll, describe, expect, it } from "vitest";
import type { PlanDefinition } from "../../../npm/src/node.ts";
import { Ground, refusal, works } from "./harness.ts";

const ground = new Ground();
afterAll(() => ground.close());

const MIB = 1 << 20;

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

function circle(): unknown {
  const value: Record<string, unknown> = {};
  value.again = { value };
  return value;
}

const withInput = (input: unknown): unknown => ({ tasks: [{ key: "a", needs: ["echo"], input }] });
const withTask = (task: object): unknown => ({ tasks: [{ key: "a", needs: ["echo"], ...task }] });
const proto = (): unknown => JSON.parse('{"__proto__": {"polluted": true}}');

const plans: readonly [string, () => unknown, string, string][] = [
  ["64 MiB and one more", () => withInput(Array(64).fill("x".repeat(MIB))), "PLAN_TOO_LARGE", "64 MiB"],
  [
    "100,001 tasks",
    () => ({ tasks: Array.from({ length: 100_001 }, (_, index) => ({ key: `t${index}` })) }),
    "PLAN_TOO_LARGE",
    "100,?001|100001",
  ],
  ["an input nested 10,000 deep", () => withInput(nested(10_000)), "PLAN_INVALID", "deeper than 64 levels"],
  ["tasks nested 10,000 deep", () => ({ tasks: nested(10_000) }), "PLAN_INVALID", "tasks\\[0\\]"],
  ["__proto__ in an input", () => withInput(proto()), "PLAN_INVALID", "__proto__"],
  ["constructor in an input", () => withInput({ constructor: 1 }), "PLAN_INVALID", "constructor"],
  [
    "__proto__ among criteria",
    () => withTask({ criteria: JSON.parse('{"__proto__":1}') }),
    "PLAN_INVALID",
    "__proto__",
  ],
  ["NUL in a key", () => withTask({ key: "a\0b" }), "PLAN_INVALID", "NUL"],
  ["half a surrogate pair in a key", () => withTask({ key: "\ud800" }), "PLAN_INVALID", "surrogate"],
  ["half a surrogate pair in an input", () => withInput({ text: "\udc00" }), "PLAN_INVALID", "surrogate"],
  ["a huge timeout", () => withTask({ timeoutMs: 1e300 }), "PLAN_INVALID", "timeoutMs"],
  ["a negative timeout", () => withTask({ timeoutMs: -1 }), "PLAN_INVALID", "timeoutMs"],
  ["NaN for memory", () => withTask({ resources: { memoryMb: Number.NaN } }), "PLAN_INVALID", "memoryMb"],
  ["infinite cores", () => withTask({ resources: { cpuCores: Number.POSITIVE_INFINITY } }), "PLAN_INVALID", "cpuCores"],
  ["a bigint", () => withInput({ n: 1n }), "PLAN_INVALID", "bigint"],
  ["a number that lost digits", () => withInput(2 ** 60), "PLAN_INVALID", "2\\^53"],
  ["a value that holds itself", () => withInput(circle()), "PLAN_INVALID", "contain itself"],
  ["a function", () => withInput({ run: () => 1 }), "PLAN_INVALID", "function"],
  ["a symbol", () => withInput({ sign: Symbol("x") }), "PLAN_INVALID", "symbol"],
  ["tasks that wait for each other", () => ({ tasks: [{ key: "a", after: ["a"] }] }), "TASK_CYCLE", "a → a"],
  ["a dependency on nobody", () => withTask({ after: ["b"] }), "TASK_DEPENDENCY_UNKNOWN", "b"],
  ["one key twice", () => ({ tasks: [{ key: "a" }, { key: "a" }] }), "TASK_DUPLICATE", "a"],
  ["no plan at all", () => undefined, "PLAN_INVALID", "plan"],
];

describe("a plan with", { timeout: 60_000 }, () => {
  it.each(plans)("%s is refused by name, and the team works on", async (_name, make, code, says) => {
    const team = await ground.team();
    await works(team);
    const found = await refusal(() => team.orchestrate(make() as PlanDefinition));
    expect(found.code).toBe(code);
    expect(found.message).toMatch(new RegExp(says));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    await works(team);
  });

  it("48 MiB of input is taken whole, and the file is opened anew", async () => {
    const file = ground.file();
    const team = await ground.team(file);
    team.agent("measure", { capabilities: ["measure"] }, (task) => (task.input as string[]).join("").length);
    const input = Array(48).fill("x".repeat(MIB));
    const session = team.orchestrate({ tasks: [{ key: "a", needs: ["measure"], input }] });
    expect((await session.result).outputs).toEqual({ a: 48 * MIB });
    await team.close();
    await works(await ground.team(file));
  });

  it("texts of every kind comes back as it was", async () => {
    const team = await ground.team();
    const input = { "a\u0001b": "NUL \0 in a text", "ключ 🎻": "𝄞\u2028\u2029", "": [-0, 1e-300, -(2 ** 53) + 1] };
    const { outputs } = await team.orchestrate(withInput(input) as PlanDefinition).result;
    expect(JSON.stringify(outputs.a)).toBe(JSON.stringify(input));
  });
});
