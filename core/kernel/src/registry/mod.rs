//! Every error a user can meet: the one source of the TypeScript union, the pages in `docs/errors`, the HTTP status and
//! the exit code. A code is never renamed.

mod agents;
mod bus;
mod cache;
mod cli;
mod config;
mod documents;
mod escalations;
mod hosts;
mod kernel;
mod policies;
mod protocol;
mod queues;
mod runtime;
mod sessions;
mod stores;
mod tasks;
mod transports;

/// One error.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `DOMAIN_REASON`.
    pub code: &'static str,
    /// What happened, in a few words.
    pub title: &'static str,
    /// How it comes about.
    pub cause: &'static str,
    /// What to do about it.
    pub cure: &'static str,
    /// Whether the same call can succeed later.
    pub retryable: bool,
    /// Status of an HTTP answer.
    pub http: u16,
    /// Exit code of the command line: 1 work failed, 2 usage or configuration, 3 store or runtime, 130 interrupted.
    pub exit: u8,
}

const DOMAINS: &[&[Entry]] = &[
    agents::ENTRIES,
    bus::ENTRIES,
    cache::ENTRIES,
    cli::ENTRIES,
    config::ENTRIES,
    documents::ENTRIES,
    escalations::ENTRIES,
    hosts::ENTRIES,
    kernel::ENTRIES,
    policies::ENTRIES,
    protocol::ENTRIES,
    queues::ENTRIES,
    runtime::ENTRIES,
    sessions::ENTRIES,
    stores::ENTRIES,
    tasks::ENTRIES,
    transports::ENTRIES,
];

/// Every entry, domain by domain.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    DOMAINS.iter().flat_map(|domain| domain.iter())
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Entry> {
    entries().find(|entry| entry.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut seen = BTreeSet::new();
        for entry in entries() {
            assert!(seen.insert(entry.code), "{} stands twice", entry.code);
            assert!(entry.code.contains('_'), "{} has no domain", entry.code);
            assert!(
                entry
                    .code
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_'),
                "{}",
                entry.code
            );
            assert!((400..600).contains(&entry.http), "{}", entry.code);
            assert!(matches!(entry.exit, 1 | 2 | 3 | 130), "{}", entry.code);
        }
    }
}
