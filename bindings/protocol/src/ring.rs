use crate::failure::told;
use polyphon_protocol::sealing::{Algorithm, HmacKey, KeyName, KeyRing, Named, ReplayGuard};
use polyphon_protocol::{Code, Result};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// A key of the host's, or one of HMAC that is kept here.
#[derive(Debug)]
pub(crate) struct HeldKey {
    name: KeyName,
    /// What the host finds its key by.
    pub(crate) handle: u32,
    /// A key of HMAC: small packets are sealed without leaving this module.
    pub(crate) own: Option<HmacKey>,
}

impl HeldKey {
    pub(crate) fn nonce_bytes(&self) -> usize {
        self.algorithm().nonce_bytes()
    }
}

impl Named for HeldKey {
    fn id(&self) -> &str {
        self.name.id()
    }

    fn algorithm(&self) -> Algorithm {
        self.name.algorithm()
    }

    fn can_seal(&self) -> bool {
        self.name.can_seal()
    }
}

/// Names of keys and how often each sealed.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct RawRing(pub(crate) KeyRing<HeldKey>);

#[wasm_bindgen]
impl RawRing {
    /// A ring without keys.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key; with `seals` it seals from now on. `secret` is there for HMAC alone.
    ///
    /// # Errors
    /// Lines of an error.
    pub fn add(
        &mut self,
        id: &str,
        algorithm: u8,
        can_seal: bool,
        seals: bool,
        handle: u32,
        secret: Option<Vec<u8>>,
    ) -> std::result::Result<(), String> {
        let secret = secret.map(Zeroizing::new);
        let key = held(
            id,
            algorithm,
            can_seal,
            handle,
            secret.as_deref().map(Vec::as_slice),
        )
        .map_err(told)?;
        let added = if seals {
            self.0.rotate(key)
        } else {
            self.0.add(key)
        };
        added.map_err(told)
    }

    /// Forgets a key.
    pub fn retire(&mut self, id: &str) -> bool {
        self.0.retire(id)
    }

    /// Tells how many messages a key sealed before this ring was made.
    pub fn resume(&mut self, id: &str, sealed: f64) -> bool {
        self.0.resume(id, sealed as u64)
    }

    /// Ids of the keys, in their order.
    pub fn ids(&self) -> Vec<String> {
        self.0.ids().map(str::to_owned).collect()
    }
}

fn held(id: &str, algorithm: u8, can_seal: bool, handle: u32, secret: Option<&[u8]>) -> Result<HeldKey> {
    let algorithm = Algorithm::from_number(algorithm.into())
        .ok_or_else(|| crate::failure::refused(Code::SealUnsupported, "seal", "must be a known algorithm"))?;
    let own = secret.map(HmacKey::new).transpose()?;
    Ok(HeldKey {
        name: KeyName::new(id, algorithm, can_seal)?,
        handle,
        own,
    })
}

/// What came before.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct RawGuard(pub(crate) ReplayGuard);

#[wasm_bindgen]
impl RawGuard {
    /// A guard that knows nobody.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins an epoch of a sender with a key.
    ///
    /// # Errors
    /// Lines of an error.
    pub fn begin(&mut self, sender: &str, key_id: &str, epoch: &[u32]) -> std::result::Result<(), String> {
        self.0.begin(sender, key_id, wide(epoch)).map_err(told)
    }

    /// Lets a packet pass once. `seal` is what it says of its seal: epoch, counter and id of the key.
    pub fn admits(&mut self, sender: &str, seal: &[u8]) -> bool {
        let number = |at: usize| {
            let bytes = seal.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
            u64::from_le_bytes(bytes.unwrap_or_default())
        };
        let id = std::str::from_utf8(seal.get(16..).unwrap_or_default()).unwrap_or_default();
        self.0.admit(sender, id, number(0), number(8)).is_ok()
    }

    /// Forgets a sender.
    pub fn end(&mut self, sender: &str) {
        self.0.end(sender);
    }
}

/// An epoch in two halves, the low one first.
pub(crate) fn wide(epoch: &[u32]) -> u64 {
    let half = |at: usize| u64::from(epoch.get(at).copied().unwrap_or(0));
    half(0) | half(1) << 32
}
