use super::layout::{FIXED, FORMAT, MAGIC};
use crate::codec::Codec;
use crate::compression::Compression;
use crate::envelope::{Envelope, Message};
use crate::error::{ProtocolError, Result};
use crate::limits::MESSAGE_BYTES;
use crate::sealing::{Algorithm, KeyRing};

/// What a seal needs.
#[derive(Debug)]
pub struct Sealing<'r> {
    /// The ring whose active key seals.
    pub ring: &'r mut KeyRing,
    /// The epoch of the connection: [`session_epoch`](crate::negotiation::session_epoch).
    pub epoch: u64,
    /// 1 for the first packet of the epoch, and one more for each.
    pub counter: u64,
    /// Random bytes; a cipher takes as many from the front as its nonce has.
    pub nonce: [u8; 24],
}

/// What a packet says of its seal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seal<'a> {
    /// How it is made.
    pub algorithm: Algorithm,
    /// The epoch of the connection.
    pub epoch: u64,
    /// 1 for the first packet of the epoch, and one more for each.
    pub counter: u64,
    /// As many bytes as the algorithm's nonce has.
    pub nonce: &'a [u8],
    /// Id of the key.
    pub key_id: &'a str,
}

/// The bytes of a packet. The payload is compressed where that gains, and sealed when `sealing` is given.
///
/// # Errors
/// `PROTOCOL_LIMIT_EXCEEDED` above 10 MB; what the ring answers.
pub fn write(
    envelope: &Envelope,
    codec: Codec,
    compression: Option<Compression>,
    sealing: Option<Sealing<'_>>,
) -> Result<Vec<u8>> {
    let message = envelope.message();
    let small = compression.and_then(|compression| {
        let plain = message.payload()?.as_bytes();
        Some((compression, compression.compress(plain)?))
    });
    let small = small
        .as_ref()
        .map(|(compression, bytes)| (*compression, &bytes[..]));
    let Some(sealing) = sealing else {
        return write_unsealed(message, codec, small, None, Vec::new()).map(|(bytes, _)| bytes);
    };
    let key = sealing.ring.take()?;
    let nonce = &sealing.nonce[..key.algorithm().nonce_bytes()];
    let seal = Seal {
        algorithm: key.algorithm(),
        epoch: sealing.epoch,
        counter: sealing.counter,
        nonce,
        key_id: key.id(),
    };
    let (mut out, payload_at) = write_unsealed(message, codec, small, Some(seal), Vec::new())?;
    let (covered, payload) = out.split_at_mut(payload_at);
    let tag = key.seal(nonce, covered, payload)?;
    out.extend_from_slice(&tag);
    Ok(out)
}

/// A packet up to its tag, written into `out` in the place of what is there, and where its payload begins. `small` is the
/// payload as it travels, where something made it smaller. Whoever holds the key encrypts what is behind the header, if
/// it is one of a cipher, and puts the tag at the end.
///
/// # Errors
/// `PROTOCOL_LIMIT_EXCEEDED` when the packet with its tag has more than 10 MB.
pub fn write_unsealed(
    message: Message<'_>,
    codec: Codec,
    small: Option<(Compression, &[u8])>,
    seal: Option<Seal<'_>>,
    mut out: Vec<u8>,
) -> Result<(Vec<u8>, usize)> {
    let payload = message.payload();
    let plain = payload.map_or(&[][..], |payload| payload.as_bytes());
    let stored = small.map_or(plain, |(_, small)| small);
    out.clear();
    out.reserve(FIXED + 512 + stored.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[
        FORMAT,
        codec.number(),
        payload.map_or(0, |payload| payload.encoding().number()),
        small.map_or(0, |(compression, _)| compression.number()),
        seal.map_or(0, |seal| seal.algorithm.number()),
        // An id has at most 64 bytes.
        seal.map_or(0, |seal| seal.key_id.len() as u8),
        0,
        0,
    ]);
    // The header's size is known only once it is written.
    [0, stored.len(), plain.len()]
        .iter()
        .for_each(|size| out.extend_from_slice(&size_bytes(*size)));
    if let Some(seal) = seal {
        out.extend_from_slice(&seal.epoch.to_le_bytes());
        out.extend_from_slice(&seal.counter.to_le_bytes());
        out.extend_from_slice(seal.nonce);
        out.extend_from_slice(seal.key_id.as_bytes());
    }
    let header_at = out.len();
    let mut out = codec.encode_header_onto(message.header(), out);
    let payload_at = out.len();
    out[12..16].copy_from_slice(&size_bytes(payload_at - header_at));
    out.extend_from_slice(stored);
    let tag = seal.map_or(0, |seal| seal.algorithm.tag_bytes());
    if out.len() + tag <= MESSAGE_BYTES {
        return Ok((out, payload_at));
    }
    Err(ProtocolError::limit(
        "packet",
        "at most 10 MB; larger data travels in chunks",
    ))
}

/// A size as it stands in a packet. All are far below 4 GiB: a payload has at most 10 MB, and a header that is larger
/// makes the packet too large.
fn size_bytes(size: usize) -> [u8; 4] {
    (size as u32).to_le_bytes()
}
