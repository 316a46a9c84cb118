//! Times by the five fields of cron: minute, hour, day of the month, month, day of the week; UTC.

/// The times an expression stands for: a bit for each value of a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Cron {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Both kinds of days are named: one that fits either of them will do.
    either_day: bool,
}

const MINUTES_A_DAY: u64 = 1_440;
/// Days in which every date comes that ever comes: 29 February may be eight years away.
const DAYS: u64 = 366 * 9;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Cron {
    /// The expression, or the rule it breaks.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > 256 {
            return Err("the expression must have at most 256 bytes");
        }
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields[..] else {
            return Err("the expression must have five fields");
        };
        let either_day = !days.starts_with('*') && !weekdays.starts_with('*');
        let weekdays =
            field(weekdays, 0, 7, &WEEKDAYS, 0).ok_or("the day of the week must be 0 to 7 or a name")?;
        Ok(Self {
            minutes: field(minutes, 0, 59, &[], 0).ok_or("the minute must be 0 to 59")?,
            hours: field(hours, 0, 23, &[], 0).ok_or("the hour must be 0 to 23")?,
            days: field(days, 1, 31, &[], 0).ok_or("the day of the month must be 1 to 31")?,
            months: field(months, 1, 12, &MONTHS, 1).ok_or("the month must be 1 to 12 or a name")?,
            // 7 is Sunday too.
            weekdays: weekdays | weekdays >> 7,
            either_day,
        })
    }

    /// The first minute after `minute`, both counted from the epoch.
    pub(super) fn next(&self, minute: u64) -> Option<u64> {
        let after = minute + 1;
        let today = after / MINUTES_A_DAY;
        (today..today + DAYS).find_map(|day| {
            let from = if day == today { after % MINUTES_A_DAY } else { 0 };
            let time = self.time_from(from).filter(|_| self.has_day(day))?;
            Some(day * MINUTES_A_DAY + time)
        })
    }

    fn time_from(&self, from: u64) -> Option<u64> {
        let fits = |time: &u64| has(self.hours, time / 60) && has(self.minutes, time % 60);
        (from..MINUTES_A_DAY).find(fits)
    }

    fn has_day(&self, day: u64) -> bool {
        let (month, date) = date_of(day);
        // The epoch was a Thursday.
        let (by_date, by_weekday) = (has(self.days, date), has(self.weekdays, (day + 4) % 7));
        let fits = match self.either_day {
            true => by_date || by_weekday,
            false => by_date && by_weekday,
        };
        fits && has(self.months, month)
    }
}

fn has(bits: u64, value: u64) -> bool {
    bits >> value & 1 == 1
}

/// A list of `*`, values and ranges, each with a step if need be.
fn field(text: &str, least: u64, most: u64, names: &[&str], first: u64) -> Option<u64> {
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step)?)),
            None => (part, None),
        };
        let (from, to) = if range == "*" {
            (least, most)
        } else if let Some((from, to)) = range.split_once('-') {
            (value(from, names, first)?, value(to, names, first)?)
        } else {
            let from = value(range, names, first)?;
            (from, if step.is_some() { most } else { from })
        };
        if from < least || to > most || from > to || step == Some(0) {
            return None;
        }
        for value in (from..=to).step_by(step.unwrap_or(1) as usize) {
            bits |= 1 << value;
        }
    }
    Some(bits)
}

fn value(text: &str, names: &[&str], first: u64) -> Option<u64> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    named.map(|at| at as u64 + first).or_else(|| number(text))
}

fn number(text: &str) -> Option<u64> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Month and day of the month of a day since the epoch, in the Gregorian calendar.
fn date_of(day: u64) -> (u64, u64) {
    // Years begin in March here, so that leap days come last; 400 years are an era.
    let day = (day + 719_468) % 146_097;
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    (if month < 10 { month + 3 } else { month - 9 }, date)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends at what it did not expect")]
mod tests {
    use super::*;

    /// 2026-11-21 18:30, a Saturday.
    const NOW: u64 = 29_921_430;

    fn next(text: &str) -> u64 {
        Cron::parse(text).unwrap().next(NOW).unwrap() - NOW
    }

    #[test]
    fn the_next_time_is_the_first_that_fits_all_fields() {
        assert_eq!(NOW % MINUTES_A_DAY, 18 * 60 + 30);
        assert_eq!(date_of(NOW / MINUTES_A_DAY), (11, 21));
        assert_eq!(next("* * * * *"), 1);
        assert_eq!(next("*/15 * * * *"), 15);
        assert_eq!(next("30 18 * * *"), MINUTES_A_DAY);
        assert_eq!(next("0 0 * * mon"), 2 * MINUTES_A_DAY - 18 * 60 - 30);
        assert_eq!(next("0 0 1 jan *"), 41 * MINUTES_A_DAY - 18 * 60 - 30);
        assert_eq!(next("35-40/5,50 18-20 * 11 SAT"), 5);
    }

    #[test]
    fn a_day_fits_the_month_or_the_week_when_both_are_named() {
        // The 22nd is tomorrow; the next Wednesday, the 25th.
        let midnight = MINUTES_A_DAY - 18 * 60 - 30;
        assert_eq!(next("0 0 22 * 3"), midnight);
        assert_eq!(next("0 0 30 * 3"), midnight + 3 * MINUTES_A_DAY);
        assert_eq!(next("0 0 30 * *"), midnight + 8 * MINUTES_A_DAY);
        assert_eq!(next("0 0 * * 7"), midnight);
    }

    #[test]
    fn a_leap_day_may_be_years_away_and_some_days_never_come() {
        let leap = Cron::parse("0 0 29 2 *").unwrap();
        let in_2028 = leap.next(NOW).unwrap();
        assert_eq!(date_of(in_2028 / MINUTES_A_DAY), (2, 29));
        assert_eq!((leap.next(in_2028).unwrap() - in_2028) / MINUTES_A_DAY, 1_461);
        // 2100 is no leap year.
        let in_2096 = (2096 - 2028) / 4 * 1_461 * MINUTES_A_DAY + in_2028;
        assert_eq!((leap.next(in_2096).unwrap() - in_2096) / MINUTES_A_DAY, 2_921);
        assert_eq!(Cron::parse("0 0 31 2 *").unwrap().next(NOW), None);
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            ", * * * *",
            "1- * * * *",
            "+1 * * * *",
            "- * * * *",
        ] {
            assert!(Cron::parse(text).is_err(), "{text:?} was taken");
        }
    }
}
