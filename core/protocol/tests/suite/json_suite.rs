//! The documents of JSONTestSuite as payloads: what a parser must accept is accepted, what it must refuse is refused,
//! and what it may decide about does not crash it.

use crate::common::{free, header, json, shared};
use miniz_oxide::inflate::decompress_to_vec;
use polyphon_protocol::codec::Codec;
use polyphon_protocol::{Encoding, Kind, Payload};

#[test]
fn payloads_are_judged_as_the_suite_demands() {
    let Some(folder) = shared("json") else { return };
    let archive = std::fs::read(folder.join("JSONTestSuite-test_parsing.tar.gz")).unwrap();
    let (mut accepted, mut refused, mut open) = (0, 0, 0);
    for (name, document) in files(&gunzip(&archive)) {
        let name = name.rsplit('/').next().unwrap();
        let direct = Payload::new(Encoding::Json, document);
        let message = Codec::Json.decode(&around(document));
        match name.as_bytes() {
            [b'y', ..] => {
                let payload = direct.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert!(payload.value().is_ok(), "{name}");
                let envelope = free(payload);
                for codec in Codec::ALL {
                    let bytes = codec.encode(&envelope).unwrap();
                    assert_eq!(codec.decode(&bytes).unwrap(), envelope, "{name}");
                }
                assert!(message.is_ok(), "{name}");
                accepted += 1;
            }
            [b'n', ..] => {
                assert!(direct.is_err(), "{name}");
                assert!(message.is_err(), "{name}");
                refused += 1;
            }
            _ => open += 1,
        }
    }
    assert_eq!((accepted, refused, open), (95, 188, 35));
}

/// A message as text, with the document where the payload stands.
fn around(document: &[u8]) -> Vec<u8> {
    let mut header = header(Kind::Data);
    header.schema = Some("example".into());
    let mut bytes = Codec::Json.encode_header(&header);
    bytes.pop();
    bytes.extend_from_slice(b",\"payload\":");
    bytes.extend_from_slice(document);
    bytes.push(b'}');
    bytes
}

#[test]
fn around_makes_a_message() {
    let envelope = Codec::Json.decode(&around(b"[1]")).unwrap();
    assert_eq!(envelope.payload(), Some(&json("[1]")));
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    assert_eq!((&bytes[..3], bytes[3] & !8), (&[0x1f, 0x8b, 8][..], 0));
    let name = if bytes[3] & 8 == 0 {
        0
    } else {
        bytes[10..].iter().position(|byte| *byte == 0).unwrap() + 1
    };
    decompress_to_vec(&bytes[10 + name..]).unwrap()
}

fn files(tar: &[u8]) -> Vec<(&str, &[u8])> {
    let mut files = Vec::new();
    let mut at = 0;
    while tar.get(at).is_some_and(|byte| *byte != 0) {
        let field = |from: usize, to: usize| {
            std::str::from_utf8(&tar[at + from..at + to])
                .unwrap()
                .trim_end_matches(['\0', ' '])
        };
        let size = usize::from_str_radix(field(124, 136), 8).unwrap();
        if tar[at + 156] == b'0' {
            files.push((field(0, 100), &tar[at + 512..at + 512 + size]));
        }
        at += 512 + size.div_ceil(512) * 512;
    }
    files
}
