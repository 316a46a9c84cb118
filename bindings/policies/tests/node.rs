//! The boundary under Node: `wasm-pack test --node bindings/policies`.
#![cfg(target_arch = "wasm32")]

mod boundary;
