use super::algorithm::Algorithm;
use super::key::unusable;
use crate::error::Result;
use aes_gcm::Aes256Gcm;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// A key of everything but HMAC.
pub(super) enum Cipher {
    Signing(Box<SigningKey>),
    Verifying(Box<VerifyingKey>),
    XChaCha(Zeroizing<Vec<u8>>),
    Aes(Box<Aes256Gcm>),
}

impl Cipher {
    /// A secret key; its size was checked.
    pub(super) fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self> {
        Ok(match algorithm {
            Algorithm::Ed25519 => Self::Signing(Box::new(SigningKey::from_bytes(&fixed(secret)?))),
            Algorithm::Aes256Gcm => Self::Aes(Box::new(
                Aes256Gcm::new_from_slice(secret).map_err(|_| unusable("must be 32 bytes"))?,
            )),
            Algorithm::XChaCha20Poly1305 => Self::XChaCha(secret.to_vec().into()),
            Algorithm::HmacSha256 => return Err(unusable("is none of a cipher")),
        })
    }

    pub(super) fn public(public: &[u8]) -> Result<Self> {
        let key = VerifyingKey::from_bytes(&fixed(public)?)
            .ok()
            .filter(|key| !key.is_weak());
        let key = key.ok_or_else(|| unusable("must be a public key of Ed25519"))?;
        Ok(Self::Verifying(Box::new(key)))
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Signing(_) | Self::Verifying(_) => Algorithm::Ed25519,
            Self::XChaCha(_) => Algorithm::XChaCha20Poly1305,
            Self::Aes(_) => Algorithm::Aes256Gcm,
        }
    }

    pub(super) fn can_seal(&self) -> bool {
        !matches!(self, Self::Verifying(_))
    }

    pub(super) fn public_bytes(&self) -> Option<[u8; 32]> {
        match self {
            Self::Signing(key) => Some(key.verifying_key().to_bytes()),
            Self::Verifying(key) => Some(key.to_bytes()),
            _ => None,
        }
    }

    pub(super) fn seal(&self, nonce: &[u8], covered: &[u8], payload: &mut [u8]) -> Result<Vec<u8>> {
        match self {
            Self::Signing(key) => Ok(key.sign(&[covered, payload].concat()).to_bytes().to_vec()),
            Self::Verifying(_) => Err(unusable("is public and cannot seal")),
            Self::XChaCha(key) => encrypt(&xchacha(key)?, nonce, covered, payload),
            Self::Aes(cipher) => encrypt(&**cipher, nonce, covered, payload),
        }
    }

    /// Whether the tag fits; then the payload is decrypted in place.
    pub(super) fn open(&self, nonce: &[u8], covered: &[u8], payload: &mut [u8], tag: &[u8]) -> bool {
        match self {
            Self::Signing(key) => verify(&key.verifying_key(), covered, payload, tag),
            Self::Verifying(key) => verify(key, covered, payload, tag),
            Self::XChaCha(key) => {
                xchacha(key).is_ok_and(|cipher| decrypt(&cipher, nonce, covered, payload, tag))
            }
            Self::Aes(cipher) => decrypt(&**cipher, nonce, covered, payload, tag),
        }
    }
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
    let nonce = nonce
        .try_into()
        .map_err(|_| unusable("must have a nonce of its size"))?;
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
