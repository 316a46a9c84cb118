import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { cache, inRepo, root } from "./paths.mjs";

const SKIPPED = new Set(["node_modules", "target", "dist", ".git", ".cache", "coverage"]);

/** Every file below the given paths of the repository, sorted; what does not exist is left out. */
export function filesBelow(paths, { skip = () => false } = {}) {
  const found = [];
  const walk = (path) => {
    if (skip(relative(root, path))) return;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) found.push(path);
    if (!stat?.isDirectory()) return;
    for (const name of readdirSync(path)) if (!SKIPPED.has(name)) walk(join(path, name));
  };
  for (const path of paths) walk(inRepo(path));
  return found.sort();
}

/** One hash over names and contents of everything below the given paths. */
export function digest(paths, options) {
  const hash = createHash("sha256");
  for (const file of filesBelow(paths, options)) {
    const bytes = readFileSync(file);
    hash.update(`${relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * Does `work` unless the same inputs already led to the outputs that are there. Answers whether it was done.
 * @param {string} name
 * @param {{ inputs: string, outputs: readonly string[] | (() => readonly string[]) }} what digest of the inputs; paths written
 * @param {() => Promise<void>} work
 */
export async function whenChanged(name, { inputs, outputs }, work) {
  const stamp = join(cache, "stamps", `${name}.json`);
  if (isCurrent(stamp, inputs)) return false;
  await work();
  const written = typeof outputs === "function" ? outputs() : outputs;
  mkdirSync(dirname(stamp), { recursive: true });
  const sizes = Object.fromEntries(written.map((path) => [path, statSync(inRepo(path)).size]));
  writeFileSync(stamp, JSON.stringify({ inputs, sizes }));
  return true;
}

function isCurrent(stamp, inputs) {
  if (!existsSync(stamp)) return false;
  try {
    const last = JSON.parse(readFileSync(stamp, "utf8"));
    return (
      last.inputs === inputs &&
      Object.entries(last.sizes).every(
        ([path, size]) => statSync(inRepo(path), { throwIfNoEntry: false })?.size === size,
      )
    );
  } catch {
    return false; // A stamp cut short by a kill is no stamp.
  }
}
