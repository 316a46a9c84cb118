/// What a document may grow to. Beyond a limit a change is refused with `DOCUMENT_FULL` and nothing of it remains.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of everything that was loaded and received, as it came; default 64 MiB.
    pub document_bytes: u64,
    /// Operations in all changes together; default 5,000,000.
    pub operations: u64,
    /// Bytes of one sync message or of one load; default 64 MiB.
    pub message_bytes: u64,
}

impl Limits {
    /// Levels of maps and lists within one value.
    pub const DEPTH: usize = 64;
    /// Levels of a document that are read: replicas elsewhere may have made more.
    pub const LEVELS: usize = 256;
    /// Objects a document has handles for at a time.
    pub const HANDLES: usize = 1_000_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 64 * 1024 * 1024,
            operations: 5_000_000,
            message_bytes: 64 * 1024 * 1024,
        }
    }
}
