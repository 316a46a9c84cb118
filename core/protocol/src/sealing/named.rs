use super::algorithm::Algorithm;
use super::key::check_id;
use crate::error::Result;

/// What a ring has to know of a key.
pub trait Named {
    /// Its name, which stands in every packet it sealed.
    fn id(&self) -> &str;
    /// What it is for.
    fn algorithm(&self) -> Algorithm;
    /// Whether it can seal; a public key cannot.
    fn can_seal(&self) -> bool;
}

/// A key whose bytes are kept elsewhere, by the host's own cryptography for example.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyName {
    id: String,
    algorithm: Algorithm,
    can_seal: bool,
}

impl KeyName {
    /// A key of this name.
    ///
    /// # Errors
    /// `PROTOCOL_FIELD_INVALID` when the id is not 1 to 64 printable ASCII characters.
    pub fn new(id: &str, algorithm: Algorithm, can_seal: bool) -> Result<Self> {
        check_id(id)?;
        Ok(Self {
            id: id.to_owned(),
            algorithm,
            can_seal,
        })
    }
}

impl Named for KeyName {
    fn id(&self) -> &str {
        &self.id
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn can_seal(&self) -> bool {
        self.can_seal
    }
}
