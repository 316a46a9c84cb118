//! The boundary under Node: `wasm-pack test --node bindings/kernel`.
#![cfg(target_arch = "wasm32")]

mod boundary;
