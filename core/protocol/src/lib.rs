//! What agents say to each other: envelopes, their codecs, subjects, filters, compression, sealing and transfers.
//!
//! Bytes in, values out, and back: no clock, no randomness, no I/O. Times, random bytes and keys are arguments. Input
//! from outside never panics; what is refused is refused with one [`ProtocolError`] that names the field, the rule and
//! the type of what was found. The protocol itself is described in `docs/protocol.md`.
#![forbid(unsafe_code)]

pub mod codec;
pub mod compression;
pub mod envelope;
mod error;
pub mod filter;
pub mod json;
pub mod limits;
pub mod msgpack;
pub mod negotiation;
pub mod packet;
pub mod schema;
pub mod sealing;
pub mod subjects;
pub mod tasks;
mod time;
pub mod transfer;
mod value;

pub use envelope::{
    Encoding, Envelope, Extension, Header, Kind, MessageId, Payload, Priority, Target, TraceContext, Version,
};
pub use error::{Code, ProtocolError, Result};
pub use value::Value;
