use std::borrow::Cow;
use std::fmt;

/// What is wrong with a message, a subject, a key or a transfer. Each has a page in `docs/errors`.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
        #[non_exhaustive]
        /// The stable code of a [`ProtocolError`].
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code of this crate.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as it stands in the registry and in every error object.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The bytes are not of the format they claim to be.
    Malformed = "PROTOCOL_MALFORMED";
    /// A field must be there and is not.
    FieldMissing = "PROTOCOL_FIELD_MISSING";
    /// A field breaks a rule.
    FieldInvalid = "PROTOCOL_FIELD_INVALID";
    /// A key stands twice where it may stand once.
    KeyDuplicate = "PROTOCOL_KEY_DUPLICATE";
    /// A message, or a part of it, passes a limit.
    LimitExceeded = "PROTOCOL_LIMIT_EXCEEDED";
    /// A schema of Polyphon's own is not known.
    SchemaUnknown = "PROTOCOL_SCHEMA_UNKNOWN";
    /// The version is not spoken here.
    VersionUnsupported = "PROTOCOL_VERSION_UNSUPPORTED";
    /// An extension that must be understood is not.
    ExtensionUnknown = "PROTOCOL_EXTENSION_UNKNOWN";
    /// Two sides have nothing in common.
    NegotiationFailed = "PROTOCOL_NEGOTIATION_FAILED";
    /// What was agreed on is less than both sides can do.
    Downgraded = "PROTOCOL_DOWNGRADED";
    /// A subject, pattern or filter breaks a rule.
    SubjectInvalid = "PROTOCOL_SUBJECT_INVALID";
    /// A filter breaks a rule.
    FilterInvalid = "PROTOCOL_FILTER_INVALID";
    /// Compressed bytes are damaged or do not have the size they declare.
    CompressionInvalid = "PROTOCOL_COMPRESSION_INVALID";
    /// Compressed bytes would grow beyond what is allowed.
    CompressionBomb = "PROTOCOL_COMPRESSION_BOMB";
    /// A key, an algorithm or a set of its parameters is not supported.
    SealUnsupported = "PROTOCOL_SEAL_UNSUPPORTED";
    /// No key of this id is in the ring.
    KeyUnknown = "PROTOCOL_KEY_UNKNOWN";
    /// A key has protected as many messages as it safely can.
    KeyExhausted = "PROTOCOL_KEY_EXHAUSTED";
    /// A seal does not fit its message.
    SealBroken = "PROTOCOL_SEAL_BROKEN";
    /// A message must be sealed and is not.
    SealMissing = "PROTOCOL_SEAL_MISSING";
    /// A message was received before.
    Replayed = "PROTOCOL_REPLAYED";
    /// Chunks of a transfer do not fit together.
    TransferInvalid = "PROTOCOL_TRANSFER_INVALID";
}

/// Why a message is refused: the field, the rule it breaks and the type of what was found there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProtocolError {
    /// Stable code.
    pub code: Code,
    /// Path of the field (`payload.progress.percentage`, `headers`), or the part of the bytes; never empty.
    pub field: String,
    /// The rule that is broken, as what should hold.
    pub rule: Cow<'static, str>,
    /// The type of what was found (`text`, `integer`, `nothing`…), never the value itself.
    pub found: &'static str,
}

/// What most of this crate answers.
pub type Result<T, E = ProtocolError> = std::result::Result<T, E>;

impl ProtocolError {
    pub(crate) fn new(
        code: Code,
        field: impl Into<String>,
        rule: impl Into<Cow<'static, str>>,
        found: &'static str,
    ) -> Self {
        Self {
            code,
            field: field.into(),
            rule: rule.into(),
            found,
        }
    }

    pub(crate) fn invalid(
        field: impl Into<String>,
        rule: impl Into<Cow<'static, str>>,
        found: &'static str,
    ) -> Self {
        Self::new(Code::FieldInvalid, field, rule, found)
    }

    pub(crate) fn missing(field: impl Into<String>) -> Self {
        Self::new(Code::FieldMissing, field, "must be there", "nothing")
    }

    pub(crate) fn limit(field: impl Into<String>, rule: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::LimitExceeded, field, rule, "more")
    }

    /// The same error with `outer` before its path.
    pub(crate) fn inside(mut self, outer: &str) -> Self {
        self.field = match self.field.as_str() {
            "" | "value" => outer.to_owned(),
            inner if inner.starts_with('[') => format!("{outer}{inner}"),
            inner => format!("{outer}.{inner}"),
        };
        self
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            field,
            rule,
            found,
        } = self;
        write!(f, "{}: {field}: {rule}; found {found}", code.as_str())
    }
}

impl std::error::Error for ProtocolError {}
