import { glob } from "node:fs/promises";
import { basename, isAbsolute, relative, resolve } from "node:path";
import type { ArtifactKeeper } from "../agent.ts";
import type { Artifact, AttemptError, Program } from "../host.ts";
import { isName, MAX_ARTIFACTS } from "../limits.ts";
import type { Reporter } from "../reporter.ts";
import { attemptError } from "../thrown.ts";
import { fileState } from "./results/file-state.ts";
import type { Collected } from "./results/results.ts";

export interface KeptArtifacts {
  readonly artifacts: readonly Artifact[];
  /** Why one could not be kept: the result would promise a file that is not there. */
  readonly error?: AttemptError;
}

/** Keeps what the program named in lines, what matches its patterns, and its result files. A name counts once. */
export async function keepArtifacts(
  keeper: ArtifactKeeper | undefined,
  program: Program,
  dir: string,
  collected: Collected,
  reporter: Reporter,
): Promise<KeptArtifacts> {
  if (!keeper) return { artifacts: [] };
  const files = new Map(collected.files);
  await matches(program, files);
  for (const [name, path] of collected.protocol.artifacts) files.set(name, resolve(dir, path));
  const artifacts: Artifact[] = [];
  for (const [name, path] of files) {
    if (!(await fileState(path))) {
      reporter.note(`artifact ${name} was not kept: ${path} is no file`);
      continue;
    }
    try {
      artifacts.push(await keeper.keep(name, { path }));
    } catch (error) {
      return { artifacts, error: attemptError(error) };
    }
  }
  return { artifacts };
}

/** Adds files that match the program's patterns, named by their path from the working directory. */
async function matches(program: Program, files: Map<string, string>): Promise<void> {
  for (const pattern of program.artifacts ?? []) {
    for await (const match of glob(pattern, { cwd: program.cwd })) {
      const path = resolve(program.cwd, match);
      const inside = relative(program.cwd, path);
      const name = inside.startsWith("..") || isAbsolute(inside) ? basename(path) : inside;
      if (isName(name) && (await fileState(path))) files.set(name, path);
      if (files.size >= MAX_ARTIFACTS) return;
    }
  }
}
