import { WASM_TARGET } from "./rust.mjs";

/** The wasm modules of the package: name of the module, crate it is made from. */
export const MODULES = [{ name: "kernel", crate: "polyphon-kernel-wasm" }];

/** The profile of Cargo.toml they are compiled with. */
export const WASM_PROFILE = "wasm";

/** Where cargo leaves the module of a crate. */
export const rawModule = (crate) => `target/${WASM_TARGET}/${WASM_PROFILE}/${crate.replaceAll("-", "_")}.wasm`;
