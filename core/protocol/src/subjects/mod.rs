//! Subjects, as NATS has them: tokens with points between; in patterns `*` stands for one token, `>` for all that
//! follow, one at least.

mod escape;
mod hash;
mod matcher;
mod subject;

pub use escape::{escape, unescape};
pub use matcher::Matcher;
pub use subject::{BYTES_MAX, Pattern, Subject, TOKENS_MAX};
