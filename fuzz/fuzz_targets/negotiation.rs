//! Documents of a negotiation, and task messages: read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_protocol::negotiation::{Hello, Welcome, accept, answer};
use polyphon_protocol::tasks::{Wrapping, from_envelope, to_envelope};
use polyphon_protocol::{MessageId, Target};

fuzz_target!(|bytes: &[u8]| {
    let own = br#"{"hello":{"versions":["1.0.0"],"codecs":["json"],"compressions":[],"seals":[],"extensions":{}},"nonce":"AAAAAAAAAAAAAAAAAAAAAA=="}"#;
    let hello = Hello::parse(own).expect("a hello");
    let _ = Welcome::parse(bytes);
    let _ = accept(own, bytes, Some(&[7; 32]));
    if let Ok((choice, welcome)) = answer(bytes, &hello.offer, [1; 16], None) {
        assert_eq!(
            accept(bytes, &welcome, None).expect("an own answer").choice,
            choice
        );
    }
    let wrapping = Wrapping {
        id: MessageId::new(1, [1; 10]),
        orchestrator: Target::Agent("o".into()),
    };
    if let Ok(envelope) = to_envelope(bytes, wrapping) {
        assert!(from_envelope(&envelope).is_ok());
    }
});
