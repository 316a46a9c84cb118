use crate::error::{Code, ProtocolError, Result};

/// Most tokens of a subject.
pub const TOKENS_MAX: usize = 16;
/// Most bytes of a subject.
pub const BYTES_MAX: usize = 256;

/// Where a message is published: no wildcards.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Subject<'a>(&'a str);

/// What a subscription asks for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Pattern<'a>(&'a str);

impl<'a> Subject<'a> {
    /// The subject this text is.
    ///
    /// # Errors
    /// `PROTOCOL_SUBJECT_INVALID` with the rule that is broken.
    pub fn new(text: &'a str) -> Result<Self> {
        check(text, false).map(|()| Self(text))
    }

    /// The text.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Its tokens.
    pub fn tokens(self) -> impl Iterator<Item = &'a str> {
        self.0.split('.')
    }

    /// Whether only the runtime may publish here: `$sys.` and `$reply.`.
    pub fn is_reserved(self) -> bool {
        matches!(self.0.split('.').next(), Some("$sys" | "$reply"))
    }
}

impl<'a> Pattern<'a> {
    /// The pattern this text is.
    ///
    /// # Errors
    /// `PROTOCOL_SUBJECT_INVALID` with the rule that is broken.
    pub fn new(text: &'a str) -> Result<Self> {
        check(text, true).map(|()| Self(text))
    }

    /// The text.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Its tokens, wildcards among them.
    pub fn tokens(self) -> impl Iterator<Item = &'a str> {
        self.0.split('.')
    }

    /// Whether it takes a subject. For many patterns use a [`Matcher`](super::Matcher).
    pub fn matches(self, subject: Subject<'_>) -> bool {
        let mut tokens = subject.tokens();
        for wanted in self.tokens() {
            match (wanted, tokens.next()) {
                (">", Some(_)) => return true,
                ("*", Some(_)) => {}
                (wanted, Some(token)) if wanted == token => {}
                _ => return false,
            }
        }
        tokens.next().is_none()
    }
}

/// One pass over the bytes.
fn check(text: &str, wildcards: bool) -> Result<()> {
    let refuse = |rule| Err(ProtocolError::new(Code::SubjectInvalid, "value", rule, "text"));
    if text.is_empty() || text.len() > BYTES_MAX {
        return refuse("must have 1 to 256 bytes");
    }
    let (mut tokens, mut len, mut wild) = (1, 0, None);
    for byte in text.bytes() {
        match byte {
            b'.' if len == 0 => return refuse("must have no empty token"),
            b'.' if wild == Some(b'>') => return refuse("must have `>` only as its last token"),
            b'.' => {
                tokens += 1;
                (len, wild) = (0, None);
                continue;
            }
            b'*' | b'>' if wildcards && len == 0 => wild = Some(byte),
            b'*' | b'>' => return refuse("must have `*` and `>` only as whole tokens of patterns"),
            _ if wild.is_some() => return refuse("must have `*` and `>` only as whole tokens of patterns"),
            0x21..=0x7e => {}
            _ => return refuse("must be printable ASCII without spaces"),
        }
        len += 1;
    }
    match (len, tokens) {
        (0, _) => refuse("must have no empty token"),
        (_, 1..=TOKENS_MAX) => Ok(()),
        _ => refuse("must have at most 16 tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_subject_is_refused() {
        let long = "a".repeat(257);
        let deep = ["a"; 17].join(".");
        for text in [
            "", ".", "a.", ".a", "a..b", "a b", "a\tb", "é", "a.*", "a.>", "a*", "a.b>", &long, &deep,
        ] {
            assert!(Subject::new(text).is_err(), "{text}");
        }
        for text in ["a", "a.b", "$sys.x", "a-b_c:d/e", &long[1..], &deep[2..]] {
            assert!(Subject::new(text).is_ok(), "{text}");
        }
        for text in [">.a", "a.>.b", "a.*b", "*>", "a..*"] {
            assert!(Pattern::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reserved_subjects_are_known_by_their_first_token() {
        assert!(Subject::new("$sys.nodes").is_ok_and(Subject::is_reserved));
        assert!(!Subject::new("$system.nodes").is_ok_and(Subject::is_reserved));
    }

    #[test]
    fn a_star_is_one_token_and_an_arrow_one_or_more() {
        let cases = [
            ("a.b", "a.b", true),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("a.>", "a", false),
            ("a.>", "a.b.c", true),
            (">", "a", true),
            ("*", "a.b", false),
            ("*.b.>", "x.b.y", true),
            ("A", "a", false),
        ];
        for (pattern, subject, expected) in cases {
            let matches = Pattern::new(pattern)
                .unwrap()
                .matches(Subject::new(subject).unwrap());
            assert_eq!(matches, expected, "{pattern} {subject}");
        }
    }
}
