import { digest, whenChanged } from "../digest.mjs";
import { step } from "../progress.mjs";
import { fetching } from "../tools.mjs";
import { MODULES, rawModule, WASM_PROFILE } from "./modules.mjs";
import { prepareRust, requireRust, rustEnv, WASM_TARGET } from "./rust.mjs";

const EXE = process.platform === "win32" ? ".exe" : "";
export const BUNDLE_TOOL = `target/debug/polyphon-bundle${EXE}`;
export const CODEGEN_TOOL = `target/debug/polyphon-codegen${EXE}`;

/** One hash over everything the Rust side is made from. */
export function rustInputs() {
  return digest(["core", "bindings", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"]);
}

/**
 * Compiles the binding crates to wasm and the tools that work on them.
 * @param {string} inputs what {@link rustInputs} answered
 */
export async function compileRust(inputs) {
  const outputs = [...MODULES.map(({ crate }) => rawModule(crate)), BUNDLE_TOOL, CODEGEN_TOOL];
  await whenChanged("rust", { inputs, outputs }, async () => {
    requireRust();
    await prepareRust();
    await cargo("kernel to wasm", [
      "build",
      "--profile",
      WASM_PROFILE,
      "--target",
      WASM_TARGET,
      ...packages(MODULES.map(({ crate }) => crate)),
    ]);
    await cargo("build tools", ["build", ...packages(["polyphon-bundle", "polyphon-codegen"])]);
  });
}

const packages = (names) => names.flatMap((name) => ["-p", name]);

async function cargo(title, args) {
  const env = await rustEnv();
  await step(title, (note) => fetching("Rust crates", "cargo", [...args, "--locked"], { note, env }));
}
