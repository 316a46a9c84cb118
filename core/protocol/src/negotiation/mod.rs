//! How two sides agree before they talk: the one that connects says what it can (`hello`), the other chooses the best
//! both can and answers with its own list (`welcome`), and the first checks the choice. Both are JSON documents.
//!
//! A choice below what both can do is refused as a downgrade. With a shared key both documents are authenticated, so
//! that nobody between can shorten the lists; without one, only a choice that does not fit the lists is noticed.

mod document;
mod offer;

pub use document::{Hello, Welcome};
pub use offer::{Choice, Offer};

use crate::error::{Code, ProtocolError, Result};
use document::proof;
use subtle::ConstantTimeEq as _;

/// Fewest bytes of a key that authenticates a negotiation.
pub const KEY_BYTES_MIN: usize = 16;

/// Answers a hello: chooses the best both can.
///
/// # Errors
/// `PROTOCOL_NEGOTIATION_FAILED` when there is nothing in common, `PROTOCOL_EXTENSION_UNKNOWN` when the other side
/// demands what is not known here, `PROTOCOL_SEAL_BROKEN` when `key` is given and the hello was not made with it.
pub fn answer(hello: &[u8], own: &Offer, nonce: [u8; 16], key: Option<&[u8]>) -> Result<(Choice, Vec<u8>)> {
    let theirs = Hello::parse(hello)?;
    check_proof(hello, None, key)?;
    let choice = Choice::best(&theirs.offer, own)?;
    let welcome = Welcome {
        offer: own.clone(),
        choice: choice.clone(),
        nonce,
        hello: document::digest(hello),
    };
    Ok((choice, welcome.write(hello, key)))
}

/// Checks the answer to the hello that was sent.
///
/// # Errors
/// `PROTOCOL_DOWNGRADED` when the other side answered another hello or chose less than both can;
/// `PROTOCOL_SEAL_BROKEN` when `key` is given and the welcome was not made with it; otherwise as [`answer`].
pub fn accept(hello: &[u8], welcome: &[u8], key: Option<&[u8]>) -> Result<Welcome> {
    let own = Hello::parse(hello)?;
    let answer = Welcome::parse(welcome)?;
    check_proof(welcome, Some(hello), key)?;
    if answer.hello != document::digest(hello) {
        return Err(downgraded(
            "hello",
            "must be the digest of the hello that was sent",
        ));
    }
    let best = Choice::best(&own.offer, &answer.offer)?;
    match best.differs(&answer.choice) {
        Some(field) => Err(downgraded(field, "must be the best both sides can do")),
        None => Ok(answer),
    }
}

/// The epoch of what is sealed on this connection. Both sides put random bytes into the two documents, so it is another
/// one each time, and packets recorded on an earlier connection are refused on this one.
pub fn session_epoch(hello: &[u8], welcome: &[u8]) -> u64 {
    let digest = document::digest(&[&document::digest(hello)[..], &document::digest(welcome)].concat());
    digest[..8]
        .iter()
        .fold(0, |epoch, byte| epoch << 8 | u64::from(*byte))
}

fn downgraded(field: &'static str, rule: &'static str) -> ProtocolError {
    ProtocolError::new(Code::Downgraded, field, rule, "another value")
}

fn check_proof(document: &[u8], before: Option<&[u8]>, key: Option<&[u8]>) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    let (body, told) = document::split(document)?;
    let told =
        told.ok_or_else(|| ProtocolError::new(Code::SealMissing, "proof", "must be there", "nothing"))?;
    if bool::from(proof(key, body, before)?.ct_eq(&told)) {
        return Ok(());
    }
    Err(ProtocolError::new(
        Code::SealBroken,
        "proof",
        "must be made with the shared key",
        "another proof",
    ))
}
