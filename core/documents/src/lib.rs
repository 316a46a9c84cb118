//! Documents that merge: automerge's replicas behind an API of values, paths and bytes.
//!
//! A [`Document`] changes in transactions: operations are applied with [`Document::apply`], seen by every read at once,
//! and become one change with [`Document::commit`] or nothing with [`Document::rollback`]. Replicas that hold the same
//! changes are equal, in whatever order those came: [`Document::merge`], [`Document::load_incremental`] and
//! [`SyncPeer`] bring them. What is stored and sent is automerge's own format.
//!
//! No clock and no randomness: the caller names the actor and the time of a change. Bytes of others are refused, never
//! believed; [`Limits`] bound what a document may grow to.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bulk;
mod change;
mod chunks;
pub mod codec;
mod document;
mod error;
mod guard;
mod handles;
mod history;
mod limits;
mod patch;
mod read;
mod strategy;
mod sync;
mod value;

pub use change::Operation;
pub use document::{Document, Statistics};
pub use error::{DocumentError, Result};
pub use handles::Handle;
pub use history::{ChangeInfo, Hash};
pub use limits::Limits;
pub use patch::{Action, Patch};
pub use read::{Conflict, Found};
pub use strategy::{Strategy, resolve};
pub use sync::SyncPeer;
pub use value::{Kind, Prop, Value};
