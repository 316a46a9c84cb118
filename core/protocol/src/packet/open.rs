use super::layout::Packet;
use crate::envelope::{Envelope, Payload};
use crate::error::{Code, ProtocolError, Result};
use crate::sealing::{KeyRing, ReplayGuard};

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

impl Packet<'_> {
    /// The message: seal first, then replay, then decompression, then every rule of the envelope.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_MISSING`, `PROTOCOL_KEY_UNKNOWN`, `PROTOCOL_SEAL_UNSUPPORTED` when the key is of another
    /// algorithm, `PROTOCOL_SEAL_BROKEN`, `PROTOCOL_REPLAYED`; then what decompression and the envelope refuse.
    pub fn open(&self, opening: Opening<'_>) -> Result<Envelope> {
        let mut stored = self.payload.to_vec();
        if let Some(seal) = self.seal {
            let ring = opening.ring.ok_or_else(|| {
                ProtocolError::new(Code::KeyUnknown, "key", "must be in the ring", "no ring")
            })?;
            let key = ring.key(seal.key_id)?;
            if key.algorithm() != seal.algorithm {
                let rule = "must be the algorithm of its key";
                return Err(ProtocolError::new(
                    Code::SealUnsupported,
                    "seal",
                    rule,
                    "another algorithm",
                ));
            }
            key.open(seal.nonce, self.covered, &mut stored, self.tag)?;
        } else if opening.sealed_only {
            return Err(ProtocolError::new(
                Code::SealMissing,
                "seal",
                "must be there",
                "nothing",
            ));
        }
        let header = self.header()?;
        if let (Some(seal), Some(guard)) = (self.seal, opening.guard) {
            guard.admit(&header.source, seal.key_id, seal.epoch, seal.counter)?;
        }
        if let Some(compression) = self.compression {
            stored = compression.decompress(&stored, self.size)?;
        }
        let payload = self
            .encoding
            .map(|encoding| Payload::new(encoding, &stored))
            .transpose()?;
        Envelope::new(header, payload)
    }
}
