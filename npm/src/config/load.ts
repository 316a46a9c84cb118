import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { PolyphonError } from "../errors/error.ts";
import { Assembly, type Include } from "./assembly.ts";
import type { LoadedConfig } from "./config.ts";
import { decode, UNDECODABLE } from "./decode.ts";
import type { Layers } from "./layers.ts";
import { MAX_FILE_BYTES, MAX_FILES } from "./limits.ts";
import type { Place, Source } from "./source.ts";

export interface LoadOptions extends Layers {
  /** Directory that relative paths start from. Default: the working directory of the process. */
  readonly cwd?: string;
  /** Answer with defaults and layers alone when no file is given. Default false: no file is an error. */
  readonly filesOptional?: boolean;
}

/**
 * Reads a configuration from one file or several, and from those they include. Every problem in all of them is reported at
 * once.
 *
 * @throws ConfigError with `problems`, each with its file, line and column
 */
export async function loadConfig(files: string | readonly string[], options: LoadOptions = {}): Promise<LoadedConfig> {
  const loader = new Loader(options.cwd ?? process.cwd());
  for (const file of typeof files === "string" ? [files] : files) await loader.load(file);
  if (files.length === 0) loader.assembly.add(none(options));
  return loader.assembly.finish(options);
}

/** A configuration from texts that are at hand; `include` finds only texts given here. */
export function parseConfig(
  texts: readonly { readonly file: string; readonly text: string }[],
  options: LoadOptions = {},
): LoadedConfig {
  const dir = options.cwd ?? process.cwd();
  const assembly = new Assembly();
  for (const { file, text } of texts) {
    const absolute = resolve(dir, file);
    const source: Source = { file, absolute, dir: dirname(absolute), text, kind: "file" };
    for (const include of assembly.add(source)) {
      const wanted = join(dirname(file), include.file);
      if (!texts.some((other) => join(other.file) === wanted)) notFound(assembly, include.place, include.file);
    }
  }
  return assembly.finish(options);
}

/** What stands in for a file where none was given. */
function none(options: LoadOptions): Source {
  const source: Source = { file: "(no file)", dir: options.cwd ?? process.cwd(), text: "", kind: "option" };
  if (options.filesOptional) return source;
  throw new PolyphonError("CONFIG_FILE_NOT_FOUND", { message: "No configuration file was given." });
}

function notFound(assembly: Assembly, place: Place, file: string): void {
  assembly.problems.error("CONFIG_FILE_NOT_FOUND", place, `there is no file "${file}"`);
}

class Loader {
  readonly assembly: Assembly = new Assembly();
  readonly #cwd: string;
  readonly #seen = new Set<string>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** `shown` is how the user knows the file. Includes follow the file that asks for them; a file counts once. */
  async load(shown: string, include?: Include): Promise<void> {
    const path = resolve(this.#cwd, shown);
    const name: Omit<Source, "text"> = { file: shown, absolute: path, dir: dirname(path), kind: "file" };
    const place: Place = include?.place ?? { source: { ...name, text: "" }, start: 0, path: "" };
    const bytes = await this.#read(shown, path, place);
    if (bytes === undefined) return;
    const text = decode(bytes, name, this.assembly.problems);
    if (text === UNDECODABLE) return;
    for (const next of this.assembly.add({ ...name, text })) {
      await this.load(isAbsolute(next.file) ? next.file : join(dirname(shown), next.file), next);
    }
  }

  async #read(shown: string, path: string, place: Place): Promise<Uint8Array | undefined> {
    const { problems } = this.assembly;
    try {
      const real = await realpath(path);
      if (this.#seen.has(real)) return undefined;
      this.#seen.add(real);
      if (this.#seen.size > MAX_FILES) {
        problems.error("CONFIG_TOO_MANY_FILES", place, `a configuration has at most ${MAX_FILES} files`);
        return undefined;
      }
      const facts = await stat(real);
      if (!facts.isFile()) {
        problems.error("CONFIG_FILE_UNREADABLE", place, `"${shown}" is not a regular file`);
        return undefined;
      }
      if (facts.size > MAX_FILE_BYTES) {
        problems.error(
          "CONFIG_TOO_LARGE",
          place,
          `"${shown}" has ${facts.size} bytes, more than ${MAX_FILE_BYTES} (64 MiB)`,
        );
        return undefined;
      }
      return await readFile(real);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
      if (reason === "ENOENT" || reason === "ENOTDIR") notFound(this.assembly, place, shown);
      else problems.error("CONFIG_FILE_UNREADABLE", place, `"${shown}" cannot be read (${reason})`);
      return undefined;
    }
  }
}
