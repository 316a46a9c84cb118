import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../../npm/src/config/index.ts";
import type { Program } from "../../../npm/src/hosts/host.ts";
import { Bench, FIXTURES } from "../hosts/harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

describe("a template of a configuration", () => {
  it("runs as the file says: its directory, its arguments, its variables, without a shell", async () => {
    const text = `
orchestrator:
  task_definitions:
    unit_tests:
      - {id: A, name: "Sum; echo $HOME > {{dir}}", template: report, env: {OWN: "{{parent}}|{{id}}"}, subtasks: [B]}
templates:
  report:
    argv: ["{{node}}", report.mjs, "{{id}} {{name}}", "{{dir}}/out", "{{{{literal}}", "{{memory_mb}}"]
    cwd: fixtures
    results: [jsonl]
`;
    const config = parseConfig([{ file: join(FIXTURES, "..", "suite.yaml"), text }]);
    const tasks = new Map(config.plan.tasks.map((task) => [task.key, task.program as Program | undefined]));
    expect(tasks.get("A")).toBeUndefined();
    const program = tasks.get("B");
    if (program === undefined) throw new Error("the subtask has no program");
    // What a journal keeps is what comes back after a restart.
    const { result } = await bench.run(JSON.parse(JSON.stringify(program)) as Program, { attempt: { key: "B" } });
    expect(result.error).toBeUndefined();
    const output = result.output as { env: Record<string, string>; cwd: string; args: string[] };
    expect(output.args).toEqual(["B B", join(bench.dir, "out"), "{{literal}}", "512"]);
    expect(`${output.cwd}/`).toBe(FIXTURES);
    expect(output.env.OWN).toBe("A|B");
  });

  it("with a directory that does not exist is refused by the host with its code", async () => {
    const text = `
orchestrator: {task_definitions: {unit_tests: [{id: A, template: t}]}}
templates: {t: {argv: [x], cwd: "gone/{{id}}"}}
`;
    const config = parseConfig([{ file: join(FIXTURES, "suite.yaml"), text }]);
    const { result } = await bench.run(config.plan.tasks[0]?.program as Program);
    expect(result.error).toMatchObject({ code: "HOST_PROGRAM_INVALID" });
    expect(result.error?.message).toContain(join(FIXTURES, "gone", "A1".slice(0, 1)));
  });
});
