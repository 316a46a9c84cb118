//! Subjects, patterns and filters: the trie finds what a pattern says of itself, and a name for brokers is reversible.
#![no_main]

use libfuzzer_sys::fuzz_target;
use polyphon_protocol::filter::Filter;
use polyphon_protocol::subjects::{Matcher, Pattern, Subject, escape, unescape};

fuzz_target!(|input: (&str, &str)| {
    let (one, other) = input;
    let _ = Filter::parse(one.as_bytes());
    if let Ok(subject) = Subject::new(one) {
        assert!(
            Pattern::new(one).is_ok_and(|pattern| pattern.matches(subject)),
            "a subject is its own pattern"
        );
        assert_eq!(unescape(&escape(one)).as_deref(), Some(one));
        if let Ok(pattern) = Pattern::new(other) {
            let mut matcher = Matcher::new(7);
            matcher.insert(pattern, 1);
            let mut found = Vec::new();
            matcher.matches(subject, &mut found);
            assert_eq!(!found.is_empty(), pattern.matches(subject));
            assert!(matcher.remove(pattern, 1) && matcher.is_empty());
        }
    }
    let _ = unescape(one);
});
