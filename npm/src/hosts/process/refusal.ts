import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { AttemptError, Program } from "../host.ts";
import { attemptError } from "../thrown.ts";

/** What is wrong with the form of a program: it comes from a plan, whose check does not look inside. */
export function refuseForm(program: unknown): AttemptError | undefined {
  if (typeof program !== "object" || program === null) return invalid("it is no object with argv and cwd");
  const { argv, cwd, env, results } = program as Record<string, unknown>;
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every(isText))
    return invalid("argv must be a list of texts, the program first");
  if (!isText(cwd)) return invalid("cwd must be a text");
  if (env !== undefined && !(isRecord(env) && Object.values(env).every(isText)))
    return invalid("env must be an object of texts");
  if (results !== undefined && !(Array.isArray(results) && results.every(isRecord)))
    return invalid("results must be a list of objects");
  const { bus } = program as { readonly bus?: unknown };
  if (bus !== undefined && typeof bus !== "boolean") return invalid("bus must be true or false");
  return undefined;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why an attempt cannot be run as it is described; `undefined` when it can be tried. Placeholders are filled in already. */
export async function refuseProgram(
  program: Program | undefined,
  dir: string | undefined,
): Promise<AttemptError | undefined> {
  if (!program || program.argv.length === 0 || program.argv[0] === "") return invalid("it names no program");
  if (dir === undefined || !isAbsolute(dir)) return invalid("the task has no folder");
  if (!isAbsolute(program.cwd)) return invalid(`its working directory ${program.cwd} is not absolute`);
  const texts = [...program.argv, program.cwd, ...Object.entries(program.env ?? {}).flat()];
  if (texts.some((text) => text.includes("\0"))) return invalid("an argument, folder or variable has a NUL in it");
  if (Object.keys(program.env ?? {}).some((name) => name === "" || name.includes("=")))
    return invalid("a variable has no proper name");
  const isFolder = await stat(program.cwd).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? undefined : invalid(`its working directory ${program.cwd} does not exist`);
}

/** The system did not start it. */
export function spawnError(error: NodeJS.ErrnoException, argv: readonly string[]): AttemptError {
  const name = argv[0] ?? "";
  if (error.code === "ENOENT") {
    const message = `${name} was not found, neither on the PATH nor as a path from the working directory (or it is a script whose interpreter does not exist)`;
    return { type: "system_error", code: "HOST_PROGRAM_NOT_FOUND", message, details: { program: name } };
  }
  const { type, message } = attemptError(error);
  return {
    type: type === "logic_error" ? "system_error" : type,
    code: "HOST_SPAWN_FAILED",
    message: `${name} could not be started: ${message}`,
    details: { program: name, code: error.code ?? null },
  };
}

function invalid(why: string): AttemptError {
  const message = `the program of the task cannot be run: ${why}`;
  return { type: "system_error", code: "HOST_PROGRAM_INVALID", message };
}
