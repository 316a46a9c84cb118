use super::layout::Packet;
use crate::codec::checked;
use crate::envelope::{Encoding, Envelope, Header, Payload};
use crate::error::{Code, ProtocolError, Result};
use crate::sealing::{KeyRing, Named, ReplayGuard};
use std::borrow::Cow;

/// Encoding and bytes of a payload, if there is one.
pub type Carried<'s> = Option<(Encoding, Cow<'s, [u8]>)>;

/// What a receiver demands of a packet.
#[derive(Debug, Default)]
pub struct Opening<'r> {
    /// Keys for sealed packets; without a ring none can be opened.
    pub ring: Option<&'r KeyRing>,
    /// Refuses what came before.
    pub guard: Option<&'r mut ReplayGuard>,
    /// Whether packets without a seal are refused.
    pub sealed_only: bool,
}

impl<'a> Packet<'a> {
    /// The message: seal first, then replay, then decompression, then every rule of the envelope.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_MISSING`, `PROTOCOL_KEY_UNKNOWN`, `PROTOCOL_SEAL_UNSUPPORTED` when the key is of another
    /// algorithm, `PROTOCOL_SEAL_BROKEN`, `PROTOCOL_REPLAYED`; then what decompression and the envelope refuse.
    pub fn open(&self, opening: Opening<'_>) -> Result<Envelope> {
        let mut stored = Cow::Borrowed(self.payload);
        if let Some(key) = self.key(opening.ring, opening.sealed_only)? {
            let nonce = self.seal.map_or(&[][..], |seal| seal.nonce);
            key.open(nonce, self.covered, stored.to_mut(), self.tag)?;
        }
        let header = self.admitted(opening.guard)?;
        let plain = match self.compression {
            Some(compression) => Cow::Owned(compression.decompress(&stored, self.size)?),
            None => stored,
        };
        let payload = self.carried(&header, plain)?;
        let payload = payload.map(|(encoding, bytes)| Payload::checked(encoding, bytes.into_owned()));
        Ok(Envelope::checked(header, payload))
    }

    /// The key of the ring that opens it; `None` when it has no seal and needs none.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_MISSING`, `PROTOCOL_KEY_UNKNOWN`, `PROTOCOL_SEAL_UNSUPPORTED` when the key is of another
    /// algorithm.
    pub fn key<'r, K: Named>(
        &self,
        ring: Option<&'r KeyRing<K>>,
        sealed_only: bool,
    ) -> Result<Option<&'r K>> {
        let Some(seal) = self.seal else {
            let missing = || ProtocolError::new(Code::SealMissing, "seal", "must be there", "nothing");
            return if sealed_only { Err(missing()) } else { Ok(None) };
        };
        let ring = ring
            .ok_or_else(|| ProtocolError::new(Code::KeyUnknown, "key", "must be in the ring", "no ring"))?;
        let key = ring.key(seal.key_id)?;
        if key.algorithm() == seal.algorithm {
            return Ok(Some(key));
        }
        let rule = "must be the algorithm of its key";
        Err(ProtocolError::new(
            Code::SealUnsupported,
            "seal",
            rule,
            "another algorithm",
        ))
    }

    /// The header of a packet whose seal was checked, which passes once.
    ///
    /// # Errors
    /// As [`Packet::header`]; `PROTOCOL_REPLAYED`.
    pub fn admitted(&self, guard: Option<&mut ReplayGuard>) -> Result<Header> {
        let header = self.header()?;
        if let (Some(seal), Some(guard)) = (self.seal, guard) {
            guard.admit(&header.source, seal.key_id, seal.epoch, seal.counter)?;
        }
        Ok(header)
    }

    /// The checked payload of a packet with this header; `plain` is what stands in it, decrypted and decompressed.
    ///
    /// # Errors
    /// What the envelope refuses.
    pub fn carried<'s>(&self, header: &Header, plain: Cow<'s, [u8]>) -> Result<Carried<'s>> {
        let encoding = self.encoding.unwrap_or(Encoding::Json);
        let plain = checked(header, encoding, self.encoding.map(|_| plain))?;
        Ok(plain.map(|plain| (encoding, plain)))
    }
}
