//! Data above 10 MB: the sender splits it into chunks, each the payload of a `data` message; the receiver puts them
//! together in any order and checks the whole.

mod assembler;
mod chunk;

pub use assembler::{Assembler, Limits};
pub use chunk::{CHUNK_BYTES_MAX, COUNT_MAX, Chunk, Chunks, FIELDS, SCHEMA};
