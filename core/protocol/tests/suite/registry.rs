//! Every code of this crate stands in the registry, and every code of its domain there is one of this crate or of its
//! faces.

use polyphon_kernel::registry;
use polyphon_protocol::Code;
use std::collections::BTreeSet;

/// What only who loads modules can miss.
const OF_FACES: [&str; 1] = ["PROTOCOL_COMPRESSION_UNAVAILABLE"];

#[test]
fn codes_and_registry_agree() {
    let own = Code::ALL.iter().map(|code| code.as_str());
    let here: BTreeSet<&str> = own.chain(OF_FACES).collect();
    let there = registry::entries()
        .map(|entry| entry.code)
        .filter(|code| code.starts_with("PROTOCOL_"));
    assert_eq!(here, there.collect());
}
