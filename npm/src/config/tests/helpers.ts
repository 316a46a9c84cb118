import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ConfigError, type ConfigProblem, type LoadedConfig, type LoadOptions, parseConfig } from "../index.ts";

/** A file of `tests/config`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../../tests/config/${name}`, import.meta.url));
}

export function fixtureText(name: string): string {
  return readFileSync(fixture(name), "utf8");
}

export function parse(text: string, options: LoadOptions = {}): LoadedConfig {
  return parseConfig([{ file: "c.yaml", text }], { cwd: "/project", ...options });
}

/** The problems of a configuration that must not be accepted. */
export function problemsOf(...texts: string[]): readonly ConfigProblem[] {
  try {
    parseConfig(
      texts.map((text, index) => ({ file: `${"abc"[index]}.yaml`, text })),
      { cwd: "/project" },
    );
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** `code line:column`, enough to see what was found where. */
export function briefly(problems: readonly ConfigProblem[]): readonly string[] {
  return problems.map((problem) => `${problem.code} ${problem.line}:${problem.column}`);
}

/** A configuration with these unit tests. */
export function withTasks(...tasks: string[]): string {
  return `orchestrator:\n  task_definitions:\n    unit_tests:\n${tasks.map((task) => `      - ${task}\n`).join("")}`;
}
