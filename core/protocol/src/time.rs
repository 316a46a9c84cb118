//! RFC 3339 times, for the messages that carry them as text.

/// Milliseconds since 1970 of `2025-07-10T10:00:00[.fraction](Z|±hh:mm)`; `None` for anything else or before 1970.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| {
        let part = bytes.get(from..to)?;
        part.iter().try_fold(0_i64, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
        })
    };
    let is = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|byte| set.contains(byte));
    let marks = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    let real = (1..=12).contains(&month) && (1..=month_days(year, month)).contains(&day);
    if !marks || !real || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut millis = 0;
    if is(at, b".") {
        let end = at
            + 1
            + bytes[at + 1..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
        let fraction = text
            .get(at + 1..end.min(at + 4))
            .filter(|digits| !digits.is_empty())?;
        millis = format!("{fraction:0<3}").parse::<i64>().ok()?;
        at = end;
    }
    let offset = match bytes.get(at)? {
        b'Z' | b'z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && is(at + 3, b":") => {
            let (hours, minutes) = (digits(at + 1, at + 3)?, digits(at + 4, at + 6)?);
            let minutes = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let minutes = days(year, month, day) * 1440 + hour * 60 + minute - offset;
    u64::try_from((minutes * 60 + second) * 1000 + millis).ok()
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar; a year begins in March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_millisecond() {
        assert_eq!(parse("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("2025-07-10T10:00:00Z"), Some(1_752_141_600_000));
        assert_eq!(parse("2025-07-10T12:00:00.5+02:00"), Some(1_752_141_600_500));
        assert_eq!(parse("2024-02-29T23:59:59.123456Z"), Some(1_709_251_199_123));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "2025-02-29T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-07-10",
            "2025-07-10T10:00:00",
            "2025-07-10T24:00:00Z",
            "2025-07-10T10:00:00.Z",
            "2025-07-10T10:00:00+2:00",
            "1969-12-31T23:59:59Z",
            "2025-07-10T10:00:00Zx",
            "2025-07-1éT10:00:00Z",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
