import { WASM_TARGET } from "./rust.mjs";

/** The wasm modules of the package: name of the module, crate it is made from. */
export const MODULES = [{ name: "kernel", crate: "polyphon-kernel-wasm" }];

/** Where cargo leaves the module of a crate. */
export const rawModule = (crate) => `target/${WASM_TARGET}/release/${crate.replaceAll("-", "_")}.wasm`;
