import type { Attempt, Program } from "../hosts/host.ts";
import { fillPlaceholders, type RunValues } from "./placeholders.ts";

/** `program` of a task of a plan made from a configuration: a template, and what is known of its placeholders. */
export interface TaskProgram extends Program {
  /** Name of the template. */
  readonly template: string;
  /** Values by placeholder. Those of {@link RunValues} join when an attempt starts. */
  readonly values: Readonly<Record<string, string>>;
}

/** Whether a task's `program` came from a configuration. */
export function isTaskProgram(program: unknown): program is TaskProgram {
  return (
    typeof program === "object" && program !== null && "template" in program && "values" in program && "argv" in program
  );
}

/** Values of placeholders that an attempt brings. `node` is the path of the Node that runs Polyphon. */
export function attemptValues(attempt: Attempt, node: string): RunValues & { readonly id: string } {
  const { memoryMb, cpuCores, diskMb } = attempt.resources;
  return {
    id: attempt.key,
    node,
    dir: attempt.dir ?? "",
    session: attempt.sessionId,
    agent: attempt.agentId,
    attempt: String(attempt.number),
    attempt_id: attempt.id,
    memory_mb: String(memoryMb),
    cpu_cores: String(cpuCores),
    disk_mb: String(diskMb),
    timeout_seconds: String(attempt.timeoutMs / 1_000),
    recovery: attempt.recovery?.action ?? "",
  };
}

/**
 * The program of one attempt: every placeholder filled in, in one pass, each argument still one argument. A program that
 * comes from code, without values of its own, may use what the attempt brings.
 */
export function fillProgram(program: Program | TaskProgram, run: RunValues): Program {
  const {
    template: _template,
    values: own,
    ...plain
  } = isTaskProgram(program) ? program : { ...program, values: {}, template: "" };
  const values = { ...own, ...run };
  return mapProgram(plain, (text) => fillPlaceholders(text, values));
}

/** The same program with each text that may hold placeholders changed. */
function mapProgram(program: Program, change: (text: string) => string): Program {
  const record = (env: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(env).map(([key, value]) => [key, change(value)]));
  const list = ([first, ...rest]: readonly [string, ...string[]]): [string, ...string[]] => [
    change(first),
    ...rest.map(change),
  ];
  return {
    ...program,
    argv: list(program.argv),
    cwd: change(program.cwd),
    ...(program.env === undefined ? {} : { env: record(program.env) }),
    ...(program.results === undefined
      ? {}
      : {
          results: program.results.map((result) =>
            "path" in result && result.path !== undefined ? { ...result, path: change(result.path) } : result,
          ),
        }),
    ...(program.artifacts === undefined ? {} : { artifacts: program.artifacts.map(change) }),
    ...(program.recoveries === undefined
      ? {}
      : {
          recoveries: Object.fromEntries(
            Object.entries(program.recoveries).map(([action, { argv, env }]) => [
              action,
              {
                ...(argv === undefined ? {} : { argv: list(argv) }),
                ...(env === undefined ? {} : { env: record(env) }),
              },
            ]),
          ),
        }),
  };
}
