// The tarball as its users meet it: installed into empty projects and run in every supported Node, type-checked, and
// bundled into a page. The last line is `N passed, N failed`.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "../../scripts/lib/chromium.mjs";
import { pinnedNode } from "../../scripts/lib/node.mjs";
import { packTarball } from "../../scripts/lib/pack.mjs";
import { inRepo } from "../../scripts/lib/paths.mjs";
import { quietly } from "../../scripts/lib/run.mjs";
import { npm } from "../../scripts/lib/steps/packages.mjs";
import { main } from "../../scripts/lib/stop.mjs";
import { Checks } from "./checks.mjs";
import { LINES, nodeOfLine } from "./node-versions.mjs";
import { openPage } from "./page.mjs";

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), "polyphon-packaging-"));

/** An empty project with the tarball installed, and the files of one of ours. */
async function install(tarball, name) {
  const project = join(folder, name);
  cpSync(inRepo("tests/packaging/projects", name), project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: `uses-${name}`, private: true }));
  const [command, ...args] = npm();
  await quietly(command, [...args, "install", "--ignore-scripts", "--no-save", tarball], { cwd: project });
  return project;
}

async function runInNode(tarball) {
  const project = await install(tarball, "node");
  for (const line of LINES) {
    const node = await nodeOfLine(line);
    const run = (...args) => quietly(node, args, { cwd: project });
    await checks.check(`Node ${line} is what runs`, async () => {
      assert.match((await run("--version")).stdout, new RegExp(`^v${line}\\.`));
    });
    await checks.check(`Node ${line}: import`, () => run("--no-warnings", "module.mjs"));
    await checks.check(`Node ${line}: require`, () => run("--no-warnings", "common.cjs"));
    await checks.check(`Node ${line}: the command line answers its version`, async () => {
      const { stdout } = await run("node_modules/polyphon/dist/cli/main.js", "--version");
      assert.match(stdout, /\d+\.\d+\.\d+/);
    });
  }
}

async function checkTypes(tarball) {
  const project = await install(tarball, "types");
  const types = inRepo("node_modules/@types");
  const tsc = inRepo("node_modules/typescript/bin/tsc");
  for (const config of ["portable", "node"]) {
    const args = ["-p", join(project, `tsconfig.${config}.json`), "--typeRoots", types, "--pretty", "false"];
    await checks.check(`types are strict and complete: ${config}`, () => quietly(pinnedNode(), [tsc, ...args]));
  }
}

async function runInPage(tarball) {
  if (chromium === undefined) {
    const reason = "Chromium is not installed";
    if (process.env.CI === "true")
      await checks.check("a Vite page in Chromium", () => Promise.reject(new Error(reason)));
    else checks.skip("a Vite page in Chromium", reason);
    return;
  }
  const project = await install(tarball, "page");
  await checks.check("a team works in a Vite page in Chromium", async () => {
    const { title, errors, served } = await openPage(project);
    assert.deepEqual(errors, []);
    assert.equal(title, 'completed {"one":1,"two":2}');
    assert.ok(
      served.some((path) => path.endsWith(".wasm")),
      "the wasm is a file of its own, not text inside the script",
    );
  });
}

await main(async () => {
  try {
    const tarball = await packTarball();
    await runInNode(tarball);
    await checkTypes(tarball);
    await runInPage(tarball);
    rmSync(dirname(tarball), { recursive: true, force: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${checks.passed} passed, ${checks.failed} failed\n`);
  return checks.failed > 0 ? 1 : 0;
});
