//! What a codec reads, it writes, and reads again the same; a header that is read lazily is the header of the whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_protocol::codec::Codec;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let codec = Codec::ALL[usize::from(*first) % Codec::ALL.len()];
    let lazy = codec.header(bytes);
    let Ok(message) = codec.decode(bytes) else { return };
    assert_eq!(
        lazy.expect("the header of a valid message").header(),
        message.header()
    );
    let Ok(written) = codec.encode(&message) else {
        return;
    };
    let again = codec.decode(&written).expect("what was written");
    assert_eq!(again, message);
    assert_eq!(
        codec.encode(&again).expect("what was read"),
        written,
        "one message, one encoding"
    );
});
