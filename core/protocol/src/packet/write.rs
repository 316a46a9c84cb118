use super::layout::{FIXED, FORMAT, MAGIC};
use crate::codec::Codec;
use crate::compression::Compression;
use crate::envelope::Envelope;
use crate::error::{ProtocolError, Result};
use crate::limits::MESSAGE_BYTES;
use crate::sealing::KeyRing;

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
    let plain = envelope.payload().map_or(&[][..], |payload| payload.as_bytes());
    let small = compression.and_then(|compression| Some((compression, compression.compress(plain)?)));
    let stored = small.as_ref().map_or(plain, |(_, small)| small);
    let header = codec.encode_header(envelope.header());
    let mut out = Vec::with_capacity(FIXED + 192 + header.len() + stored.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[
        FORMAT,
        codec.number(),
        envelope
            .payload()
            .map_or(0, |payload| payload.encoding().number()),
        small.as_ref().map_or(0, |(compression, _)| compression.number()),
    ]);
    let Some(sealing) = sealing else {
        out.extend_from_slice(&[0, 0, 0, 0]);
        sizes(&mut out, [header.len(), stored.len(), plain.len()]);
        out.extend_from_slice(&header);
        out.extend_from_slice(stored);
        return bounded(out);
    };
    let key = sealing.ring.take()?;
    let nonce = &sealing.nonce[..key.algorithm().nonce_bytes()];
    // An id has at most 64 bytes.
    out.extend_from_slice(&[key.algorithm().number(), key.id().len() as u8, 0, 0]);
    sizes(&mut out, [header.len(), stored.len(), plain.len()]);
    out.extend_from_slice(&sealing.epoch.to_le_bytes());
    out.extend_from_slice(&sealing.counter.to_le_bytes());
    out.extend_from_slice(nonce);
    out.extend_from_slice(key.id().as_bytes());
    out.extend_from_slice(&header);
    let covered = out.len();
    out.extend_from_slice(stored);
    let (covered, payload) = out.split_at_mut(covered);
    let tag = key.seal(nonce, covered, payload)?;
    out.extend_from_slice(&tag);
    bounded(out)
}

/// Lengths of header and payload, and the payload's before it was compressed. All are far below 4 GiB: a payload has at
/// most 10 MB, and a header that is larger makes the packet too large.
fn sizes(out: &mut Vec<u8>, sizes: [usize; 3]) {
    sizes
        .iter()
        .for_each(|size| out.extend_from_slice(&(*size as u32).to_le_bytes()));
}

fn bounded(out: Vec<u8>) -> Result<Vec<u8>> {
    if out.len() <= MESSAGE_BYTES {
        return Ok(out);
    }
    Err(ProtocolError::limit(
        "packet",
        "at most 10 MB; larger data travels in chunks",
    ))
}
