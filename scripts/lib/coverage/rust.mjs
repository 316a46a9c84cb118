import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { inRepo } from "../paths.mjs";
import { step } from "../progress.mjs";
import { quietly } from "../run.mjs";
import { rustEnv } from "../steps/rust.mjs";
import { llvmTools } from "./llvm.mjs";

/** Whose tests are run; measured is what lies in core. */
const CRATES = ["polyphon-kernel", "polyphon-policies", "polyphon-protocol", "polyphon-wire", "polyphon-simulation"];

/**
 * Line coverage of core by its own tests and the simulator's.
 * @returns {Promise<{ covered: number, total: number, files: { path: string, covered: number, total: number }[], from: string }>}
 */
export async function rustCoverage() {
  const { profdata, cov, from } = await llvmTools();
  const target = inRepo("target", "coverage");
  const profiles = join(target, "profiles");
  rmSync(profiles, { recursive: true, force: true });
  mkdirSync(profiles, { recursive: true });
  const env = {
    ...(await rustEnv()),
    CARGO_TARGET_DIR: target,
    CARGO_INCREMENTAL: "0",
    CARGO_PROFILE_DEV_DEBUG: "false",
    RUSTFLAGS: "-C instrument-coverage",
    LLVM_PROFILE_FILE: join(profiles, "%p-%m.profraw"),
  };
  const packages = CRATES.flatMap((name) => ["-p", name]);
  const run = (args, options) =>
    quietly("cargo", ["test", "--locked", "--lib", "--tests", ...packages, ...args], { env, ...options });
  await step("core, instrumented", (note) => run([], { note }));
  const { stdout } = await run(["--no-run", "--message-format=json"]);
  const binaries = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line).executable)
    .filter(Boolean);
  const merged = join(profiles, "all.profdata");
  const raw = readdirSync(profiles).map((name) => join(profiles, name));
  await quietly(profdata, ["merge", "-sparse", ...raw, "-o", merged]);
  const objects = binaries.flatMap((path) => ["--object", path]);
  const ignore = "--ignore-filename-regex=(/tests/|/\\.cargo/|/rustc/|/registry/src/)";
  const report = await quietly(cov, ["export", "--summary-only", `--instr-profile=${merged}`, ignore, ...objects]);
  return { ...summary(JSON.parse(report.stdout)), from };
}

function summary({ data }) {
  const core = inRepo("core");
  const files = data[0].files
    .filter(({ filename }) => filename.startsWith(core))
    .map(({ filename, summary: { lines } }) => ({
      path: filename.slice(inRepo().length),
      covered: lines.covered,
      total: lines.count,
    }));
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  return { covered: sum("covered"), total: sum("total"), files };
}
