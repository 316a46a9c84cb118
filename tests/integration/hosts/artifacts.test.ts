import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileArtifactKeeper } from "../../../npm/src/hosts/artifacts/file-keeper.ts";
import { processHost } from "../../../npm/src/hosts/process/host.ts";
import { attemptOf, RecordingSink } from "../../../npm/src/hosts/testing/attempts.ts";
import { Bench, IS_LINUX } from "./harness.ts";

const bench = new Bench();
afterAll(() => bench.close());

const work = join(bench.root, "work");
mkdirSync(join(work, "out", "deep"), { recursive: true });
mkdirSync(bench.dir, { recursive: true });
const argv = [process.execPath, "-e", "0"] as const;

describe("artifacts of a program", () => {
  it("are what matches its patterns, by their path from the working directory", async () => {
    writeFileSync(join(work, "out", "a.txt"), "a");
    writeFileSync(join(work, "out", "deep", "b.txt"), "b");
    writeFileSync(join(work, "out", "c.log"), "c");
    writeFileSync(join(bench.dir, "report.html"), "<p>");
    const { result } = await bench.run({
      argv,
      cwd: work,
      artifacts: ["out/**/*.txt", "{{dir}}/report.html", "nothing/*"],
    });
    expect(result.artifacts.map(({ name }) => name).sort()).toEqual(["out/a.txt", "out/deep/b.txt", "report.html"]);
    for (const { path, bytes } of result.artifacts) expect(readFileSync(path)).toHaveLength(bytes);
  });

  it("are kept for a try that fails, too", async () => {
    const { result } = await bench.run({
      argv: [process.execPath, "-e", "process.exit(1)"],
      cwd: work,
      artifacts: ["out/a.txt"],
    });
    expect(result).toMatchObject({ ok: false, artifacts: [{ name: "out/a.txt" }] });
  });

  it("that cannot be kept fail a try that else went well", async () => {
    writeFileSync(join(work, "large.bin"), Buffer.alloc(100));
    const artifacts = fileArtifactKeeper(join(bench.root, "small"), { maxBytes: 50 });
    const host = processHost({ clock: bench.clock, teamId: bench.teamId, artifacts });
    const attempt = attemptOf({ dir: bench.dir, program: { argv, cwd: work, artifacts: ["large.bin"] } });
    const result = await host.run(attempt, new RecordingSink(), new AbortController().signal);
    expect(result).toMatchObject({
      ok: false,
      exitCode: 0,
      error: { type: "system_error", code: "HOST_ARTIFACT_FAILED" },
    });
  });

  it.runIf(IS_LINUX)("and results are files: a pipe in their place is passed over and blocks nobody", async () => {
    execFileSync("mkfifo", [join(work, "pipe.xml")]);
    const results = [{ format: "junit", path: "pipe.xml" }] as const;
    const { result } = await bench.run({ argv, cwd: work, results, artifacts: ["pipe.xml"] });
    expect(result).toMatchObject({ ok: false, artifacts: [], error: { code: "HOST_RESULTS_INCOMPLETE" } });
  });
});
