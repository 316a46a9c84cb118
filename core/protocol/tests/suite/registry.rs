//! Every code of this crate stands in the registry, and every code of its domain there is one of this crate.

use polyphon_kernel::registry;
use polyphon_protocol::Code;
use std::collections::BTreeSet;

#[test]
fn codes_and_registry_agree() {
    let here: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let there = registry::entries()
        .map(|entry| entry.code)
        .filter(|code| code.starts_with("PROTOCOL_"));
    assert_eq!(here, there.collect());
}
