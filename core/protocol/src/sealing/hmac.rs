use super::algorithm::{Algorithm, Parameters};
use super::key::{broken, unusable};
use crate::error::Result;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;
use std::fmt;

/// A key of HMAC-SHA-256. Its two blocks are hashed once, when it is made; they are erased when it is dropped.
#[derive(Clone)]
pub struct HmacKey(Box<Hmac<Sha256>>);

impl HmacKey {
    /// A key of 16 to 1024 bytes.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_UNSUPPORTED` when the size does not fit.
    pub fn new(secret: &[u8]) -> Result<Self> {
        Algorithm::HmacSha256.supports(Parameters {
            key_bits: secret.len() * 8,
            nonce_bits: 0,
            tag_bits: 256,
        })?;
        let mac = Hmac::new_from_slice(secret).map_err(|_| unusable("must be a key for HMAC"))?;
        Ok(Self(Box::new(mac)))
    }

    /// The tag of `covered` and the `payload` behind it.
    pub fn tag(&self, covered: &[u8], payload: &[u8]) -> [u8; 32] {
        self.mac(covered, payload).finalize().into_bytes().into()
    }

    /// Checks a tag in constant time.
    ///
    /// # Errors
    /// `PROTOCOL_SEAL_BROKEN`.
    pub fn check(&self, covered: &[u8], payload: &[u8], tag: &[u8]) -> Result<()> {
        if self.fits(covered, payload, tag) {
            return Ok(());
        }
        Err(broken())
    }

    pub(super) fn fits(&self, covered: &[u8], payload: &[u8], tag: &[u8]) -> bool {
        self.mac(covered, payload).verify_slice(tag).is_ok()
    }

    fn mac(&self, covered: &[u8], payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = (*self.0).clone();
        mac.update(covered);
        mac.update(payload);
        mac
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacKey").finish_non_exhaustive()
    }
}
