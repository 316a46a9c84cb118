//! Success criteria: bounds of a task against what was measured.
//!
//! Metrics are in millionths of their unit: ratios of 1, times in seconds, sizes in MB (of 1,048,576 bytes). What an
//! attempt does not report but the kernel knows itself is taken from there: `execution_time`, `memory`, `disk`,
//! `cpu_time`, and `pass_rate` when `passed` and `total_tests` are reported.

use super::{AttemptError, Criterion, Report, Verdict};

/// Every criterion against what was measured; what was not measured is not met.
pub(crate) fn judge(criteria: &[Criterion], report: &Report, duration_ms: u64) -> Vec<Verdict> {
    let verdict = |criterion: &Criterion| {
        let measured_micro = measured(criterion, report, duration_ms);
        Verdict {
            name: criterion.name.clone(),
            measured_micro,
            met: measured_micro.is_some_and(|measured| criterion.is_met(measured)),
        }
    };
    criteria.iter().map(verdict).collect()
}

/// The error of an attempt, or group, that missed some of its criteria; `None` when it met all. Where the pass rate is
/// among them it is the error of the tests, which says what to do about it.
pub(crate) fn unmet(
    criteria: &[Criterion],
    verdicts: &[Verdict],
    tests: Option<AttemptError>,
) -> Option<AttemptError> {
    let unmet = || verdicts.iter().zip(criteria).filter(|(verdict, _)| !verdict.met);
    let texts: Vec<String> = unmet()
        .map(|(verdict, criterion)| describe(verdict, criterion))
        .collect();
    let text = texts.join("; ");
    let tests = tests.filter(|_| unmet().any(|(_, criterion)| criterion.metric() == "pass_rate"));
    let (error_type, message, details) = match tests {
        Some(error) => (
            error.error_type,
            format!("{text}: {}", error.message),
            error.details,
        ),
        None => ("criteria_unmet".to_owned(), text, None),
    };
    (!texts.is_empty()).then(|| AttemptError {
        error_type,
        message: crate::text::clip(&message),
        details,
    })
}

fn measured(criterion: &Criterion, report: &Report, duration_ms: u64) -> Option<i64> {
    report
        .metric(&criterion.name)
        .or_else(|| report.metric(criterion.metric()))
        .or_else(|| known(criterion.metric(), report, duration_ms))
}

/// What the kernel knows of an attempt without being told.
fn known(metric: &str, report: &Report, duration_ms: u64) -> Option<i64> {
    let usage = &report.usage;
    match metric {
        "execution_time" => Some(seconds(duration_ms)),
        "cpu_time" => usage.cpu_ms.map(seconds),
        "memory" => usage.memory_peak_bytes.map(megabytes),
        "disk" => usage.disk_bytes.map(megabytes),
        "pass_rate" => ratio(report.metric("passed")?, report.metric("total_tests")?),
        _ => None,
    }
}

fn seconds(ms: u64) -> i64 {
    i64::try_from(ms.saturating_mul(1_000)).unwrap_or(i64::MAX)
}

fn megabytes(bytes: u64) -> i64 {
    i64::try_from(u128::from(bytes) * 1_000_000 / (1 << 20)).unwrap_or(i64::MAX)
}

fn ratio(part: i64, whole: i64) -> Option<i64> {
    let micro = (i128::from(part) * 1_000_000).checked_div(i128::from(whole))?;
    i64::try_from(micro).ok()
}

fn describe(verdict: &Verdict, criterion: &Criterion) -> String {
    let bound = if criterion.is_upper() {
        "at most"
    } else {
        "at least"
    };
    let wanted = format!("{bound} {}", decimal(criterion.bound_micro));
    match verdict.measured_micro {
        Some(measured) => format!("{} is {}, wanted is {wanted}", verdict.name, decimal(measured)),
        None => format!("{} was not measured, wanted is {wanted}", verdict.name),
    }
}

/// A value in millionths as a decimal number without trailing zeros.
fn decimal(micro: i64) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let (whole, part) = (micro.unsigned_abs() / 1_000_000, micro.unsigned_abs() % 1_000_000);
    let text = format!("{sign}{whole}.{part:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criterion(name: &str, bound_micro: i64) -> Criterion {
        Criterion {
            name: name.to_owned(),
            bound_micro,
        }
    }

    fn report(metrics: &[(&str, i64)]) -> Report {
        let mut report = Report::empty();
        report.metrics = metrics
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        report
    }

    fn one(name: &str, bound_micro: i64, report: &Report) -> (Option<i64>, bool) {
        let verdict = judge(&[criterion(name, bound_micro)], report, 330_500).remove(0);
        (verdict.measured_micro, verdict.met)
    }

    #[test]
    fn both_vocabularies_are_judged_on_the_same_metrics() {
        let report = report(&[
            ("coverage", 962_000),
            ("memory_efficiency", 790_000),
            ("pass_rate", 956_000),
            ("speedup", 2_000_000),
        ]);
        assert!(one("min_pass_rate", 950_000, &report).1);
        assert!(one("pass_rate", 950_000, &report).1);
        assert!(one("required_coverage", 962_000, &report).1);
        assert!(!one("coverage", 962_001, &report).1);
        assert!(one("speedup_min", 2_000_000, &report).1);
        assert!(!one("memory_efficiency", 800_000, &report).1);
    }

    #[test]
    fn the_kernel_knows_time_and_usage_itself() {
        let mut report = report(&[]);
        assert_eq!(
            one("max_execution_time", 330_500_000, &report),
            (Some(330_500_000), true)
        );
        assert_eq!(
            one("execution_time_max", 330_499_999, &report),
            (Some(330_500_000), false)
        );
        assert_eq!(one("memory_max", 1, &report), (None, false));
        report.usage.memory_peak_bytes = Some(3 << 19);
        assert_eq!(one("memory_max", 1_500_000, &report), (Some(1_500_000), true));
        report.usage.cpu_ms = Some(2_500);
        assert_eq!(one("max_cpu_time", 2_500_000, &report), (Some(2_500_000), true));
    }

    #[test]
    fn a_reported_value_counts_more_than_a_known_one() {
        let report = report(&[("execution_time", 1_000_000)]);
        assert_eq!(one("execution_time_max", 2_000_000, &report).0, Some(1_000_000));
    }

    #[test]
    fn a_pass_rate_follows_from_counts() {
        let counts = report(&[("passed", 43_000_000), ("total_tests", 45_000_000)]);
        assert_eq!(one("min_pass_rate", 950_000, &counts), (Some(955_555), true));
        let none = report(&[("passed", 0), ("total_tests", 0)]);
        assert_eq!(one("min_pass_rate", 950_000, &none), (None, false));
    }

    #[test]
    fn what_is_missed_is_told_with_both_values() {
        let criteria = [
            criterion("pass_rate", 950_000),
            criterion("memory_max", 2_048_000_000),
        ];
        let verdicts = judge(&criteria, &report(&[("pass_rate", 901_200)]), 1);
        let error = unmet(&criteria, &verdicts, None).unwrap();
        assert_eq!(
            error.message,
            "pass_rate is 0.9012, wanted is at least 0.95; memory_max was not measured, wanted is at most 2048"
        );
        assert_eq!(unmet(&criteria, &[], None), None);
    }

    #[test]
    fn decimals_have_a_sign_and_no_trailing_zeros() {
        assert_eq!(
            [decimal(-1_500_000), decimal(0), decimal(1), decimal(-1)],
            ["-1.5", "0", "0.000001", "-0.000001"]
        );
    }
}
