//! Two sides agree on the best both can, and notice when somebody between them wants less.

use polyphon_protocol::codec::Codec;
use polyphon_protocol::compression::Compression;
use polyphon_protocol::negotiation::{Choice, Hello, Offer, accept, answer, session_epoch};
use polyphon_protocol::sealing::Algorithm;
use polyphon_protocol::{Code, Result, Version};

const KEY: &[u8] = b"a key of both sides";

/// What makes an offer have nothing in common with the other, and the list it is about.
type Change<'a> = (fn(&mut Offer), &'a str);

fn version(minor: u16) -> Version {
    Version {
        major: 1,
        minor,
        patch: 0,
    }
}

fn offer() -> Offer {
    Offer {
        versions: vec![version(0), version(2), version(1)],
        codecs: vec![Codec::Msgpack, Codec::Protobuf, Codec::Json],
        compressions: vec![Compression::Lz4, Compression::Deflate],
        seals: vec![Algorithm::XChaCha20Poly1305, Algorithm::HmacSha256],
        extensions: [("audit".to_owned(), true), ("hint".to_owned(), false)].into(),
    }
}

fn other() -> Offer {
    Offer {
        versions: vec![version(1), version(0)],
        codecs: vec![Codec::Json, Codec::Protobuf],
        compressions: vec![Compression::Deflate],
        seals: vec![Algorithm::HmacSha256, Algorithm::XChaCha20Poly1305],
        extensions: [("audit".to_owned(), false)].into(),
    }
}

fn hello(offer: Offer, key: Option<&[u8]>) -> Vec<u8> {
    Hello {
        offer,
        nonce: [1; 16],
    }
    .write(key)
    .unwrap()
}

fn met(first: Offer, second: &Offer) -> Result<Choice> {
    let hello = hello(first, None);
    let (choice, welcome) = answer(&hello, second, [2; 16], None)?;
    assert_eq!(accept(&hello, &welcome, None)?.choice, choice);
    Ok(choice)
}

#[test]
fn the_highest_version_and_the_favourites_in_common_are_chosen() {
    let expected = Choice {
        version: version(1),
        codec: Codec::Protobuf,
        compression: Some(Compression::Deflate),
        seal: Some(Algorithm::XChaCha20Poly1305),
        extensions: vec!["audit".into()],
    };
    assert_eq!(met(offer(), &other()), Ok(expected));
}

#[test]
fn nothing_in_common_is_refused_by_its_name() {
    let cases: [Change<'_>; 3] = [
        (|offer| offer.versions = vec![version(9)], "versions"),
        (|offer| offer.codecs = vec![Codec::Msgpack], "codecs"),
        (|offer| offer.seals.clear(), "seals"),
    ];
    for (change, field) in cases {
        let mut own = other();
        change(&mut own);
        let mut theirs = offer();
        theirs.codecs = vec![Codec::Json];
        let error = met(theirs, &own).unwrap_err();
        assert_eq!(
            (error.code, error.field.as_str()),
            (Code::NegotiationFailed, field)
        );
    }
    let mut plain = other();
    plain.compressions.clear();
    assert_eq!(
        met(offer(), &plain).unwrap().compression,
        None,
        "compression is never needed"
    );
}

#[test]
fn a_critical_extension_must_be_known_to_both() {
    let mut own = other();
    own.extensions.clear();
    let error = met(offer(), &own).unwrap_err();
    assert_eq!(
        (error.code, error.field.as_str()),
        (Code::ExtensionUnknown, "extensions.audit")
    );
    let mut own = other();
    own.extensions.insert("trace".into(), true);
    assert_eq!(met(offer(), &own).unwrap_err().field, "extensions.trace");
}

#[test]
fn names_of_later_versions_are_passed_over() {
    let text = String::from_utf8(hello(offer(), None)).unwrap();
    let newer = text
        .replace("\"codecs\":[", "\"later\":{},\"codecs\":[\"cbor\",")
        .replace("\"1.0.0\"", "\"1.0.0\",\"2\"");
    assert_eq!(Hello::parse(newer.as_bytes()).unwrap().offer, offer());
}

#[test]
fn a_shortened_hello_is_noticed() {
    let sent = hello(offer(), None);
    let arrived = String::from_utf8(sent.clone())
        .unwrap()
        .replace("\"xchacha20-poly1305\",", "");
    assert_ne!(sent, arrived.as_bytes());
    let (_, welcome) = answer(arrived.as_bytes(), &other(), [2; 16], None).unwrap();
    let error = accept(&sent, &welcome, None).unwrap_err();
    assert_eq!((error.code, error.field.as_str()), (Code::Downgraded, "hello"));
}

#[test]
fn a_lesser_choice_is_noticed() {
    let sent = hello(offer(), None);
    let (_, welcome) = answer(&sent, &other(), [2; 16], None).unwrap();
    let welcome = String::from_utf8(welcome).unwrap();
    for (from, to, field) in [
        ("\"version\":\"1.1.0\"", "\"version\":\"1.0.0\"", "choice.version"),
        ("\"codec\":\"protobuf\"", "\"codec\":\"json\"", "choice.codec"),
        ("\"compression\":\"deflate\",", "", "choice.compression"),
        (
            "\"seal\":\"xchacha20-poly1305\"",
            "\"seal\":\"hmac-sha256\"",
            "choice.seal",
        ),
        ("\"seal\":\"xchacha20-poly1305\",", "", "choice.seal"),
        (
            "\"extensions\":[\"audit\"]",
            "\"extensions\":[]",
            "choice.extensions",
        ),
    ] {
        assert!(welcome.contains(from), "{from}");
        let error = accept(&sent, welcome.replacen(from, to, 1).as_bytes(), None).unwrap_err();
        assert_eq!((error.code, error.field.as_str()), (Code::Downgraded, field));
    }
}

#[test]
fn with_a_key_nobody_between_can_change_either_document() {
    let sent = hello(offer(), Some(KEY));
    let (_, welcome) = answer(&sent, &other(), [2; 16], Some(KEY)).unwrap();
    assert!(accept(&sent, &welcome, Some(KEY)).is_ok());

    let shortened = String::from_utf8(sent.clone())
        .unwrap()
        .replace("\"xchacha20-poly1305\",", "");
    assert_eq!(
        answer(shortened.as_bytes(), &other(), [2; 16], Some(KEY))
            .unwrap_err()
            .code,
        Code::SealBroken
    );
    let consistent = String::from_utf8(welcome.clone())
        .unwrap()
        .replace("xchacha20-poly1305", "hmac-sha256");
    assert_eq!(
        accept(&sent, consistent.as_bytes(), Some(KEY)).unwrap_err().code,
        Code::SealBroken
    );
    assert_eq!(
        accept(&sent, &welcome, Some(b"another key of 16"))
            .unwrap_err()
            .code,
        Code::SealBroken
    );
    assert_eq!(
        answer(&hello(offer(), None), &other(), [2; 16], Some(KEY))
            .unwrap_err()
            .code,
        Code::SealMissing
    );
    assert_eq!(
        Hello {
            offer: offer(),
            nonce: [1; 16]
        }
        .write(Some(b"short"))
        .unwrap_err()
        .code,
        Code::SealUnsupported
    );
}

#[test]
fn a_recorded_welcome_fits_no_other_hello() {
    let first = hello(offer(), Some(KEY));
    let (_, welcome) = answer(&first, &other(), [2; 16], Some(KEY)).unwrap();
    let second = Hello {
        offer: offer(),
        nonce: [9; 16],
    }
    .write(Some(KEY))
    .unwrap();
    assert_eq!(
        accept(&second, &welcome, Some(KEY)).unwrap_err().code,
        Code::SealBroken
    );
}

#[test]
fn every_connection_has_an_epoch_of_its_own() {
    let sent = hello(offer(), None);
    let welcome = |nonce| answer(&sent, &other(), [nonce; 16], None).unwrap().1;
    assert_eq!(
        session_epoch(&sent, &welcome(2)),
        session_epoch(&sent, &welcome(2))
    );
    assert_ne!(
        session_epoch(&sent, &welcome(2)),
        session_epoch(&sent, &welcome(3))
    );
}

#[test]
fn a_hello_is_bounded_and_checked() {
    let mut long = hello(offer(), None);
    long.resize(64 * 1024 + 1, b' ');
    assert_eq!(Hello::parse(&long).unwrap_err().code, Code::LimitExceeded);
    let text = String::from_utf8(hello(offer(), None)).unwrap();
    for (from, to, field) in [
        ("\"codecs\":[", "\"codecs\":[1,", "hello.hello.codecs[0]"),
        ("\"audit\":true", "\"audit\":1", "hello.extensions"),
        ("\"nonce\":\"", "\"nonce\":\"x", "nonce"),
    ] {
        assert_eq!(
            Hello::parse(text.replacen(from, to, 1).as_bytes())
                .unwrap_err()
                .field,
            field
        );
    }
}
