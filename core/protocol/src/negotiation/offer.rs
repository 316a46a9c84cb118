use crate::codec::Codec;
use crate::compression::Compression;
use crate::envelope::Version;
use crate::error::{Code, ProtocolError, Result};
use crate::sealing::Algorithm;
use polyphon_sorted::SortedMap;

/// What one side can do, each list with what it likes best first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    /// Versions of the protocol.
    pub versions: Vec<Version>,
    /// Codecs.
    pub codecs: Vec<Codec>,
    /// Compressions; none at all is always possible.
    pub compressions: Vec<Compression>,
    /// How messages may be sealed. An empty list means not at all; otherwise one must be in common.
    pub seals: Vec<Algorithm>,
    /// Extensions by name, and whether the other side must know them.
    pub extensions: SortedMap<String, bool>,
}

/// What both sides agreed on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// The highest version both speak.
    pub version: Version,
    /// The connecting side's favourite among the codecs both know.
    pub codec: Codec,
    /// Its favourite compression, if they have one in common.
    pub compression: Option<Compression>,
    /// Its favourite seal, if messages are sealed.
    pub seal: Option<Algorithm>,
    /// Names both know, in their order.
    pub extensions: Vec<String>,
}

impl Choice {
    /// The best that both can do; the favourites of `first`, the connecting side, count.
    pub(super) fn best(first: &Offer, second: &Offer) -> Result<Self> {
        for (one, other) in [(first, second), (second, first)] {
            if let Some((name, _)) = one
                .extensions
                .iter()
                .find(|(name, critical)| **critical && !other.extensions.contains_key(*name))
            {
                let field = format!("extensions.{name}");
                let rule = "is critical and must be known to both sides";
                return Err(ProtocolError::new(
                    Code::ExtensionUnknown,
                    field,
                    rule,
                    "an unknown extension",
                ));
            }
        }
        let version = first
            .versions
            .iter()
            .filter(|version| second.versions.contains(version))
            .max();
        let seal = common(&first.seals, &second.seals);
        if seal.is_none() && !(first.seals.is_empty() && second.seals.is_empty()) {
            return Err(nothing("seals"));
        }
        Ok(Self {
            version: *version.ok_or_else(|| nothing("versions"))?,
            codec: common(&first.codecs, &second.codecs).ok_or_else(|| nothing("codecs"))?,
            compression: common(&first.compressions, &second.compressions),
            seal,
            extensions: first
                .extensions
                .keys()
                .filter(|name| second.extensions.contains_key(*name))
                .cloned()
                .collect(),
        })
    }

    /// The first part in which two choices differ.
    pub(super) fn differs(&self, other: &Self) -> Option<&'static str> {
        let parts = [
            ("choice.version", self.version == other.version),
            ("choice.codec", self.codec == other.codec),
            ("choice.compression", self.compression == other.compression),
            ("choice.seal", self.seal == other.seal),
            ("choice.extensions", self.extensions == other.extensions),
        ];
        parts.iter().find(|(_, same)| !same).map(|(field, _)| *field)
    }
}

fn common<T: Copy + PartialEq>(first: &[T], second: &[T]) -> Option<T> {
    first.iter().copied().find(|each| second.contains(each))
}

fn nothing(field: &'static str) -> ProtocolError {
    ProtocolError::new(
        Code::NegotiationFailed,
        field,
        "must have one in common",
        "nothing in common",
    )
}
