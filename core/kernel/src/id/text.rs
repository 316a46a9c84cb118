use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

/// A prefix and a UUIDv7, as `task_01h455vb4pex5vsknk084sn02q` (TypeID 0.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TypeId {
    /// What kind of entity it names.
    pub prefix: &'static str,
    /// The UUID, big-endian.
    pub uuid: u128,
}

/// Why a text is not an id.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIdError {
    /// It names another kind of entity.
    #[error("expected an id that begins with {expected}_")]
    Prefix {
        /// The prefix that was expected.
        expected: &'static str,
    },
    /// It has the wrong length or characters.
    #[error("expected 26 characters of 0-9 a-z without i l o u behind the prefix, the first at most 7")]
    Suffix,
}

impl TypeId {
    /// Reads the text form; the prefix must be `prefix`.
    ///
    /// # Errors
    /// [`ParseIdError`] says what does not fit.
    pub fn parse(prefix: &'static str, text: &str) -> Result<Self, ParseIdError> {
        let suffix = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
        let suffix = suffix
            .ok_or(ParseIdError::Prefix { expected: prefix })?
            .as_bytes();
        if suffix.len() != DIGITS || suffix[0] > b'7' {
            return Err(ParseIdError::Suffix);
        }
        let digit = |byte: &u8| ALPHABET.iter().position(|known| known == byte);
        let uuid = suffix
            .iter()
            .try_fold(0u128, |uuid, byte| Some(uuid << 5 | digit(byte)? as u128));
        uuid.map(|uuid| Self { prefix, uuid }).ok_or(ParseIdError::Suffix)
    }
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut suffix = [0; DIGITS];
        for (digit, byte) in suffix.iter_mut().rev().enumerate() {
            *byte = ALPHABET[(self.uuid >> (5 * digit) & 31) as usize];
        }
        f.write_str(self.prefix)?;
        f.write_str("_")?;
        f.write_str(std::str::from_utf8(&suffix).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_reads_and_writes() {
        let text = "prefix_01h455vb4pex5vsknk084sn02q";
        let id = TypeId::parse("prefix", text).unwrap();
        assert_eq!(id.uuid, 0x01890a5d_ac96_774b_bcce_b302099a8057);
        assert_eq!(id.to_string(), text);
    }

    #[test]
    fn a_foreign_prefix_or_a_broken_suffix_is_refused() {
        let refused = |text| TypeId::parse("task", text).unwrap_err();
        assert_eq!(
            refused("agent_01h455vb4pex5vsknk084sn02q"),
            ParseIdError::Prefix { expected: "task" }
        );
        assert_eq!(refused("task_8zzzzzzzzzzzzzzzzzzzzzzzzz"), ParseIdError::Suffix);
        assert_eq!(refused("task_01h455vb4pex5vsknk084sn02"), ParseIdError::Suffix);
        assert_eq!(refused("task_01h455vb4pex5vsknk084sn0lq"), ParseIdError::Suffix);
    }
}
