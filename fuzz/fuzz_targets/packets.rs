//! A packet is opened or refused; what opens is a valid message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_protocol::Envelope;
use polyphon_protocol::packet::{Opening, Packet};
use polyphon_protocol::sealing::{Algorithm, Key, KeyRing, ReplayGuard};

fuzz_target!(|bytes: &[u8]| {
    let Ok(packet) = Packet::parse(bytes) else { return };
    let header = packet.header();
    let mut ring = KeyRing::default();
    for (algorithm, id) in Algorithm::ALL.iter().zip(["h", "e", "x", "a"]) {
        ring.add(Key::new(id, *algorithm, &[7; 32]).expect("a key"))
            .expect("a free id");
    }
    let mut guard = ReplayGuard::default();
    let opening = Opening {
        ring: Some(&ring),
        guard: Some(&mut guard),
        sealed_only: false,
    };
    if let Ok(message) = packet.open(opening) {
        assert_eq!(&header.expect("a header"), message.header());
        let (header, payload) = message.into_parts();
        assert!(Envelope::new(header, payload).is_ok());
    }
});
