import { WASM_TARGET } from "./rust.mjs";

/**
 * The wasm modules of the package: name of the module, crate it is made from, and whether it is so small that it ships
 * as text within a script, so that using it waits for nothing.
 */
export const MODULES = [
  { name: "kernel", crate: "polyphon-kernel-wasm", inline: false },
  { name: "policies", crate: "polyphon-policies-wasm", inline: true },
  { name: "protocol", crate: "polyphon-protocol-wasm", inline: false },
  { name: "sealing", crate: "polyphon-sealing-wasm", inline: false },
];

/** The profile of Cargo.toml they are compiled with. */
export const WASM_PROFILE = "wasm";

/** Where cargo leaves the module of a crate. */
export const rawModule = (crate) => `target/${WASM_TARGET}/${WASM_PROFILE}/${crate.replaceAll("-", "_")}.wasm`;
