use crate::id::EffectId;

/// Why a command about effects is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// It was finished already, or never existed. Do not report it again. Code `EFFECT_UNKNOWN`.
    #[error("there is no open {effect}")]
    Unknown {
        /// The id that was given.
        effect: EffectId,
    },
}
