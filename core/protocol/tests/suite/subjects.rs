//! The matcher says what comparing every pattern would say.

use polyphon_protocol::Code;
use polyphon_protocol::subjects::{Matcher, Pattern, Subject};
use proptest::prelude::*;
use std::collections::BTreeSet;

pub(crate) fn subject() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof!["[ab]", "[a-c]{1,2}"], 1..6).prop_map(|tokens| tokens.join("."))
}

pub(crate) fn pattern() -> impl Strategy<Value = String> {
    let token = prop_oneof![3 => "[ab]", 1 => "[a-c]{1,2}", 2 => Just("*".to_owned())];
    (prop::collection::vec(token, 0..5), any::<bool>()).prop_map(|(mut tokens, rest)| {
        if rest || tokens.is_empty() {
            tokens.push(">".into());
        }
        tokens.join(".")
    })
}

proptest! {
    #[test]
    fn matcher_and_comparison_agree_through_inserts_and_removals(
        changes in prop::collection::vec((pattern(), 0..3_u64, prop::bool::weighted(0.7)), 0..60),
        subjects in prop::collection::vec(subject(), 1..12),
        seed in any::<u64>(),
    ) {
        let (mut matcher, mut naive) = (Matcher::new(seed), BTreeSet::new());
        for (pattern, subscriber, insert) in &changes {
            let parsed = Pattern::new(pattern).unwrap();
            if *insert {
                prop_assert_eq!(matcher.insert(parsed, *subscriber), naive.insert((pattern.clone(), *subscriber)));
            } else {
                prop_assert_eq!(matcher.remove(parsed, *subscriber), naive.remove(&(pattern.clone(), *subscriber)));
            }
            prop_assert_eq!(matcher.len(), naive.len());
        }
        for text in &subjects {
            let subject = Subject::new(text).unwrap();
            let mut found = Vec::new();
            matcher.matches(subject, &mut found);
            found.sort_unstable();
            let takes = |pattern: &str| Pattern::new(pattern).unwrap().matches(subject);
            let mut expected: Vec<u64> =
                naive.iter().filter(|(pattern, _)| takes(pattern)).map(|(_, subscriber)| *subscriber).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected, "{}", text);
        }
    }

    #[test]
    fn any_text_is_a_subject_or_refused(text in any::<String>()) {
        let _ = Pattern::new(&text);
        if let Ok(subject) = Subject::new(&text) {
            prop_assert!(Pattern::new(&text).unwrap().matches(subject));
            let name = polyphon_protocol::subjects::escape(&text);
            prop_assert_eq!(polyphon_protocol::subjects::unescape(&name), Some(text));
        }
    }
}

#[test]
fn what_is_no_subject_or_pattern_is_refused_by_name() {
    let refused = |refusal: Option<polyphon_protocol::ProtocolError>| {
        refusal.is_some_and(|error| error.code == Code::SubjectInvalid)
    };
    let long = "x".repeat(257);
    let many = ["a"; 17].join(".");
    for text in [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a\u{e4}",
        "a\n",
        "a*",
        long.as_str(),
        many.as_str(),
    ] {
        assert!(refused(Subject::new(text).err()), "{text:?}");
        assert!(refused(Pattern::new(text).err()), "{text:?}");
    }
    for text in ["*", "a.>", ">"] {
        assert!(refused(Subject::new(text).err()), "{text:?}");
        assert!(Pattern::new(text).is_ok(), "{text:?}");
    }
    assert!(refused(Pattern::new("a.>.b").err()));
    assert!(Subject::new(&"x".repeat(256)).is_ok());
    assert!(Subject::new(&["a"; 16].join(".")).is_ok());
}
