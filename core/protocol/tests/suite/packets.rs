//! Packets: what is written is read, what is changed is refused, what came before is refused.

use crate::common::{envelope, free, json};
use polyphon_protocol::codec::Codec;
use polyphon_protocol::compression::Compression;
use polyphon_protocol::packet::{Opening, Packet, Sealing, write};
use polyphon_protocol::sealing::{Algorithm, Key, KeyRing, ReplayGuard};
use polyphon_protocol::{Code, Encoding, Envelope, Payload, Result};
use proptest::prelude::*;

fn key(algorithm: Algorithm) -> Key {
    Key::new("k1", algorithm, &[7; 32]).unwrap()
}

fn ring(algorithm: Algorithm) -> KeyRing {
    let mut ring = KeyRing::default();
    ring.rotate(key(algorithm)).unwrap();
    ring
}

fn sealed(message: &Envelope, algorithm: Algorithm, counter: u64) -> Vec<u8> {
    let sealing = Sealing {
        ring: &mut ring(algorithm),
        epoch: 5,
        counter,
        nonce: [counter as u8; 24],
    };
    write(message, Codec::Msgpack, Some(Compression::Lz4), Some(sealing)).unwrap()
}

fn open(bytes: &[u8], ring: &KeyRing) -> Result<Envelope> {
    Packet::parse(bytes)?.open(Opening {
        ring: Some(ring),
        sealed_only: true,
        ..Opening::default()
    })
}

fn large() -> Envelope {
    let words: Vec<String> = (0..600_u32)
        .map(|n| format!("\"{}\"", n.wrapping_mul(40_503) % 977))
        .collect();
    free(json(&format!("[{}]", words.join(","))))
}

proptest! {
    #[test]
    fn every_message_survives_every_packet(message in envelope(), epoch in any::<u64>(), nonce in any::<[u8; 24]>()) {
        for codec in Codec::ALL {
            let plain = write(&message, *codec, None, None).unwrap();
            prop_assert_eq!(&Packet::parse(&plain).unwrap().open(Opening::default()).unwrap(), &message);
            for algorithm in Algorithm::ALL {
                let mut ring = ring(*algorithm);
                let sealing = Sealing { ring: &mut ring, epoch, counter: 1, nonce };
                let bytes = write(&message, *codec, None, Some(sealing)).unwrap();
                prop_assert_eq!(&Packet::parse(&bytes).unwrap().header().unwrap(), message.header());
                prop_assert_eq!(&open(&bytes, &ring).unwrap(), &message);
            }
        }
    }

    #[test]
    fn noise_never_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..300), marked in any::<bool>()) {
        if marked && bytes.len() > 24 {
            bytes[..12].copy_from_slice(&[b'P', b'L', b'Y', b'M', 1, 1, 1, 1, 0, 0, 0, 0]);
        }
        if let Ok(packet) = Packet::parse(&bytes) {
            let _ = packet.open(Opening::default());
        }
    }
}

#[test]
fn large_payloads_are_compressed_and_come_back() {
    let message = large();
    for compression in Compression::ALL {
        let plain = write(&message, Codec::Msgpack, None, None).unwrap();
        let small = write(&message, Codec::Msgpack, Some(*compression), None).unwrap();
        assert!(small.len() < plain.len());
        assert_eq!(
            Packet::parse(&small).unwrap().open(Opening::default()),
            Ok(message.clone())
        );
    }
}

#[test]
fn no_byte_of_a_sealed_packet_can_be_changed() {
    let message = free(json("{\"a\":[1,2,3]}"));
    for algorithm in Algorithm::ALL {
        let bytes = sealed(&message, *algorithm, 1);
        let ring = ring(*algorithm);
        assert_eq!(open(&bytes, &ring), Ok(message.clone()));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let refused = open(&changed, &ring).unwrap_err().code;
            assert_ne!(
                refused,
                Code::FieldInvalid,
                "the seal is checked before the header is read"
            );
        }
        for cut in 0..bytes.len() {
            assert!(open(&bytes[..cut], &ring).is_err());
        }
    }
}

#[test]
fn a_cipher_hides_the_payload_and_shows_the_header() {
    let secret = free(Payload::new(Encoding::Bytes, b"the secret of the agent").unwrap());
    for algorithm in Algorithm::ALL {
        let bytes = sealed(&secret, *algorithm, 1);
        let shows = bytes.windows(10).any(|window| window == b"the secret");
        assert_eq!(shows, !algorithm.encrypts());
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(
            (packet.header().unwrap(), packet.algorithm()),
            (secret.header().clone(), Some(*algorithm))
        );
    }
}

#[test]
fn packets_open_through_a_rotation_and_not_after_retirement() {
    let message = free(json("1"));
    let mut ring = ring(Algorithm::HmacSha256);
    let seal = |ring: &mut KeyRing, counter| {
        write(
            &message,
            Codec::Json,
            None,
            Some(Sealing {
                ring,
                epoch: 1,
                counter,
                nonce: [0; 24],
            }),
        )
        .unwrap()
    };
    let before = seal(&mut ring, 1);
    ring.rotate(Key::new("k2", Algorithm::Ed25519, &[9; 32]).unwrap())
        .unwrap();
    let after = seal(&mut ring, 2);
    assert_eq!(Packet::parse(&after).unwrap().key_id(), Some("k2"));
    assert!(open(&before, &ring).is_ok() && open(&after, &ring).is_ok());
    ring.retire("k1");
    assert_eq!(open(&before, &ring).unwrap_err().code, Code::KeyUnknown);
    assert!(open(&after, &ring).is_ok());
}

#[test]
fn who_has_the_public_key_opens_and_cannot_seal() {
    let pair = key(Algorithm::Ed25519);
    let public = Key::public("k1", &pair.public_bytes().unwrap()).unwrap();
    let mut ring = KeyRing::default();
    ring.add(public).unwrap();
    let message = free(json("1"));
    assert_eq!(open(&sealed(&message, Algorithm::Ed25519, 1), &ring), Ok(message));
    let public = Key::public("k2", &pair.public_bytes().unwrap()).unwrap();
    assert_eq!(ring.rotate(public).unwrap_err().code, Code::SealUnsupported);
    assert_eq!(
        Key::public("k3", &[0; 32]).unwrap_err().code,
        Code::SealUnsupported,
        "a weak point"
    );
}

#[test]
fn refusals_have_their_codes() {
    let message = free(json("1"));
    let plain = write(&message, Codec::Json, None, None).unwrap();
    let hmac = sealed(&message, Algorithm::HmacSha256, 1);
    assert_eq!(
        open(&plain, &KeyRing::default()).unwrap_err().code,
        Code::SealMissing
    );
    assert_eq!(
        open(&hmac, &KeyRing::default()).unwrap_err().code,
        Code::KeyUnknown
    );
    assert_eq!(
        Packet::parse(&hmac)
            .unwrap()
            .open(Opening::default())
            .unwrap_err()
            .code,
        Code::KeyUnknown
    );
    assert_eq!(
        open(&hmac, &ring(Algorithm::XChaCha20Poly1305)).unwrap_err().code,
        Code::SealUnsupported
    );
    let mut stranger = KeyRing::default();
    stranger
        .add(Key::new("k1", Algorithm::HmacSha256, &[8; 32]).unwrap())
        .unwrap();
    assert_eq!(open(&hmac, &stranger).unwrap_err().code, Code::SealBroken);
    assert_eq!(
        write(
            &message,
            Codec::Json,
            None,
            Some(Sealing {
                ring: &mut KeyRing::default(),
                epoch: 0,
                counter: 1,
                nonce: [0; 24]
            })
        )
        .unwrap_err()
        .code,
        Code::KeyUnknown
    );
    assert_eq!(Packet::parse(&plain[..10]).unwrap_err().code, Code::Malformed);
    assert_eq!(
        Packet::parse(&vec![0; 10 * 1024 * 1024 + 1]).unwrap_err().code,
        Code::LimitExceeded
    );
}

#[test]
fn a_packet_passes_once() {
    let message = free(json("1"));
    let ring = ring(Algorithm::XChaCha20Poly1305);
    let mut guard = ReplayGuard::default();
    guard.begin("a", "k1", 5).unwrap();
    let first = sealed(&message, Algorithm::XChaCha20Poly1305, 1);
    let mut open = |bytes: &[u8]| {
        let opening = Opening {
            ring: Some(&ring),
            guard: Some(&mut guard),
            sealed_only: true,
        };
        Packet::parse(bytes)
            .unwrap()
            .open(opening)
            .map_err(|error| error.code)
    };
    assert_eq!(open(&first), Ok(message.clone()));
    assert_eq!(open(&first), Err(Code::Replayed));
    assert!(open(&sealed(&message, Algorithm::XChaCha20Poly1305, 2)).is_ok());
    let mut forged = sealed(&message, Algorithm::XChaCha20Poly1305, 3);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(open(&forged), Err(Code::SealBroken));
    assert!(
        open(&sealed(&message, Algorithm::XChaCha20Poly1305, 3)).is_ok(),
        "a forged packet uses up no counter"
    );
}

#[test]
fn a_payload_in_the_header_of_a_packet_is_refused() {
    let message = free(json("[1]"));
    let header = Codec::Msgpack.encode(&message).unwrap();
    let mut bytes = b"PLYM\x01\x02\x00\x00\x00\x00\x00\x00".to_vec();
    for size in [header.len() as u32, 0, 0] {
        bytes.extend_from_slice(&size.to_le_bytes());
    }
    bytes.extend_from_slice(&header);
    assert_eq!(
        Packet::parse(&bytes)
            .unwrap()
            .open(Opening::default())
            .unwrap_err()
            .code,
        Code::Malformed
    );
}
