use super::algorithm::{Algorithm, Parameters};
use super::ciphers::Cipher;
use super::hmac::HmacKey;
use super::named::Named;
use crate::error::{Code, ProtocolError, Result};
use std::fmt;

/// Most bytes of a key's id.
const ID_BYTES: usize = 64;

/// A key, ready for use. Its bytes are erased from memory when it is dropped and never printed.
pub struct Key {
    id: String,
    material: Material,
}

enum Material {
    Hmac(HmacKey),
    Cipher(Cipher),
}

impl Key {
    /// A secret key: 16 to 1024 bytes for HMAC, the 32 bytes of the seed for Ed25519, 32 bytes for the ciphers.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the size does not fit, `PROTOCOL_FIELD_INVALID` when the id does not.
    pub fn new(id: &str, algorithm: Algorithm, secret: &[u8]) -> Result<Self> {
        algorithm.supports(Parameters {
            key_bits: secret.len() * 8,
            nonce_bits: algorithm.nonce_bytes() * 8,
            tag_bits: algorithm.tag_bytes() * 8,
        })?;
        let material = match algorithm {
            Algorithm::HmacSha256 => Material::Hmac(HmacKey::new(secret)?),
            other => Material::Cipher(Cipher::new(other, secret)?),
        };
        Self::named(id, material)
    }

    /// The public key of an Ed25519 pair: opens and cannot seal.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the bytes are no point of the curve, or a weak one.
    pub fn public(id: &str, public: &[u8]) -> Result<Self> {
        Self::named(id, Material::Cipher(Cipher::public(public)?))
    }

    fn named(id: &str, material: Material) -> Result<Self> {
        check_id(id)?;
        Ok(Self {
            id: id.to_owned(),
            material,
        })
    }

    /// Its name, which stands in every packet it sealed.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is for.
    pub fn algorithm(&self) -> Algorithm {
        match &self.material {
            Material::Hmac(_) => Algorithm::HmacSha256,
            Material::Cipher(cipher) => cipher.algorithm(),
        }
    }

    /// Whether it can seal; a public key cannot.
    pub fn can_seal(&self) -> bool {
        match &self.material {
            Material::Hmac(_) => true,
            Material::Cipher(cipher) => cipher.can_seal(),
        }
    }

    /// The public key of a pair.
    pub fn public_bytes(&self) -> Option<[u8; 32]> {
        match &self.material {
            Material::Hmac(_) => None,
            Material::Cipher(cipher) => cipher.public_bytes(),
        }
    }

    /// Seals `covered` and the `payload` behind it; encrypts the payload in place if this is a cipher. Gives the tag.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the key cannot seal or the nonce has another size.
    pub fn seal(&self, nonce: &[u8], covered: &[u8], payload: &mut [u8]) -> Result<Vec<u8>> {
        self.check_nonce(nonce)?;
        match &self.material {
            Material::Hmac(key) => Ok(key.tag(covered, payload).to_vec()),
            Material::Cipher(cipher) => cipher.seal(nonce, covered, payload),
        }
    }

    /// Checks the tag over `covered` and `payload`; decrypts the payload in place if this is a cipher. Whatever is
    /// wrong gives the same answer.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_BROKEN`; the payload must not be used then.
    pub fn open(&self, nonce: &[u8], covered: &[u8], payload: &mut [u8], tag: &[u8]) -> Result<()> {
        self.check_nonce(nonce)?;
        let holds = match &self.material {
            Material::Hmac(key) => key.fits(covered, payload, tag),
            Material::Cipher(cipher) => cipher.open(nonce, covered, payload, tag),
        };
        if holds { Ok(()) } else { Err(broken()) }
    }

    fn check_nonce(&self, nonce: &[u8]) -> Result<()> {
        if nonce.len() == self.algorithm().nonce_bytes() {
            return Ok(());
        }
        Err(ProtocolError::new(
            Code::SealUnsupported,
            "nonce",
            "must have the algorithm's size",
            "another size",
        ))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

/// Refuses what is no id of a key.
pub(super) fn check_id(id: &str) -> Result<()> {
    if (1..=ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(ProtocolError::invalid(
        "key",
        "id must be 1 to 64 printable ASCII characters",
        "text",
    ))
}

impl Named for Key {
    fn id(&self) -> &str {
        self.id()
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm()
    }

    fn can_seal(&self) -> bool {
        self.can_seal()
    }
}

pub(super) fn unusable(rule: &'static str) -> ProtocolError {
    ProtocolError::new(Code::SealUnsupported, "key", rule, "another key")
}

pub(super) fn broken() -> ProtocolError {
    ProtocolError::new(Code::SealBroken, "seal", "must fit the packet", "another tag")
}
