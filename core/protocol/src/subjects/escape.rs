use std::fmt::Write as _;

/// A subject as a name for brokers that allow only letters, digits, points, `-` and `_`: every other byte, and `_`
/// itself, becomes `_` and two hexadecimal digits. [`unescape`] gives it back.
pub fn escape(subject: &str) -> String {
    let mut name = String::with_capacity(subject.len());
    for byte in subject.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => name.push(char::from(byte)),
            // Writing into memory cannot fail.
            _ => drop(write!(name, "_{byte:02x}")),
        }
    }
    name
}

/// The subject of a broker's name; `None` when [`escape`] did not make it.
pub fn unescape(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    let subject = String::from_utf8(bytes).ok()?;
    (escape(&subject) == name).then_some(subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_subject_and_to_no_other() {
        assert_eq!(escape("$sys.a_b/c-d"), "_24sys.a_5fb_2fc-d");
        for subject in ["a", "$sys.x", "_", "a_5f", "tasks.A1:done"] {
            assert_eq!(unescape(&escape(subject)).as_deref(), Some(subject));
        }
        for name in ["_", "_5", "_5F", "_61", "a$", "_+5"] {
            assert_eq!(unescape(name), None, "{name}");
        }
    }
}
