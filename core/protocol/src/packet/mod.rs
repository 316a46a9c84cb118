//! A packet: an envelope on its way between two processes. Its header can be read without its payload, which may be
//! compressed and encrypted; a seal covers both. `docs/protocol.md` has the layout byte by byte.

mod layout;
mod open;
mod write;

pub use layout::Packet;
pub use open::{Carried, Opening};
pub use write::{Seal, Sealing, write, write_unsealed};
