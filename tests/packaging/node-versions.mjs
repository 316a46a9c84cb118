import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cache } from "../../scripts/lib/paths.mjs";
import { quietly } from "../../scripts/lib/run.mjs";
import { npm } from "../../scripts/lib/steps/packages.mjs";

/** The lines of Node the package supports. */
export const LINES = [22, 24, 26];

/** The newest Node of a line, from npm, kept in the cache; answers the path of its executable. */
export async function nodeOfLine(line) {
  const folder = join(cache, "nodes", `${line}`);
  const path = join(folder, "node_modules/node/bin/node");
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const [command, ...args] = npm();
  await quietly(command, [...args, "install", "--no-package-lock", `node@${line}`], { cwd: folder });
  return path;
}
