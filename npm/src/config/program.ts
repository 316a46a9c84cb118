import type { Program } from "../hosts/host.ts";
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

/** The program of one attempt: every placeholder filled in, in one pass, each argument still one argument. */
export function fillProgram(program: TaskProgram, run: RunValues): Program {
  const values = { ...program.values, ...run };
  const fill = (text: string): string => fillPlaceholders(text, values);
  const { template: _template, values: _values, ...plain } = program;
  return mapProgram(plain, fill);
}

/** The same program with each text that may hold placeholders changed. */
export function mapProgram(program: Program, change: (text: string) => string): Program {
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
