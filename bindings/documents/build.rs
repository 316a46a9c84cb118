//! Memory of the module has an end: documents that need more break this instance and nothing else.

/// A gibibyte.
const MEMORY: u64 = 1 << 30;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo::rustc-link-arg-cdylib=--max-memory={MEMORY}");
    }
}
