//! Ed25519, XChaCha20-Poly1305 and AES-256-GCM for JavaScript. Translation only, no rules. A module of its own, so that
//! only who uses these keys loads it.

use polyphon_protocol::ProtocolError;
use polyphon_protocol::sealing::{Algorithm, Key};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// A key, ready for use. Its bytes are erased from this module's memory when it is freed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawKey(Key);

#[wasm_bindgen]
impl RawKey {
    /// A secret key of this algorithm.
    ///
    /// # Errors
    /// Code, field, rule and found, a line each.
    #[wasm_bindgen(constructor)]
    pub fn new(id: &str, algorithm: u8, secret: Vec<u8>) -> Result<Self, String> {
        let secret = Zeroizing::new(secret);
        let algorithm =
            Algorithm::from_number(algorithm.into()).ok_or_else(|| lines("PROTOCOL_SEAL_UNSUPPORTED"))?;
        Key::new(id, algorithm, &secret).map(Self).map_err(told)
    }

    /// The public key of an Ed25519 pair.
    ///
    /// # Errors
    /// As [`RawKey::new`].
    pub fn public(id: &str, public: &[u8]) -> Result<Self, String> {
        Key::public(id, public).map(Self).map_err(told)
    }

    /// The public half of an Ed25519 pair.
    #[wasm_bindgen(js_name = publicBytes)]
    pub fn public_bytes(&self) -> Option<Vec<u8>> {
        self.0.public_bytes().map(|bytes| bytes.to_vec())
    }

    /// Seals a packet without its tag, whose payload begins at `payload_at`: answers payload and tag.
    ///
    /// # Errors
    /// As [`RawKey::new`].
    pub fn seal(&self, packet: &[u8], payload_at: usize, nonce: &[u8]) -> Result<Vec<u8>, String> {
        let (covered, payload) = packet.split_at(payload_at.min(packet.len()));
        let mut sealed = Vec::with_capacity(payload.len() + 64);
        sealed.extend_from_slice(payload);
        let tag = self.0.seal(nonce, covered, &mut sealed).map_err(told)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Checks the tag of a packet without it; answers the payload, decrypted.
    ///
    /// # Errors
    /// As [`RawKey::new`].
    pub fn open(
        &self,
        packet: &[u8],
        payload_at: usize,
        nonce: &[u8],
        tag: &[u8],
    ) -> Result<Vec<u8>, String> {
        let (covered, payload) = packet.split_at(payload_at.min(packet.len()));
        let mut plain = payload.to_vec();
        self.0.open(nonce, covered, &mut plain, tag).map_err(told)?;
        Ok(plain)
    }
}

fn told(error: ProtocolError) -> String {
    [error.code.as_str(), &error.field, &error.rule, error.found].join("\n")
}

fn lines(code: &str) -> String {
    format!("{code}\nseal\nmust be a known algorithm\nanother value")
}
