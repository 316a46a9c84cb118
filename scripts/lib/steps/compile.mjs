import { digest, whenChanged } from "../digest.mjs";
import { step } from "../progress.mjs";
import { fetching } from "../tools.mjs";
import { FAST, MODULES, rawModule, SMALL } from "./modules.mjs";
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
  const crates = MODULES.map(({ crate }) => crate);
  const fast = MODULES.filter((module) => module.fast).map(({ crate }) => crate);
  const modules = [...crates.map((crate) => rawModule(crate)), ...fast.map((crate) => rawModule(crate, FAST))];
  const outputs = [...modules, BUNDLE_TOOL, CODEGEN_TOOL];
  await whenChanged("rust", { inputs, outputs }, async () => {
    requireRust();
    await prepareRust();
    await cargo("kernel to wasm", wasmOf(SMALL, crates));
    await cargo("kernel to wasm, for speed", wasmOf(FAST, fast));
    await cargo("build tools", ["build", ...packages(["polyphon-bundle", "polyphon-codegen"])]);
  });
}

const packages = (names) => names.flatMap((name) => ["-p", name]);

const wasmOf = (profile, crates) => ["build", "--profile", profile, "--target", WASM_TARGET, ...packages(crates)];

async function cargo(title, args) {
  const env = await rustEnv();
  await step(title, (note) => fetching("Rust crates", "cargo", [...args, "--locked"], { note, env }));
}
