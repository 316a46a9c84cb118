use super::write::Seal;
use crate::codec::Codec;
use crate::compression::Compression;
use crate::envelope::{Encoding, Header};
use crate::error::{Code, ProtocolError, Result};
use crate::limits::MESSAGE_BYTES;
use crate::sealing::Algorithm;

pub(super) const MAGIC: &[u8; 4] = b"PLYM";
pub(super) const FORMAT: u8 = 1;
/// Bytes before the seal's.
pub(super) const FIXED: usize = 24;

/// A packet whose parts are known and whose seal was not checked yet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    pub(super) codec: Codec,
    pub(super) encoding: Option<Encoding>,
    pub(super) compression: Option<Compression>,
    pub(super) size: usize,
    pub(super) seal: Option<Seal<'a>>,
    /// All that a seal covers but the payload.
    pub(super) covered: &'a [u8],
    pub(super) header: &'a [u8],
    pub(super) payload: &'a [u8],
    pub(super) tag: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Finds the parts of a packet, looking at nothing but its first bytes.
    ///
    /// # Errors
    /// `PROTOCOL_MALFORMED` when they do not add up, `PROTOCOL_LIMIT_EXCEEDED` above 10 MB.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() > MESSAGE_BYTES {
            return Err(ProtocolError::limit(
                "packet",
                "at most 10 MB; larger data travels in chunks",
            ));
        }
        let mut rest = bytes;
        let fixed = take(&mut rest, FIXED)?;
        if &fixed[..4] != MAGIC || fixed[4] != FORMAT || fixed[10..12] != [0, 0] {
            return Err(malformed("must begin with PLYM and format 1"));
        }
        let size =
            |at: usize| u32::from_le_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]) as usize;
        let codec =
            Codec::from_number(fixed[5].into()).ok_or_else(|| malformed("must name a known codec"))?;
        let encoding = choice(fixed[6], Encoding::from_number, "must name a known encoding")?;
        let compression = choice(
            fixed[7],
            Compression::from_number,
            "must name a known compression",
        )?;
        let algorithm = choice(fixed[8], Algorithm::from_number, "must name a known seal")?;
        let seal = match algorithm {
            Some(algorithm) => Some(Seal::parse(algorithm, fixed[9].into(), &mut rest)?),
            None if fixed[9] == 0 => None,
            None => return Err(malformed("must have no key without a seal")),
        };
        let header = take(&mut rest, size(12))?;
        let covered = &bytes[..bytes.len() - rest.len()];
        let payload = take(&mut rest, size(16))?;
        if rest.len() != algorithm.map_or(0, Algorithm::tag_bytes) {
            return Err(malformed("must end with the tag of its seal"));
        }
        let packet = Self {
            codec,
            encoding,
            compression,
            size: size(20),
            seal,
            covered,
            header,
            payload,
            tag: rest,
        };
        let fits = match (encoding, compression) {
            (None, _) => compression.is_none() && payload.is_empty() && packet.size == 0,
            (Some(_), None) => packet.size == payload.len(),
            (Some(_), Some(_)) => true,
        };
        if fits {
            Ok(packet)
        } else {
            Err(malformed("must have sizes that fit its payload"))
        }
    }

    /// The codec of the header.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// How its payload was made smaller, and how many bytes it had before; `None` when it stands there as it is.
    pub fn compressed(&self) -> Option<(Compression, usize)> {
        self.compression.map(|compression| (compression, self.size))
    }

    /// What it says of its seal.
    pub fn seal(&self) -> Option<Seal<'a>> {
        self.seal
    }

    /// All that its seal covers but the payload.
    pub fn covered(&self) -> &'a [u8] {
        self.covered
    }

    /// The payload as it stands in the packet: compressed, and encrypted if the seal is a cipher's.
    pub fn stored_payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Tag or signature.
    pub fn tag(&self) -> &'a [u8] {
        self.tag
    }

    /// How it is sealed.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.seal.map(|seal| seal.algorithm)
    }

    /// Id of the key it is sealed with.
    pub fn key_id(&self) -> Option<&'a str> {
        self.seal.map(|seal| seal.key_id)
    }

    /// The header, for routing: valid, but as nobody checked the seal, nobody vouches for it.
    ///
    /// # Errors
    /// As [`Codec::header`].
    pub fn header(&self) -> Result<Header> {
        let lazy = self.codec.header(self.header)?;
        if lazy.raw_payload().is_some() {
            return Err(malformed("must have no payload in its header"));
        }
        Ok(lazy.into_header())
    }
}

impl<'a> Seal<'a> {
    fn parse(algorithm: Algorithm, id_bytes: usize, rest: &mut &'a [u8]) -> Result<Self> {
        let mut number = || -> Result<u64> {
            let mut number = [0; 8];
            number.copy_from_slice(take(rest, 8)?);
            Ok(u64::from_le_bytes(number))
        };
        let (epoch, counter) = (number()?, number()?);
        let nonce = take(rest, algorithm.nonce_bytes())?;
        let key_id = std::str::from_utf8(take(rest, id_bytes)?)
            .map_err(|_| malformed("must name its key in UTF-8"))?;
        Ok(Self {
            algorithm,
            epoch,
            counter,
            nonce,
            key_id,
        })
    }
}

fn choice<T>(number: u8, find: impl Fn(u64) -> Option<T>, rule: &'static str) -> Result<Option<T>> {
    match number {
        0 => Ok(None),
        number => find(number.into()).map(Some).ok_or_else(|| malformed(rule)),
    }
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Result<&'a [u8]> {
    let (taken, left) = rest
        .split_at_checked(len)
        .ok_or_else(|| malformed("must have all its bytes"))?;
    *rest = left;
    Ok(taken)
}

fn malformed(rule: &'static str) -> ProtocolError {
    ProtocolError::new(Code::Malformed, "packet", rule, "other bytes")
}
