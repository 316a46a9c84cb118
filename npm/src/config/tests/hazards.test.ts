import { describe, expect, it } from "vitest";
import { Assembly } from "../assembly.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import { Problems } from "../problems.ts";
import { parseYaml } from "../yaml.ts";
import { briefly, parse, problemsOf, withTasks } from "./helpers.ts";

describe("YAML that could do harm", () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ["a key twice", "recovery:\n  max_retries: 1\n  max_retries: 1\n", ["CONFIG_DUPLICATE_KEY 3:3"]],
    [
      "a block twice in one document",
      "recovery: {max_retries: 1}\nrecovery: {max_retries: 1}\n",
      ["CONFIG_DUPLICATE_KEY 2:1"],
    ],
    ["a tab as indentation", "recovery:\n\tmax_retries: 1\n", ["CONFIG_TAB 2:1"]],
    ["a NUL byte", "recovery: {max_retries: 1}\0", ["CONFIG_ENCODING 1:27"]],
    ["a bell", "x-a: \u0007", ["CONFIG_ENCODING 1:6"]],
    ["half a surrogate pair", "x-a: \ud800", ["CONFIG_ENCODING 1:6"]],
    ["an escaped NUL", 'x-a: "\\0"', ["CONFIG_ENCODING 1:6"]],
    ["an escaped half of a pair", 'x-a: "\\ud800"', ["CONFIG_ENCODING 1:6"]],
    ["an escaped NUL in a key", 'x-a: {"\\0": 1}', ["CONFIG_ENCODING 1:7"]],
    ["__proto__", "__proto__: {max_retries: 1}", ["CONFIG_FORBIDDEN_KEY 1:1"]],
    ["constructor below", withTasks("{id: A, env: {constructor: x}}"), ["CONFIG_FORBIDDEN_KEY 4:23"]],
    ["prototype in an input", withTasks("{id: A, input: {a: [{prototype: 1}]}}"), ["CONFIG_FORBIDDEN_KEY 4:30"]],
    ["an infinite number", "recovery: {max_retries: 1e999}", ["CONFIG_NUMBER 1:25"]],
    ["not a number", withTasks("{id: A, input: .nan}"), ["CONFIG_NUMBER 4:24"]],
    ["a number that loses digits", withTasks("{id: A, input: 9007199254740993}"), ["CONFIG_NUMBER 4:24"]],
    ["an unknown anchor", "x-a: *b", ["CONFIG_ALIAS 1:6"]],
    ["an alias before its anchor", "x-a: *b\nx-b: &b 1", ["CONFIG_ALIAS 1:6"]],
    ["an alias inside its anchor", "x-a: &a [*a]", ["CONFIG_ALIAS 1:10"]],
    ["an unknown tag", "x-a: !!js/function 'x'", ["CONFIG_SYNTAX 1:6"]],
    ["an unknown directive", "%FOO bar\n---\n{}", ["CONFIG_SYNTAX 1:1"]],
    ["a key that is a list", "? [a]\n: 1", ["CONFIG_TYPE 1:3"]],
    ["a root that is a list", "- a", ["CONFIG_TYPE 1:1"]],
    ["a root that is a text", "hello", ["CONFIG_TYPE 1:1"]],
    ["an open bracket", "recovery: {max_retries: 1\nagent_pool: [", ["CONFIG_SYNTAX 2:1", "CONFIG_SYNTAX 2:14"]],
  ];
  it.each(cases)("is refused with its place: %s", (_, text, expected) => {
    expect(briefly(problemsOf(text))).toEqual(expected);
  });

  it("pollutes no prototype", () => {
    for (const key of ["__proto__", "constructor", "prototype"]) {
      problemsOf(`x-a: &a {${key}: {polluted: true}}\nx-b: {<<: *a, ${key}: {polluted: 1}}\n${key}: {polluted: 1}`);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("nested without end ends with a code, in block and in flow", () => {
    for (const text of ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000), "? ".repeat(50_000)]) {
      expect(problemsOf(text).map((problem) => problem.code)).toEqual(["CONFIG_TOO_DEEP"]);
    }
    const deep = (levels: number): string => withTasks(`{id: A, input: ${"[".repeat(levels)}${"]".repeat(levels)}}`);
    expect(problemsOf(deep(60)).map((problem) => problem.code)).toEqual(["CONFIG_TOO_DEEP"]);
    expect(parse(deep(59)).plan.tasks).toHaveLength(1);
  });

  it("nested through aliases ends with a code", () => {
    const chain = Array.from({ length: 200 }, (_, index) => `x-${index + 1}: &n${index + 1} [*n${index}]`);
    const problems = problemsOf(["x-0: &n0 [1]", ...chain].join("\n"));
    expect(problems[0]?.code).toBe("CONFIG_TOO_DEEP");
  });

  it("that multiplies through aliases is bounded", () => {
    const rows = ["x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level <= 9; level += 1)
      rows.push(
        `x-a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    const started = performance.now();
    const problems = problemsOf(rows.join("\n"));
    expect(problems.every((problem) => problem.code === "CONFIG_ALIAS")).toBe(true);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("of more than 64 MiB is refused unread", () => {
    const assembly = new Assembly();
    const text = " ".repeat(MAX_FILE_BYTES + 1);
    assembly.add({ file: "big.yaml", dir: "/", text, kind: "file" });
    expect(() => assembly.problems.throwIfAny()).toThrow(/CONFIG_TOO_LARGE/);
  });

  it("of many small values is refused before it fills the memory", () => {
    const source = { file: "many.yaml", dir: "/", text: `x-a: [${"1,".repeat(500)}]`, kind: "file" } as const;
    const problems = new Problems();
    expect(parseYaml(source, problems, 2_000)).toHaveLength(1);
    expect(parseYaml(source, problems, 1_000)).toEqual([]);
    expect(problems.has(new Set(["CONFIG_TOO_LARGE"] as const))).toBe(true);
  });

  it("with 100,001 tasks is too large a plan", () => {
    const tasks = Array.from({ length: 100_001 }, (_, index) => `{id: t${index}}`);
    const text = `orchestrator: {task_definitions: {unit_tests: [${tasks.join(",")}]}}`;
    expect(problemsOf(text).map((problem) => problem.code)).toEqual(["PLAN_TOO_LARGE"]);
  }, 60_000);

  it("in one file does not hide the rest, nor make it look incomplete", () => {
    const rest = `recovery: {max_retries: x}\n${withTasks("{id: A, dependencies: [B]}")}phases: [{name: P, tasks: [B], classes: [c]}]`;
    const problems = problemsOf(rest, "a: [", "b: }");
    expect(problems.map((problem) => `${problem.file} ${problem.code}`)).toEqual([
      "a.yaml CONFIG_TYPE",
      "b.yaml CONFIG_SYNTAX",
      "c.yaml CONFIG_SYNTAX",
    ]);
  });
});
