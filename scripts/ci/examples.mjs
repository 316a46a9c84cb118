// Every example of ts-examples and the one of the README, run as its reader would run it: offline, in its own time, to exit code 0.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../lib/build.mjs";
import { pinnedEnv, pinnedNode } from "../lib/node.mjs";
import { inRepo } from "../lib/paths.mjs";
import { quietly } from "../lib/run.mjs";
import { main, Stop } from "../lib/stop.mjs";

const LONGEST_MS = 120_000;

/** The first program of the README as a file, from where it finds the package. */
function readmeExample() {
  const program = /```ts\n([\s\S]*?)```/.exec(readFileSync(inRepo("README.md"), "utf8"))?.[1];
  if (program === undefined) throw new Stop("README.md has no TypeScript program.");
  const folder = inRepo(".cache/readme");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "main.ts"), program);
  return join(folder, "main.ts");
}

await main(async () => {
  await build();
  const rows = readdirSync(inRepo("ts-examples"))
    .filter((name) => existsSync(inRepo("ts-examples", name, "main.ts")))
    .map((name) => ({ name, args: [inRepo("ts-examples", name, "main.ts")] }));
  rows.push({ name: "the example of README.md", args: [readmeExample()] });
  rows.push({ name: "npm start -- --once --new", args: [inRepo("scripts/start.mjs"), "--once", "--new"] });
  // An example may leave its journal where its reader stands.
  const cwd = mkdtempSync(join(tmpdir(), "polyphon-examples-"));
  let failed = 0;
  for (const { name, args } of rows) {
    const since = Date.now();
    const { code, log } = await quietly(pinnedNode(), args, {
      cwd,
      env: pinnedEnv(),
      allowFailure: true,
      longestMs: LONGEST_MS,
    });
    const seconds = ((Date.now() - since) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? "ok     " : "FAILED "} ${name} (${seconds} s)\n`);
    if (code === 0) continue;
    failed += 1;
    process.stdout.write(`${log.replace(/^/gm, "        ")}\n        exit code ${code}\n`);
  }
  rmSync(cwd, { recursive: true, force: true });
  process.stdout.write(`${rows.length - failed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
});
