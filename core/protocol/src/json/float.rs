//! Numbers with a point, exactly. In WebAssembly the host reads and prints them: the tables and the arithmetic that the
//! standard library brings along for that are a sixth of the module.

/// The number that a text says, in digits with a point and an exponent where it likes; `None` when it says none, or one that
/// 64 bits cannot hold.
pub(crate) fn read(text: &str) -> Option<f64> {
    if !is_number(text.as_bytes()) {
        return None;
    }
    Some(host::parse(text)).filter(|value| value.is_finite())
}

/// The fewest digits that are read as the same finite number, always with a point or an exponent.
pub(crate) fn print(value: f64) -> String {
    let (digits, exponent) = parts(&host::digits(value.abs()));
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let count = digits.len() as i32;
    let zeros = |count: i32| "0".repeat(count.max(0) as usize);
    if !(-4..16).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return [sign, first, point, rest, "e", &exponent.to_string()].concat();
    }
    if exponent < 0 {
        return [sign, "0.", &zeros(-exponent - 1), &digits].concat();
    }
    if count <= exponent + 1 {
        return [sign, &digits, &zeros(exponent + 1 - count), ".0"].concat();
    }
    let (whole, rest) = digits.split_at(exponent as usize + 1);
    [sign, whole, ".", rest].concat()
}

/// The digits of a number as any language prints it, without zeros around them, and the exponent of the first.
fn parts(text: &str) -> (String, i32) {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, rest].concat();
    let significant = all.trim_start_matches('0');
    let leading = all.len() - significant.len();
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return ("0".to_owned(), 0);
    }
    let power: i32 = power.trim_start_matches('+').parse().unwrap_or(0);
    (digits.to_owned(), power + whole.len() as i32 - 1 - leading as i32)
}

/// Whether a text is a number: digits, with a sign, a point and an exponent where it likes.
fn is_number(bytes: &[u8]) -> bool {
    fn signed(bytes: &[u8]) -> &[u8] {
        bytes
            .strip_prefix(b"-")
            .or_else(|| bytes.strip_prefix(b"+"))
            .unwrap_or(bytes)
    }
    fn digits(bytes: &[u8]) -> (usize, &[u8]) {
        let count = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count, bytes.get(count..).unwrap_or_default())
    }
    let (whole, mut rest) = digits(signed(bytes));
    let mut count = whole;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (fraction, behind) = digits(fraction);
        count += fraction;
        rest = behind;
    }
    if let [b'e' | b'E', power @ ..] = rest {
        let (power, behind) = digits(signed(power));
        return count > 0 && power > 0 && behind.is_empty();
    }
    count > 0 && rest.is_empty()
}

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod host {
    pub(super) fn parse(number: &str) -> f64 {
        number.parse().unwrap_or(f64::NAN)
    }

    pub(super) fn digits(value: f64) -> String {
        format!("{value:e}")
    }
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod host {
    use js_sys::Number;

    pub(super) fn parse(number: &str) -> f64 {
        js_sys::parse_float(number)
    }

    pub(super) fn digits(value: f64) -> String {
        Number::from(value)
            .to_string_with_radix(10)
            .map(String::from)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_of_any_language_have_their_place() {
        for (text, digits, exponent) in [
            ("0", "0", 0),
            ("100", "1", 2),
            ("123.25", "12325", 2),
            ("0.00012", "12", -4),
            ("1.5e-7", "15", -7),
            ("1e+21", "1", 21),
            ("123456789012345680000", "12345678901234568", 20),
            ("5e-324", "5", -324),
        ] {
            assert_eq!(parts(text), (digits.to_owned(), exponent), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", "-", ".", "1e", "e1", "1e+", "0x10", "1 ", " 1", "1_0", "inf", "NaN", "1.2.3", "1e400",
            "-1e400",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        for text in ["1", "-1", "+1", "1.", ".5", "1.5e3", "1E-3", "-0"] {
            assert_eq!(read(text), text.parse().ok(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_printed_as_the_standard_library_does(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(print(value), format!("{value:?}"));
            prop_assert_eq!(read(&print(value)), Some(value));
        }

        #[test]
        fn short_numbers_too(digits in -1_000_000_i64..1_000_000, power in -24_i32..24) {
            let value: f64 = format!("{digits}e{power}").parse().unwrap();
            prop_assert_eq!(print(value), format!("{value:?}"));
        }

        #[test]
        fn texts_are_numbers_where_the_standard_library_says_so(text in "[-+.eE0-9]{0,12}") {
            let known = text.parse::<f64>().ok().filter(|value| value.is_finite());
            prop_assert_eq!(read(&text), known);
        }
    }
}
