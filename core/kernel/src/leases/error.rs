use crate::id::Fence;

/// Why a report on a lease is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LeaseError {
    /// The lease ended or was granted anew; what its old holder says counts no more. Do not retry. Code `LEASE_FENCED`.
    #[error("{fence} is not a running lease: it ended, expired or was granted to another holder")]
    Fenced {
        /// The fence of the report.
        fence: Fence,
    },
    /// Its holder was asked to stop and gets no more time. End the attempt. Code `LEASE_REVOKED`.
    #[error("the holder of {fence} was asked to stop: it gets no more time")]
    Revoked {
        /// The fence of the attempt.
        fence: Fence,
    },
}
