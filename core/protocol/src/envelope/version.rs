use crate::error::{Code, ProtocolError, Result};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The text of [`Version::CURRENT`], which nearly every message has.
const CURRENT: &str = "1.0.0";

/// A version of the protocol. Equal majors understand each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Version {
    /// Changes when old receivers would misread a message.
    pub major: u16,
    /// Changes when something is added.
    pub minor: u16,
    /// Changes when words are made clearer.
    pub patch: u16,
}

impl Version {
    /// The version this crate speaks.
    pub const CURRENT: Self = Self {
        major: 1,
        minor: 0,
        patch: 0,
    };

    /// The version as text.
    pub fn text(self) -> Cow<'static, str> {
        if self == Self::CURRENT {
            return Cow::Borrowed(CURRENT);
        }
        Cow::Owned(self.to_string())
    }

    /// # Errors
    /// `PROTOCOL_VERSION_UNSUPPORTED` when messages of this version may be misread here.
    pub fn check(self) -> Result<()> {
        if self.major == Self::CURRENT.major {
            return Ok(());
        }
        let rule = format!("must be 1.x, not {self}");
        Err(ProtocolError::new(
            Code::VersionUnsupported,
            "version",
            rule,
            "another version",
        ))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self> {
        if text == CURRENT {
            return Ok(Self::CURRENT);
        }
        let mut parts = text.split('.').map(part);
        let mut next = || parts.next().flatten();
        match (next(), next(), next(), next()) {
            (Some(major), Some(minor), Some(patch), None) if text.matches('.').count() == 2 => {
                Ok(Self { major, minor, patch })
            }
            _ => Err(ProtocolError::invalid(
                "value",
                "must be three numbers with points between",
                "text",
            )),
        }
    }
}

fn part(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_versions_are_read() {
        assert_eq!("1.0.0".parse(), Ok(Version::CURRENT));
        assert_eq!(Version::CURRENT.text(), Version::CURRENT.to_string());
        for text in [
            "1.0",
            "1.0.0.0",
            "01.0.0",
            "1.0.x",
            "1.0.65536",
            "+1.0.0",
            "",
            "1.0.0.",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
