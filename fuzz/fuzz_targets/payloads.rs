//! Payloads of JSON and MessagePack: what is checked can be read, and chunks of transfers come together or are refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_protocol::transfer::{Assembler, Chunk, Limits};
use polyphon_protocol::{Encoding, Payload, json, msgpack};

fuzz_target!(|bytes: &[u8]| {
    let checked = json::check(bytes);
    match json::parse(bytes) {
        Ok(value) => {
            assert!(checked.is_ok());
            let mut written = Vec::new();
            json::write_value(&value, &mut written);
            assert!(json::check(&written).is_ok());
        }
        // A number that no 64 bits hold is JSON all the same.
        Err(error) => assert!(checked.is_err() || error.rule.contains("64-bit")),
    }
    assert_eq!(msgpack::check(bytes).is_ok(), msgpack::parse(bytes).is_ok());
    if let Ok(payload) = Payload::new(Encoding::Msgpack, bytes)
        && let Ok(chunk) = Chunk::read(&payload)
    {
        let mut assembler = Assembler::new(Limits::default());
        let _ = assembler.take("a", &chunk, 0);
        let _ = assembler.take("a", &chunk, 1);
    }
});
