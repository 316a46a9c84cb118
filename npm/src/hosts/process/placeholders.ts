import type { Program, ResultSource } from "../host.ts";

/** Values only known when a try begins. */
export interface PlaceholderValues {
  /** Folder of the task, absolute. */
  readonly dir: string;
  /** Number of the try, from 1. */
  readonly attempt: number;
  /** Key of the task. */
  readonly id: string;
  /** The node that runs Polyphon. */
  readonly node: string;
}

/** Fills in `{{dir}}`, `{{attempt}}`, `{{id}}` and `{{node}}` wherever a program has text. Other braces stay. */
export function fillProgram(program: Program, values: PlaceholderValues): Program {
  const fill = (text: string): string =>
    text.replace(/\{\{(dir|attempt|id|node)\}\}/g, (_whole, name: keyof PlaceholderValues) => String(values[name]));
  const fillEnv = (env: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
  const fillArgv = ([first, ...rest]: readonly [string, ...string[]]): [string, ...string[]] => [
    fill(first),
    ...rest.map(fill),
  ];
  const fillSource = (source: ResultSource): ResultSource =>
    "path" in source && source.path !== undefined ? { ...source, path: fill(source.path) } : source;
  const recoveries = Object.entries(program.recoveries ?? {}).map(([action, { argv, env }]) => {
    return [action, { ...(argv ? { argv: fillArgv(argv) } : {}), ...(env ? { env: fillEnv(env) } : {}) }] as const;
  });
  return {
    ...program,
    argv: fillArgv(program.argv),
    cwd: fill(program.cwd),
    ...(program.env ? { env: fillEnv(program.env) } : {}),
    ...(program.results ? { results: program.results.map(fillSource) } : {}),
    ...(program.artifacts ? { artifacts: program.artifacts.map(fill) } : {}),
    ...(program.recoveries ? { recoveries: Object.fromEntries(recoveries) } : {}),
  };
}
