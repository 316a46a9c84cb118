//! What the protocol does, from outside: bytes in, messages out, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

mod codecs;
mod common;
mod filters;
mod json_suite;
mod kinds;
mod nats;
mod negotiation;
mod packets;
mod registry;
mod subjects;
mod task_messages;
mod transfers;
mod vectors;
mod wycheproof;
