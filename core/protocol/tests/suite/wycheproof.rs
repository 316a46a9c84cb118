//! Wycheproof: vectors whose sizes are supported are judged right; every other set of sizes is refused by name.

use crate::common::shared;
use polyphon_protocol::sealing::{Algorithm, Key, Parameters};
use polyphon_protocol::{Code, Value, json};
use std::collections::BTreeSet;

struct Counts {
    judged: usize,
    refused: usize,
}

fn text<'v>(value: &'v Value<'_>, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_text).unwrap()
}

fn bytes(value: &Value<'_>, name: &str) -> Vec<u8> {
    let digits = text(value, name).as_bytes();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn items<'v, 'a>(value: &'v Value<'a>, name: &str) -> &'v [Value<'a>] {
    match value.get(name) {
        Some(Value::List(items)) => items,
        _ => panic!("{name} is no list"),
    }
}

/// Judges every vector of a file whose sizes are supported.
fn run(file: &str, algorithm: Algorithm, judge: impl Fn(&Value<'_>, &Value<'_>) -> bool) -> Option<Counts> {
    let document = std::fs::read(shared("wycheproof")?.join(file)).unwrap();
    let document = json::parse(&document).unwrap();
    let mut counts = Counts {
        judged: 0,
        refused: 0,
    };
    let mut names = BTreeSet::new();
    for group in items(&document, "testGroups") {
        let bits = |name| group.get(name).and_then(Value::as_uint).map(|bits| bits as usize);
        let sizes = Parameters {
            key_bits: bits("keySize").unwrap_or(256),
            nonce_bits: bits("ivSize").unwrap_or(0),
            tag_bits: bits("tagSize").unwrap_or(512),
        };
        let tests = items(group, "tests");
        if let Err(error) = algorithm.supports(sizes) {
            assert_eq!(error.code, Code::SealUnsupported);
            assert!(error.rule.starts_with(algorithm.as_str()), "{}", error.rule);
            names.insert(error.rule.to_string());
            counts.refused += tests.len();
            continue;
        }
        for test in tests {
            let valid = text(test, "result") == "valid";
            assert_eq!(
                judge(group, test),
                valid,
                "{file} {:?} {:?}",
                test.get("tcId"),
                test.get("comment")
            );
            counts.judged += 1;
        }
    }
    println!(
        "{file}: {} judged, {} refused: {names:?}",
        counts.judged, counts.refused
    );
    Some(counts)
}

fn aead(algorithm: Algorithm, test: &Value<'_>) -> bool {
    let key = Key::new("k", algorithm, &bytes(test, "key")).unwrap();
    let (nonce, covered, plain) = (bytes(test, "iv"), bytes(test, "aad"), bytes(test, "msg"));
    let mut payload = bytes(test, "ct");
    let opened = key
        .open(&nonce, &covered, &mut payload, &bytes(test, "tag"))
        .is_ok();
    if opened {
        assert_eq!(payload, plain);
        let tag = key.seal(&nonce, &covered, &mut payload).unwrap();
        assert_eq!((payload, tag), (bytes(test, "ct"), bytes(test, "tag")));
    }
    opened
}

#[test]
fn aes_gcm() {
    let run = run("aes_gcm_test.json", Algorithm::Aes256Gcm, |_, test| {
        aead(Algorithm::Aes256Gcm, test)
    });
    assert!(run.is_none_or(|counts| (counts.judged, counts.refused) == (66, 250)));
}

#[test]
fn xchacha20_poly1305() {
    let cipher = Algorithm::XChaCha20Poly1305;
    let run = run("xchacha20_poly1305_test.json", cipher, |_, test| {
        aead(cipher, test)
    });
    assert!(run.is_none_or(|counts| (counts.judged, counts.refused) == (306, 9)));
}

#[test]
fn hmac_sha256() {
    let run = run("hmac_sha256_test.json", Algorithm::HmacSha256, |_, test| {
        let key = Key::new("k", Algorithm::HmacSha256, &bytes(test, "key")).unwrap();
        key.open(&[], &bytes(test, "msg"), &mut [], &bytes(test, "tag"))
            .is_ok()
    });
    assert!(run.is_none_or(|counts| (counts.judged, counts.refused) == (87, 87)));
}

#[test]
fn ed25519() {
    let run = run("ed25519_test.json", Algorithm::Ed25519, |group, test| {
        let public = group.get("publicKey").unwrap();
        let key = Key::public("k", &bytes(public, "pk")).unwrap();
        key.open(&[], &bytes(test, "msg"), &mut [], &bytes(test, "sig"))
            .is_ok()
    });
    assert!(run.is_none_or(|counts| (counts.judged, counts.refused) == (151, 0)));
}
