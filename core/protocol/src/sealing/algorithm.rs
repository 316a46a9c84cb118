use crate::envelope::choice;
use crate::error::{Code, ProtocolError, Result};

choice! {
    /// How packets are sealed.
    Algorithm {
        /// HMAC with SHA-256, whole tags: who shares the key sent it.
        HmacSha256 = 1 "hmac-sha256",
        /// Ed25519, verified strictly: who has the private key sent it.
        Ed25519 = 2 "ed25519",
        /// XChaCha20-Poly1305: encrypted and authenticated; nonces may be random for ever.
        XChaCha20Poly1305 = 3 "xchacha20-poly1305",
        /// AES-256-GCM with nonces of 96 bits: encrypted and authenticated; at most 2^32 messages a key.
        Aes256Gcm = 4 "aes-256-gcm",
    }
}

/// The sizes an algorithm can be used with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parameters {
    /// Bits of the key.
    pub key_bits: usize,
    /// Bits of the nonce; 0 where there is none.
    pub nonce_bits: usize,
    /// Bits of the tag or signature.
    pub tag_bits: usize,
}

/// Fewest and most bits of a key for HMAC.
const HMAC_KEY_BITS: (usize, usize) = (128, 8192);

impl Algorithm {
    /// Whether the payload is encrypted.
    pub fn encrypts(self) -> bool {
        matches!(self, Self::XChaCha20Poly1305 | Self::Aes256Gcm)
    }

    /// Bytes of the nonce.
    pub fn nonce_bytes(self) -> usize {
        match self {
            Self::HmacSha256 | Self::Ed25519 => 0,
            Self::XChaCha20Poly1305 => 24,
            Self::Aes256Gcm => 12,
        }
    }

    /// Bytes of the tag or signature.
    pub fn tag_bytes(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::Ed25519 => 64,
            Self::XChaCha20Poly1305 | Self::Aes256Gcm => 16,
        }
    }

    /// How many messages one key may seal.
    pub fn messages_max(self) -> u64 {
        match self {
            Self::Aes256Gcm => 1 << 32,
            _ => u64::MAX,
        }
    }

    /// Refuses sizes that are not supported, by their name.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED`.
    pub fn supports(self, sizes: Parameters) -> Result<()> {
        let key = match self {
            Self::HmacSha256 => sizes.key_bits >= HMAC_KEY_BITS.0 && sizes.key_bits <= HMAC_KEY_BITS.1,
            _ => sizes.key_bits == 256,
        };
        let parts = [
            ("key", key, sizes.key_bits),
            (
                "nonce",
                sizes.nonce_bits == self.nonce_bytes() * 8,
                sizes.nonce_bits,
            ),
            ("tag", sizes.tag_bits == self.tag_bytes() * 8, sizes.tag_bits),
        ];
        match parts.iter().find(|(_, fits, _)| !fits) {
            Some((part, _, bits)) => {
                let rule = format!("{} is not supported with {bits} bits of {part}", self.as_str());
                Err(ProtocolError::new(
                    Code::SealUnsupported,
                    "seal",
                    rule,
                    "another size",
                ))
            }
            None => Ok(()),
        }
    }
}
