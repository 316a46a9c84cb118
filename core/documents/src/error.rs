use automerge::AutomergeError;

/// Why a document refuses.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Bytes are no document, change or sync message, or contradict themselves. Code `DOCUMENT_MALFORMED`.
    #[error("{0}")]
    Malformed(String),
    /// An operation does not fit what it is applied to. Code `DOCUMENT_OPERATION_INVALID`.
    #[error("{0}")]
    Operation(String),
    /// Heads name changes this replica does not have. Code `DOCUMENT_HEADS_UNKNOWN`.
    #[error("change {0} is not in this document")]
    HeadsUnknown(String),
    /// A limit would be passed. Code `DOCUMENT_FULL`.
    #[error("{what} would pass the limit of {limit}")]
    Full {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: u64,
    },
    /// automerge itself failed over bytes of somebody else. The document is lost: load it again. In wasm the whole module
    /// is, as panics end it. Code `DOCUMENT_BROKEN`.
    #[error("the document broke: {0}")]
    Broken(String),
    /// Another replica made other changes under the same actor. Code `DOCUMENT_ACTOR_REUSED`.
    #[error("{0}")]
    ActorReused(String),
}

impl DocumentError {
    /// Its code in the registry.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "DOCUMENT_MALFORMED",
            Self::Operation(_) => "DOCUMENT_OPERATION_INVALID",
            Self::HeadsUnknown(_) => "DOCUMENT_HEADS_UNKNOWN",
            Self::Full { .. } => "DOCUMENT_FULL",
            Self::Broken(_) => "DOCUMENT_BROKEN",
            Self::ActorReused(_) => "DOCUMENT_ACTOR_REUSED",
        }
    }

    /// What an operation of the caller came to.
    pub(crate) fn operation(error: impl std::fmt::Display) -> Self {
        Self::Operation(error.to_string())
    }

    /// What bytes of somebody else came to.
    pub(crate) fn incoming(error: AutomergeError) -> Self {
        match error {
            AutomergeError::DuplicateSeqNumber(..) | AutomergeError::DuplicateActorId(_) => {
                Self::ActorReused(error.to_string())
            }
            _ => Self::Malformed(error.to_string()),
        }
    }
}

/// An answer or a refusal.
pub type Result<T> = std::result::Result<T, DocumentError>;
