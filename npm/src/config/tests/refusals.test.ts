import { describe, expect, it } from "vitest";
import { PolyphonError } from "../../errors/error.ts";
import { ConfigError, formatProblems, parseConfig } from "../index.ts";
import { briefly, fixtureText, parse, problemsOf, withTasks } from "./helpers.ts";

describe("problems of a configuration", () => {
  it("are all found at once, each with its place", () => {
    expect(briefly(problemsOf(fixtureText("broken.yaml")))).toEqual([
      "CONFIG_UNKNOWN_KEY 1:1",
      "CONFIG_VALUE 4:14",
      "CONFIG_CYCLE 7:33",
      "CONFIG_UNKNOWN_DEPENDENCY 7:36",
      "CONFIG_RANGE 7:71",
      "CONFIG_UNKNOWN_KEY 8:37",
      "CONFIG_DUPLICATE_ID 9:15",
      "CONFIG_TYPE 10:24",
      "CONFIG_TYPE 12:16",
      "CONFIG_UNKNOWN_PLACEHOLDER 14:20",
    ]);
  });

  it("come as one error with a summary", () => {
    try {
      parse("recovery: {max_retries: -1}");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toBeInstanceOf(PolyphonError);
      expect(new PolyphonError("CONFIG_INVALID", { message: "other" })).not.toBeInstanceOf(ConfigError);
      const { code, message, details } = error as ConfigError;
      expect(code).toBe("CONFIG_INVALID");
      expect(message).toBe("c.yaml:1:25: CONFIG_RANGE: max_retries must be at least 0, found -1");
      expect(details.problems).toHaveLength(1);
    }
  });

  it("print as the line, a caret and a hint", () => {
    const [problem] = problemsOf("agent_pool: {max_agent: 3}");
    expect(formatProblems(problem === undefined ? [] : [problem])).toBe(
      [
        'a.yaml:1:14  CONFIG_UNKNOWN_KEY  unknown key "max_agent" in agent_pool',
        "  1 | agent_pool: {max_agent: 3}",
        "    |              ^",
        '  hint: did you mean "max_agents"?',
      ].join("\n"),
    );
  });

  it("quote a short stretch of a long line and keep the terminal safe", () => {
    const [problem] = problemsOf(`{"x-a": "${"é".repeat(500)}", "zzz": 1, "x-b": "${"b".repeat(500)}"}`);
    expect(problem).toMatchObject({ code: "CONFIG_UNKNOWN_KEY", line: 1, column: 513 });
    const { text = "", caret = 0 } = problem?.excerpt ?? {};
    expect(text.length).toBeLessThan(130);
    expect([...text].slice(caret, caret + 5).join("")).toBe('"zzz"');
    expect(formatProblems(problemsOf('"\\u001b[31mred": 1'), { color: false })).not.toContain("\u001b");
  });

  it("are bounded in number", () => {
    const lines = Array.from({ length: 1_500 }, (_, index) => `k${index}: 1`).join("\n");
    expect(problemsOf(lines)).toHaveLength(1_000);
    expect(() => parse(lines)).toThrow("1500 problems");
  });
});

describe("conflicts", () => {
  const cases: readonly [string, string, string, string][] = [
    [
      "two spellings",
      "failure_handling: {max_retries: 2}",
      "recovery: {max_retries: 3}",
      "failure_handling.max_retries at a.yaml:1:33",
    ],
    [
      "two blocks for the pool",
      "agent_limits: {max_agents: 6}",
      "agent_pool: {max_agents: 5}",
      "agent_limits.max_agents at a.yaml:1:28",
    ],
    ["thresholds", "failure_handling: {escalation_threshold: 2}", "recovery: {escalation_threshold: 4}", "a.yaml:1:42"],
    ["the same block twice", "monitoring: {metrics_interval: 10}", "monitoring: {metrics_interval: 11}", "a.yaml:1:32"],
    ["lists", withTasks("{id: A}"), withTasks("{id: B}"), "unit_tests at a.yaml:4:7"],
  ];
  it.each(cases)("name both places: %s", (_, first, second, other) => {
    const [problem, ...more] = problemsOf(first, second);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "CONFIG_CONFLICT", file: "b.yaml" });
    expect(problem?.message).toContain(other);
  });

  it("are not seen where both say the same in other units", () => {
    const text =
      "failure_handling: {retry_delay_seconds: 90}\n---\nrecovery: {retry_delay: 1m30s}\n---\nrecovery: {retry_delay: 90}";
    expect(parse(text).recovery.retryDelayMs).toBe(90_000);
    expect(briefly(problemsOf(withTasks("{id: A, resources: {timeout: 60, timeout_seconds: 61}}")))).toEqual([
      "CONFIG_CONFLICT 4:29",
    ]);
  });

  it("are not overrides: a task may differ from its class", () => {
    const text = `resource_allocation: {unit_tests: {memory_mb: 512}}\n${withTasks("{id: A, resources: {memory_mb: 64}}")}`;
    expect(parse(text).plan.tasks[0]?.resources).toEqual({ memoryMb: 64 });
  });

  it("put a task in one phase only", () => {
    const text = `phases: [{name: P, tasks: [A]}, {name: Q, classes: [unit_tests]}]\n${withTasks("{id: A}")}`;
    expect(briefly(problemsOf(text))).toEqual(["CONFIG_CONFLICT 1:33"]);
  });
});

describe("references", () => {
  const cases: readonly [string, string, string, string?][] = [
    [
      "dependency",
      withTasks("{id: A1, dependencies: [A2]}", "{id: A3}"),
      "CONFIG_UNKNOWN_DEPENDENCY 4:33",
      'did you mean "A1"?',
    ],
    ["task of a phase", `phases: [{name: P, tasks: [A]}]`, "CONFIG_UNKNOWN_TASK 1:28"],
    [
      "subtask in a phase",
      `phases: [{name: P, tasks: [B]}]\n${withTasks("{id: A, subtasks: [B]}")}`,
      "CONFIG_UNKNOWN_TASK 1:28",
      "a phase holds whole tasks",
    ],
    [
      "class of a phase",
      "phases: [{name: P, classes: [unit_test]}]",
      "CONFIG_UNKNOWN_CLASS 1:30",
      'did you mean "unit_tests"?',
    ],
    ["phase", "phases: [{name: PHASE_1_UNTI}]", "CONFIG_UNKNOWN_PHASE 1:17", 'did you mean "PHASE_1_UNIT"?'],
    [
      "class",
      "orchestrator: {task_definitions: {unit_test: []}}",
      "CONFIG_UNKNOWN_KEY 1:35",
      'did you mean "unit_tests"?',
    ],
    [
      "class of nobody",
      "resource_allocation: {other: {}}\norchestrator: {task_definitions: {}}",
      "CONFIG_UNKNOWN_KEY 1:23",
    ],
    ["key of another block", "retry_delay: 3", "CONFIG_UNKNOWN_KEY 1:1", '"retry_delay" belongs under recovery'],
    [
      "criterion",
      withTasks("{id: A, success_criteria: {pass_rat: 1}}"),
      "CONFIG_UNKNOWN_KEY 4:36",
      'did you mean "pass_rate"?',
    ],
    [
      "duplicate subtask",
      withTasks("{id: A, subtasks: [B, B]}"),
      "CONFIG_DUPLICATE_ID 4:31",
      'it is a subtask of "A" there',
    ],
    [
      "duplicate phase",
      "phases: [{name: P, classes: [unit_tests]}, {name: P, classes: [unit_tests]}]",
      "CONFIG_DUPLICATE_ID 1:51",
    ],
    ["include", "include: gone.yaml", "CONFIG_FILE_NOT_FOUND 1:10"],
  ];
  it.each(cases)("that lead nowhere or twice are refused: %s", (_, text, expected, hint) => {
    const problems = problemsOf(text);
    expect(briefly(problems)).toEqual([expected]);
    if (hint !== undefined) expect(problems[0]?.hint).toBe(hint);
  });

  it("to a task whose definition is itself refused are not called unknown", () => {
    const text = `${withTasks("{id: 7}", "{id: B, dependencies: ['7', C]}")}    integration_tests: {C: {}}`;
    expect(briefly(problemsOf(text))).toEqual(["CONFIG_TYPE 4:14", "CONFIG_TYPE 6:24"]);
  });

  it("in a circle are reported with the way around", () => {
    const text = withTasks(
      "{id: A, dependencies: [C]}",
      "{id: B, dependencies: [A]}",
      "{id: C, dependencies: [B]}",
      "{id: D, dependencies: [D]}",
    );
    expect(problemsOf(text).map((problem) => problem.message)).toEqual([
      "tasks wait for each other: A → C → B → A",
      "tasks wait for each other: D → D",
    ]);
  });

  it("of a part to its whole are a circle", () => {
    const [problem] = problemsOf(withTasks("{id: A, subtasks: [{id: B, dependencies: [A]}]}"));
    expect(problem).toMatchObject({
      code: "CONFIG_CYCLE",
      hint: '"B" is a part of "A", which ends when its parts have ended',
    });
  });

  it("against the order of phases are refused", () => {
    const later = `${withTasks("{id: A, dependencies: [X]}")}    integration_tests: [{id: B}]\n    performance_tests: [{id: C, subtasks: [X]}]`;
    const [problem, ...more] = problemsOf(later);
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "CONFIG_PHASE_ORDER", line: 4 });
    expect(problem?.message).toMatch(/A → X → C → phase PHASE_3_PERFORMANCE/);
    const sequence = "orchestrator: {task_definitions: {performance_tests: [{id: A, dependencies: [B]}, {id: B}]}}";
    expect(briefly(problemsOf(sequence))).toEqual(["CONFIG_PHASE_ORDER 1:78"]);
  });
});

describe("values", () => {
  const cases: readonly [string, string][] = [
    ["agent_pool: {min_agents: 5, max_agents: 4}", "CONFIG_RANGE 1:26"],
    ["agent_pool: {scale_up_threshold: 0.2, scale_down_threshold: 0.2}", "CONFIG_RANGE 1:61"],
    ["agent_pool: {max_agents: 1.5}", "CONFIG_TYPE 1:26"],
    ["agent_pool: {policies: {timeout: 0}}", "CONFIG_RANGE 1:34"],
    ["agent_pool: {policies: {rate_limit: {permits: 0}}}", "CONFIG_RANGE 1:47"],
    ["agent_pool: {policies: {rate_limit: {per: 1s}}}", "CONFIG_MISSING_KEY 1:37"],
    ["agent_pool: {policies: {circuit_breaker: {failure_share: 2}}}", "CONFIG_RANGE 1:58"],
    ["agent_pool: {policies: {bulkhead: {limit: many}}}", "CONFIG_TYPE 1:43"],
    ["agent_pool: {policies: {retry: {}}}", "CONFIG_UNKNOWN_KEY 1:25"],
    ["agent_pool: {policies_by_type: {builder: {hedge: {}}}}", "CONFIG_UNKNOWN_KEY 1:43"],
    ["agent_pool: {agent_timeout: 0}", "CONFIG_RANGE 1:29"],
    ["agent_pool: {agent_timeout: 367d}", "CONFIG_RANGE 1:29"],
    ["agent_pool: {agent_timeout: '600'}", "CONFIG_TYPE 1:29"],
    ["agent_limits: {total_memory_mb: 0.5}", "CONFIG_RANGE 1:33"],
    ["agent_limits: {total_cpu_cores: 0.0005}", "CONFIG_RANGE 1:33"],
    ["monitoring: {log_rotation_size: huge}", "CONFIG_TYPE 1:33"],
    ["recovery: {human_notification_webhook: 'ftp://x'}", "CONFIG_VALUE 1:40"],
    ["recovery:", "CONFIG_TYPE 1:10"],
    ["orchestrator: {api_port: 70000}", "CONFIG_RANGE 1:26"],
    [withTasks("{id: -rf}"), "CONFIG_VALUE 4:14"],
    [withTasks("{id: ../x}"), "CONFIG_VALUE 4:14"],
    [withTasks("{name: x}"), "CONFIG_MISSING_KEY 4:9"],
    [withTasks("{id: A, success_criteria: {coverage: 1.1}}"), "CONFIG_RANGE 4:46"],
    [withTasks("{id: A, success_criteria: {coverage: 90%}}"), "CONFIG_TYPE 4:46"],
    [withTasks("{id: A, success_criteria: {pass_rate: 0.9, min_pass_rate: 0.8}}"), "CONFIG_CONFLICT 4:52"],
    [withTasks("{id: A, priority: urgent}"), "CONFIG_VALUE 4:27"],
    [withTasks("{id: A, subtasks: [{id: B, subtasks: [C]}]}"), "CONFIG_UNKNOWN_KEY 4:36"],
    ["templates: {t: {}}", "CONFIG_MISSING_KEY 1:16"],
    ["templates: {t: {argv: []}}", "CONFIG_RANGE 1:23"],
    ["templates: {t: {argv: [sleep, 5]}}", "CONFIG_TYPE 1:31"],
    ["templates: {t: {argv: [x], results: [{format: junit}]}}", "CONFIG_MISSING_KEY 1:38"],
    ["templates: {t: {argv: [x], results: [html]}}", "CONFIG_VALUE 1:38"],
    ["templates: {t: {argv: [x], error_types: {256: x}}}", "CONFIG_VALUE 1:42"],
    ["templates: {t: {argv: [x], error_types: {3: import_eror, 4: license_error}}}", "CONFIG_VALUE 1:45"],
    ["templates: {t: {argv: [x], env: {POLYPHON_X: y}}}", "CONFIG_VALUE 1:34"],
    ["templates: {t: {argv: [x], env: {A=B: y}}}", "CONFIG_VALUE 1:34"],
  ];
  it.each(cases)("out of bounds are refused: %s", (text, expected) => {
    expect(briefly(problemsOf(text))).toEqual([expected]);
  });
});

describe("warnings", () => {
  it("tell of demands above the totals, of leftovers, of templates nobody defines", () => {
    const config = parse(`
agent_limits: {total_memory_mb: 100, total_cpu_cores: 1}
${withTasks("{id: A, template: t, resources: {memory_mb: 101, cpu_cores: 2}}", "{id: B, template: tt}", "{id: C}")}
templates: {t: {argv: [x]}, unused: {argv: [y]}}`);
    expect(briefly(config.warnings)).toEqual([
      "CONFIG_DEMAND_ABOVE_TOTALS 6:9",
      "CONFIG_DEMAND_ABOVE_TOTALS 6:9",
      "CONFIG_UNDEFINED_TEMPLATE 7:27",
      "CONFIG_NO_TEMPLATE 8:9",
      "CONFIG_UNUSED_TEMPLATE 10:29",
    ]);
    expect(config.undefinedTemplates).toEqual(["tt"]);
  });

  it("tell of ports nothing listens on, where somebody set one", () => {
    const { warnings } = parse("orchestrator: {api_port: 8080, metrics_port: 0}");
    const [api, metrics] = warnings.filter(({ code }) => code === "CONFIG_NO_EFFECT");
    expect([api?.path, metrics?.path]).toEqual(["orchestrator.api_port", "orchestrator.metrics_port"]);
    expect(api?.message).toBe("nothing listens on port 8080: this version starts no server");
    expect(parse("orchestrator: {log_level: DEBUG}").warnings.map(({ code }) => code)).toEqual(["CONFIG_NO_TASKS"]);
  });

  it("do not keep an empty configuration from being checked", () => {
    for (const text of ["", "# nothing\n", "---\n---\n", "{}"]) {
      expect(parseConfig([{ file: "e.yaml", text }]).warnings.map((warning) => warning.code)).toEqual([
        "CONFIG_NO_TASKS",
      ]);
    }
  });
});
