import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { filesBelow } from "../digest.mjs";
import { inRepo, root } from "../paths.mjs";

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const WORKSPACE = /^(\*|workspace:.*)$/;

/** Every npm dependency is pinned exactly; the package has no install scripts. */
export async function dependencies() {
  const problems = [];
  for (const file of filesBelow(["package.json", "npm/package.json", "ts-examples"])) {
    if (!file.endsWith("package.json")) continue;
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    const path = relative(root, file);
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"]) {
      for (const [name, range] of Object.entries(manifest[kind] ?? {})) {
        if (!EXACT.test(range) && !(name === "polyphon" && WORKSPACE.test(range))) {
          problems.push(`${path}: ${name} is "${range}", not an exact version`);
        }
      }
    }
  }
  const published = JSON.parse(readFileSync(inRepo("npm/package.json"), "utf8"));
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) {
    if (published.scripts?.[script] !== undefined)
      problems.push(`npm/package.json: script "${script}" would run at install`);
  }
  return problems.length === 0 ? undefined : problems.join("\n");
}
