//! What a message may not pass. Every number here is part of the protocol and stands in `docs/protocol.md`.

/// Bytes of one message, encoded, and of its payload after decompression.
pub const MESSAGE_BYTES: usize = 10 * 1024 * 1024;
/// Levels of lists and maps inside each other.
pub const DEPTH: usize = 64;
/// Keys of one map.
pub const KEYS: usize = 10_000;
/// Bytes of a name: an agent, a header's key, a schema, an extension, a key of the ring.
pub const NAME_BYTES: usize = 256;
/// Bytes of a header's value or of what an extension says.
pub const TEXT_BYTES: usize = 64 * 1024;
/// Largest integer that every language reads exactly: 2^53 - 1.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
