//! What agents say to each other: envelopes, their codecs, subjects, filters, compression, sealing and transfers.
//!
//! Bytes in, values out, and back: no clock, no randomness, no I/O. Times, random bytes and keys are arguments. Input
//! from outside never panics; what is refused is refused with one [`ProtocolError`] that names the field, the rule and
//! the type of what was found. The protocol itself is described in `docs/protocol.md`.
//!
//! ```
//! use polyphon_protocol::codec::Codec;
//! use polyphon_protocol::packet::{Opening, Packet, Sealing, write};
//! use polyphon_protocol::sealing::{Algorithm, Key, KeyRing};
//! use polyphon_protocol::{Encoding, Envelope, Header, Kind, MessageId, Payload, Target};
//!
//! # fn main() -> polyphon_protocol::Result<()> {
//! # let (now_ms, random, secret, epoch, nonce) = (1, [1; 10], [7; 32], 5, [2; 24]);
//! let target = Target::Topic("plans.new".into());
//! let header = Header::new(MessageId::new(now_ms, random), Kind::Event, "planner", target, now_ms);
//! let payload = Payload::new(Encoding::Json, br#"{"name":"plan_ready"}"#)?;
//! let message = Envelope::new(header, Some(payload))?;
//! let bytes = Codec::Msgpack.encode(&message)?;
//! assert_eq!(Codec::Msgpack.decode(&bytes)?, message);
//!
//! let mut ring = KeyRing::default();
//! ring.rotate(Key::new("2025-07", Algorithm::XChaCha20Poly1305, &secret)?)?;
//! let sealing = Sealing { ring: &mut ring, epoch, counter: 1, nonce };
//! let packet = write(&message, Codec::Msgpack, None, Some(sealing))?;
//! let opening = Opening { ring: Some(&ring), sealed_only: true, ..Opening::default() };
//! assert_eq!(Packet::parse(&packet)?.open(opening)?, message);
//! # Ok(())
//! # }
//! ```
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
    Encoding, Envelope, Extension, Header, Kind, Message, MessageId, Payload, PayloadView, Priority, Target,
    TraceContext, Version,
};
pub use error::{Code, ProtocolError, Result};
pub use value::Value;
