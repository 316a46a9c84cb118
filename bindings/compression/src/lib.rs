//! LZ4 and DEFLATE for JavaScript. Translation only, no rules. A module of its own, so that only who compresses loads it.

use polyphon_protocol::compression::Compression;
use wasm_bindgen::prelude::wasm_bindgen;

/// The compressed bytes; nothing when they are better sent as they are, or when nobody knows the compression.
#[wasm_bindgen]
pub fn compress(compression: u8, bytes: &[u8]) -> Option<Vec<u8>> {
    Compression::from_number(compression.into())?.compress(bytes)
}

/// The bytes that were compressed, exactly `size` of them.
///
/// # Errors
/// Code, field, rule and found, a line each.
#[wasm_bindgen]
pub fn decompress(compression: u8, bytes: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let Some(compression) = Compression::from_number(compression.into()) else {
        return Err("PROTOCOL_FIELD_INVALID\ncompression\nmust be lz4 or deflate\nanother value".to_owned());
    };
    compression
        .decompress(bytes, size)
        .map_err(|error| [error.code.as_str(), &error.field, &error.rule, error.found].join("\n"))
}
