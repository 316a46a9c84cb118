import { describe, expect, it } from "vitest";
import type { Attempt } from "../../hosts/host.ts";
import { attemptValues, fillProgram, isTaskProgram, type LoadedConfig, type RunValues } from "../index.ts";
import { fillPlaceholders } from "../placeholders.ts";
import { briefly, parse, problemsOf, withTasks } from "./helpers.ts";

const RUN: RunValues = {
  node: "/usr/bin/node",
  dir: "/tmp/a b",
  session: "session_1",
  agent: "worker-1",
  attempt: "2",
  attempt_id: "task_1.7",
  memory_mb: "512",
  cpu_cores: "1",
  disk_mb: "100",
  timeout_seconds: "600",
  recovery: "",
};

function filled(config: LoadedConfig, key: string): ReturnType<typeof fillProgram> {
  const program = config.plan.tasks.find((task) => task.key === key)?.program;
  if (!isTaskProgram(program)) throw new Error(`${key} has no program`);
  return fillProgram(program, RUN);
}

describe("templates", () => {
  it("run with every placeholder filled in", () => {
    const config = parse(`
templates:
  t:
    argv: [run, "{{ id }}", "--name={{name}}", "{{class}}/{{parent}}/{{phase}}/{{template}}", "{{input.file}}:{{input.n}}"]
    cwd: "in/{{id}}"
    env: {OUT: "{{dir}}/x", BOTH: template, TRY: "{{attempt}}"}
    results: [tap, {format: junit, path: "{{dir}}/j.xml"}, exit]
    recoveries: {reinstall_deps: {argv: [npm, ci, "{{session}}"], env: {A: "{{id}}"}}, extend_timeout: {}}
    error_types: {3: import_error}
    artifacts: ["{{dir}}/*.json"]
orchestrator:
  task_definitions:
    unit_tests:
      - {id: A, name: "Part; rm -rf $(x) {{dir}}", template: t, env: {BOTH: "task {{id}}"}, input: {file: f.ts, n: 3}, subtasks: [B]}`);
    expect(filled(config, "B")).toEqual({
      argv: ["run", "B", "--name=B", "unit_tests/A/PHASE_1_UNIT/t", "f.ts:3"],
      cwd: "/project/in/B",
      env: { OUT: "/tmp/a b/x", BOTH: "task B", TRY: "2" },
      results: [{ format: "tap" }, { format: "junit", path: "/tmp/a b/j.xml" }, { format: "exit" }],
      recoveries: { reinstall_deps: { argv: ["npm", "ci", "session_1"], env: { A: "B" } }, extend_timeout: {} },
      errorTypes: { "3": "import_error" },
      artifacts: ["/tmp/a b/*.json"],
    });
  });

  it("never look again at what a placeholder brought", () => {
    const config = parse(
      `${withTasks('{id: A, name: "{{dir}} {{{{x", template: t}')}\ntemplates: {t: {argv: ["{{name}}|{{{{dir}}|{{{id}}}|{}}"]}}`,
    );
    expect(filled(config, "A").argv).toEqual(["{{dir}} {{{{x|{{dir}}|{A}|{}}"]);
    expect(filled(config, "A").cwd).toBe("/project");
  });

  it("keep an absolute directory", () => {
    const config = parse(`${withTasks("{id: A, template: t}")}\ntemplates: {t: {argv: [x], cwd: /srv}}`);
    expect(filled(config, "A").cwd).toBe("/srv");
  });

  it("refuse placeholders nobody fills in, wherever they stand", () => {
    const text = `
templates:
  t:
    argv: ["{{ID}}", "{{", "{{.Names}}"]
    cwd: "{{nme}}"
    env: {A: "{{a b}}"}
    results: [{format: lcov, path: "{{dri}}"}]
    artifacts: ["{{}}"]
    recoveries: {x: {argv: ["{{y}}"], env: {B: "{{z}}"}}}
${withTasks('{id: A, template: t, env: {C: "{{w}}"}}')}`;
    const problems = problemsOf(text);
    expect(briefly(problems)).toEqual(
      ["4:12", "4:22", "4:28", "5:10", "6:14", "7:36", "8:17", "9:29", "9:48", "13:39"].map(
        (at) => `CONFIG_UNKNOWN_PLACEHOLDER ${at}`,
      ),
    );
    expect(problems[3]?.hint).toBe('did you mean "name"?');
  });

  it("refuse an input that lacks what they use", () => {
    const tasks = withTasks(
      "{id: A, template: t, input: {file: [1]}}",
      "{id: B, template: t}",
      "{id: C, template: t, input: {file: x}}",
    );
    const problems = problemsOf(`${tasks}\ntemplates: {t: {argv: ["{{input.file}}"]}}`);
    expect(briefly(problems)).toEqual(["CONFIG_UNKNOWN_PLACEHOLDER 4:9", "CONFIG_UNKNOWN_PLACEHOLDER 5:9"]);
    expect(problems[0]?.message).toContain("uses {{input.file}} at a.yaml:8:24");
  });

  it("take what an attempt brings, also for programs that come from code", () => {
    const attempt: Attempt = {
      id: "task_1.7",
      taskId: "task_1",
      key: "A",
      sessionId: "session_1",
      agentId: "agent_1",
      number: 2,
      fence: 7,
      input: null,
      resources: { memoryMb: 512, cpuCores: 0.5, diskMb: 100 },
      timeoutMs: 1_500,
      graceMs: 0,
      recovery: { level: 1, action: "extend_timeout", errorType: "timeout" },
      dir: "/run/A",
    };
    const argv: [string, ...string[]] = [
      "{{node}}",
      "{{id}} {{dir}} {{attempt}} {{timeout_seconds}} {{cpu_cores}} {{recovery}} {{session}} {{other}}",
    ];
    expect(fillProgram({ argv, cwd: "/" }, attemptValues(attempt, "/bin/node"))).toEqual({
      argv: ["/bin/node", "A /run/A 2 1.5 0.5 extend_timeout session_1 {{other}}"],
      cwd: "/",
    });
  });

  it("fill only own values", () => {
    expect(fillPlaceholders("{{toString}} {{a}}", { a: "1" })).toBe("{{toString}} 1");
  });
});
