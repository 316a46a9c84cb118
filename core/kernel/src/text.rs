//! Texts that come from outside.

use crate::bounds;

/// Whether `text` can be a key, a type or a capability: 1 to 256 bytes without control characters.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=bounds::NAME_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// A message, cut at the bound on a whole character.
pub(crate) fn clip(text: &str) -> String {
    let mut end = text.len().min(bounds::ERROR_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_on_a_whole_character() {
        let text = "ä".repeat(bounds::ERROR_TEXT);
        assert_eq!(clip(&text).len(), bounds::ERROR_TEXT);
        assert_eq!(clip(&format!("x{text}")).len(), bounds::ERROR_TEXT - 1);
    }
}
