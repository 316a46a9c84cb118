import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { filesBelow } from "../digest.mjs";
import { inRepo, root } from "../paths.mjs";
import { quietly } from "../run.mjs";
import { generatedFiles } from "../steps/codegen.mjs";
import { CODEGEN_TOOL } from "../steps/compile.mjs";

/** What is committed is what the generator writes today. */
export async function generated() {
  const folder = mkdtempSync(join(tmpdir(), "polyphon-codegen-"));
  try {
    await quietly(inRepo(CODEGEN_TOOL), [folder]);
    const fresh = filesBelow([relative(root, folder)]).map((file) => relative(folder, file));
    const stale = fresh.filter((file) => text(inRepo(file)) !== text(join(folder, file)));
    const orphans = generatedFiles().filter((file) => !fresh.includes(file));
    const problems = [
      ...stale.map((file) => `${file} is out of date`),
      ...orphans.map((file) => `${file} is no longer generated`),
    ];
    return problems.length === 0 ? undefined : `${problems.join("\n")}\nrun \`npm run fix\` and commit the result`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const text = (path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined);
