import { WASM_TARGET } from "./rust.mjs";

/**
 * The wasm modules of the package: name of the module, crate it is made from, whether it is so small that it ships as text
 * within a script, so that using it waits for nothing, and whether there is a second one of it that is built for speed, for
 * who need not download it.
 */
export const MODULES = [
  { name: "compression", crate: "polyphon-compression-wasm", inline: false, fast: false },
  { name: "kernel", crate: "polyphon-kernel-wasm", inline: false, fast: true },
  { name: "policies", crate: "polyphon-policies-wasm", inline: true, fast: false },
  { name: "protocol", crate: "polyphon-protocol-wasm", inline: false, fast: false },
  { name: "sealing", crate: "polyphon-sealing-wasm", inline: false, fast: false },
  { name: "documents", crate: "polyphon-documents-wasm", inline: false, fast: true },
];

/** The profiles of Cargo.toml they are compiled with. */
export const SMALL = "wasm";
export const FAST = "wasm-fast";

/** Where cargo leaves the module of a crate. */
export const rawModule = (crate, profile = SMALL) =>
  `target/${WASM_TARGET}/${profile}/${crate.replaceAll("-", "_")}.wasm`;
