use super::key::Key;
use super::named::Named;
use crate::error::{Code, ProtocolError, Result};
use polyphon_sorted::SortedMap;

/// Most keys of a ring.
pub const KEYS_MAX: usize = 1000;

/// Keys by their ids. One of them seals; all of them open, so a key can be replaced while packets are under way.
#[derive(Debug)]
pub struct KeyRing<K = Key> {
    keys: SortedMap<String, Held<K>>,
    active: Option<String>,
}

#[derive(Debug)]
struct Held<K> {
    key: K,
    sealed: u64,
}

impl<K> Default for KeyRing<K> {
    fn default() -> Self {
        Self {
            keys: SortedMap::new(),
            active: None,
        }
    }
}

impl<K: Named> KeyRing<K> {
    /// Adds a key that opens.
    ///
    /// # Errors
    /// `PROTOCOL_KEY_DUPLICATE` when the id is taken: an id means one key for ever; `PROTOCOL_LIMIT_EXCEEDED` above
    /// 1,000 keys.
    pub fn add(&mut self, key: K) -> Result<()> {
        if self.keys.len() == KEYS_MAX {
            return Err(ProtocolError::limit("key", "a ring has at most 1000 keys"));
        }
        if self.keys.contains_key(key.id()) {
            return Err(ProtocolError::new(
                Code::KeyDuplicate,
                "key",
                "must have an id of its own",
                "a taken id",
            ));
        }
        self.keys.insert(key.id().to_owned(), Held { key, sealed: 0 });
        Ok(())
    }

    /// Adds a key that seals from now on. The one before goes on opening until it is retired.
    ///
    /// # Errors
    /// As [`KeyRing::add`]; `PROTOCOL_SEAL_UNSUPPORTED` for a public key.
    pub fn rotate(&mut self, key: K) -> Result<()> {
        if !key.can_seal() {
            return Err(ProtocolError::new(
                Code::SealUnsupported,
                "key",
                "must be able to seal",
                "a public key",
            ));
        }
        let id = key.id().to_owned();
        self.add(key)?;
        self.active = Some(id);
        Ok(())
    }

    /// Forgets a key: what it sealed is refused from now on. `false` when there is none of this id.
    pub fn retire(&mut self, id: &str) -> bool {
        if self.active.as_deref() == Some(id) {
            self.active = None;
        }
        self.keys.remove(id).is_some()
    }

    /// Ids of the keys, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// The key that opens what names it.
    ///
    /// # Errors
    /// `PROTOCOL_KEY_UNKNOWN`.
    pub fn key(&self, id: &str) -> Result<&K> {
        self.keys.get(id).map(|held| &held.key).ok_or_else(unknown)
    }

    /// The key that seals; counts one more message for it.
    ///
    /// # Errors
    /// `PROTOCOL_KEY_UNKNOWN` when none seals, `PROTOCOL_KEY_EXHAUSTED` when it has sealed as many as it may.
    pub fn take(&mut self) -> Result<&K> {
        let held = self
            .active
            .as_ref()
            .and_then(|id| self.keys.get_mut(id))
            .ok_or_else(unknown)?;
        if held.sealed >= held.key.algorithm().messages_max() {
            return Err(ProtocolError::new(
                Code::KeyExhausted,
                "key",
                "must be rotated",
                "a worn key",
            ));
        }
        held.sealed += 1;
        Ok(&held.key)
    }

    /// Tells how many messages a key sealed before this ring was made. `false` when there is none of this id.
    pub fn resume(&mut self, id: &str, sealed: u64) -> bool {
        let held = self.keys.get_mut(id);
        held.map(|held| held.sealed = held.sealed.max(sealed)).is_some()
    }
}

fn unknown() -> ProtocolError {
    ProtocolError::new(Code::KeyUnknown, "key", "must be in the ring", "another key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealing::Algorithm;

    fn key(id: &str) -> Key {
        Key::new(id, Algorithm::Aes256Gcm, &[7; 32]).unwrap()
    }

    #[test]
    fn a_rotated_key_seals_and_the_old_one_opens_until_it_is_retired() {
        let mut ring = KeyRing::default();
        assert_eq!(ring.take().unwrap_err().code, Code::KeyUnknown);
        ring.rotate(key("k1")).unwrap();
        ring.rotate(key("k2")).unwrap();
        assert_eq!(ring.take().unwrap().id(), "k2");
        assert_eq!(ring.key("k1").unwrap().id(), "k1");
        assert!(ring.retire("k1") && !ring.retire("k1"));
        assert_eq!(ring.key("k1").unwrap_err().code, Code::KeyUnknown);
        assert!(ring.retire("k2"));
        assert_eq!(ring.take().unwrap_err().code, Code::KeyUnknown);
    }

    #[test]
    fn an_id_means_one_key() {
        let mut ring = KeyRing::default();
        ring.add(key("k")).unwrap();
        assert_eq!(ring.rotate(key("k")).unwrap_err().code, Code::KeyDuplicate);
        assert!(ring.take().is_err(), "a refused rotation changes nothing");
    }

    #[test]
    fn a_worn_key_seals_no_more() {
        let mut ring = KeyRing::default();
        ring.rotate(key("k")).unwrap();
        assert!(ring.resume("k", (1 << 32) - 1));
        assert!(ring.take().is_ok());
        assert_eq!(ring.take().unwrap_err().code, Code::KeyExhausted);
    }

    #[test]
    fn a_key_never_prints_its_bytes() {
        let printed = format!("{:?}", Key::new("k", Algorithm::HmacSha256, &[222; 32]).unwrap());
        assert!(printed.contains("HmacSha256") && !printed.contains("222"));
    }
}
