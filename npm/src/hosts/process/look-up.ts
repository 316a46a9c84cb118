import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { PolyphonError } from "../../errors/error.ts";

/** Endings of programs where names are written without. */
const ENDINGS = process.platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""];

/** Rejects with `HOST_PROGRAM_NOT_FOUND` unless every program is there and may be run. */
export async function lookUp(programs: readonly string[], signal: AbortSignal): Promise<void> {
  for (const program of programs) {
    signal.throwIfAborted();
    const folders = isAbsolute(program) ? [""] : (process.env.PATH ?? "").split(delimiter);
    const paths = folders.flatMap((folder) => ENDINGS.map((ending) => join(folder, `${program}${ending}`)));
    const found = await Promise.all(paths.map(isExecutable));
    if (found.includes(true)) continue;
    const message = `${program} was not found ${isAbsolute(program) ? "there" : "on the PATH"}, or may not be run`;
    throw new PolyphonError("HOST_PROGRAM_NOT_FOUND", { message, details: { program } });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
