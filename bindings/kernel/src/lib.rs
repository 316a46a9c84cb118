//! The kernel for JavaScript: bytes in, bytes out. Translation only, no rules.
use wasm_bindgen::prelude::wasm_bindgen;

/// One kernel instance.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct RawKernel {}

#[wasm_bindgen]
impl RawKernel {
    /// An empty kernel.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self {}
    }

    /// Answers the bytes it was given.
    #[allow(clippy::unused_self)]
    #[must_use]
    pub fn echo(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }
}
