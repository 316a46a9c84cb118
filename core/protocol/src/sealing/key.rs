use super::algorithm::{Algorithm, Parameters};
use crate::error::{Code, ProtocolError, Result};
use aes_gcm::Aes256Gcm;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::AeadInOut;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Most bytes of a key's id.
const ID_BYTES: usize = 64;

/// A key, ready for use. Its bytes are erased from memory when it is dropped and never printed.
pub struct Key {
    id: String,
    material: Material,
}

enum Material {
    Hmac(Zeroizing<Vec<u8>>),
    Signing(Box<SigningKey>),
    Verifying(Box<VerifyingKey>),
    XChaCha(Zeroizing<Vec<u8>>),
    Aes(Box<Aes256Gcm>),
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
            Algorithm::HmacSha256 => Material::Hmac(secret.to_vec().into()),
            Algorithm::Ed25519 => Material::Signing(Box::new(SigningKey::from_bytes(&fixed(secret)?))),
            Algorithm::XChaCha20Poly1305 => Material::XChaCha(secret.to_vec().into()),
            Algorithm::Aes256Gcm => Material::Aes(Box::new(
                Aes256Gcm::new_from_slice(secret).map_err(|_| unusable("must be 32 bytes"))?,
            )),
        };
        Self::named(id, material)
    }

    /// The public key of an Ed25519 pair: opens and cannot seal.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the bytes are no point of the curve, or a weak one.
    pub fn public(id: &str, public: &[u8]) -> Result<Self> {
        let key = VerifyingKey::from_bytes(&fixed(public)?)
            .ok()
            .filter(|key| !key.is_weak());
        let key = key.ok_or_else(|| unusable("must be a public key of Ed25519"))?;
        Self::named(id, Material::Verifying(Box::new(key)))
    }

    fn named(id: &str, material: Material) -> Result<Self> {
        let fits = (1..=ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(ProtocolError::invalid(
                "key",
                "id must be 1 to 64 printable ASCII characters",
                "text",
            ));
        }
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
        match self.material {
            Material::Hmac(_) => Algorithm::HmacSha256,
            Material::Signing(_) | Material::Verifying(_) => Algorithm::Ed25519,
            Material::XChaCha(_) => Algorithm::XChaCha20Poly1305,
            Material::Aes(_) => Algorithm::Aes256Gcm,
        }
    }

    /// Whether it can seal; a public key cannot.
    pub fn can_seal(&self) -> bool {
        !matches!(self.material, Material::Verifying(_))
    }

    /// The public key of a pair.
    pub fn public_bytes(&self) -> Option<[u8; 32]> {
        match &self.material {
            Material::Signing(key) => Some(key.verifying_key().to_bytes()),
            Material::Verifying(key) => Some(key.to_bytes()),
            _ => None,
        }
    }

    /// Seals `covered` and the `payload` behind it; encrypts the payload in place if this is a cipher. Gives the tag.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the key cannot seal or the nonce has another size.
    pub fn seal(&self, nonce: &[u8], covered: &[u8], payload: &mut [u8]) -> Result<Vec<u8>> {
        self.check_nonce(nonce)?;
        match &self.material {
            Material::Hmac(key) => Ok(mac(key, covered, payload)?.finalize().into_bytes().to_vec()),
            Material::Signing(key) => Ok(key.sign(&[covered, payload].concat()).to_bytes().to_vec()),
            Material::Verifying(_) => Err(unusable("is public and cannot seal")),
            Material::XChaCha(key) => encrypt(&xchacha(key)?, nonce, covered, payload),
            Material::Aes(cipher) => encrypt(&**cipher, nonce, covered, payload),
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
            Material::Hmac(key) => mac(key, covered, payload)?.verify_slice(tag).is_ok(),
            Material::Signing(key) => verify(&key.verifying_key(), covered, payload, tag),
            Material::Verifying(key) => verify(key, covered, payload, tag),
            Material::XChaCha(key) => decrypt(&xchacha(key)?, nonce, covered, payload, tag),
            Material::Aes(cipher) => decrypt(&**cipher, nonce, covered, payload, tag),
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

fn mac(key: &[u8], covered: &[u8], payload: &[u8]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| unusable("must be a key for HMAC"))?;
    mac.update(covered);
    mac.update(payload);
    Ok(mac)
}

fn verify(key: &VerifyingKey, covered: &[u8], payload: &[u8], tag: &[u8]) -> bool {
    let signature = Signature::from_slice(tag);
    signature.is_ok_and(|signature| {
        key.verify_strict(&[covered, payload].concat(), &signature)
            .is_ok()
    })
}

fn xchacha(key: &[u8]) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key).map_err(|_| unusable("must be 32 bytes"))
}

fn encrypt<C: AeadInOut>(cipher: &C, nonce: &[u8], covered: &[u8], payload: &mut [u8]) -> Result<Vec<u8>> {
    let nonce = nonce.try_into().map_err(|_| broken())?;
    let tag = cipher.encrypt_inout_detached(nonce, covered, payload.into());
    tag.map(|tag| tag.to_vec())
        .map_err(|_| unusable("cannot seal as much at once"))
}

fn decrypt<C: AeadInOut>(cipher: &C, nonce: &[u8], covered: &[u8], payload: &mut [u8], tag: &[u8]) -> bool {
    match (nonce.try_into(), tag.try_into()) {
        (Ok(nonce), Ok(tag)) => cipher
            .decrypt_inout_detached(nonce, covered, payload.into(), tag)
            .is_ok(),
        _ => false,
    }
}

fn fixed(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| unusable("must be 32 bytes"))
}

fn unusable(rule: &'static str) -> ProtocolError {
    ProtocolError::new(Code::SealUnsupported, "key", rule, "another key")
}

fn broken() -> ProtocolError {
    ProtocolError::new(Code::SealBroken, "seal", "must fit the packet", "another tag")
}
