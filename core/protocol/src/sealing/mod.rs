//! Seals: proof of who sent a packet and that nobody changed it, and, with the ciphers, that nobody else read its
//! payload. Keys live in a ring and are named in each packet, so that they can be rotated while messages are under way.

mod algorithm;
mod ciphers;
mod hmac;
mod key;
mod named;
mod replay;
mod ring;

pub use algorithm::{Algorithm, Parameters};
pub use hmac::HmacKey;
pub use key::Key;
pub use named::{KeyName, Named};
pub use replay::{ReplayGuard, SENDERS_MAX, WINDOW};
pub use ring::{KEYS_MAX, KeyRing};

use subtle::ConstantTimeEq as _;

/// Whether two secrets are equal, in time that depends only on their lengths.
pub fn equal(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}
