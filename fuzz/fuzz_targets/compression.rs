//! Decompression gives exactly the declared size or refuses; what was compressed comes back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_protocol::compression::Compression;

fuzz_target!(|input: (u32, &[u8])| {
    let (size, bytes) = input;
    for compression in Compression::ALL {
        let size = size as usize % 200_000;
        if let Ok(large) = compression.decompress(bytes, size) {
            assert_eq!(large.len(), size);
        }
        if let Some(small) = compression.compress(bytes) {
            assert_eq!(compression.decompress(&small, bytes.len()).as_deref(), Ok(bytes));
        }
    }
});
