//! A task made of parts ends with its last part; what the parts brought back becomes its report.

use polyphon_sorted::SortedMap;

use super::criteria::{judge, unmet};
use super::{AttemptError, Criterion, Report, Task, TaskEvent, TaskStatus};
use crate::bounds;
use crate::id::TaskId;
use crate::resources::Usage;
use crate::state::State;

/// The end of a group whose parts have all ended.
pub(crate) fn ended(state: &State<'_>, id: TaskId, group: &Task) -> TaskEvent {
    let tasks = &state.durable.tasks;
    let parts: Vec<&Task> = group
        .ties
        .children
        .iter()
        .filter_map(|id| tasks.get(*id))
        .collect();
    let report = aggregate(&group.spec.criteria, &parts);
    let duration_ms = state
        .now_ms
        .saturating_sub(group.course.started_ms.unwrap_or(state.now_ms));
    let verdicts = judge(&group.spec.criteria, &report, duration_ms);
    let error = broken_part(&parts).or_else(|| unmet(&group.spec.criteria, &verdicts, None));
    TaskEvent::GroupEnded {
        task: id,
        session: group.session,
        completed: error.is_none(),
        report,
        verdicts,
        error,
    }
}

fn broken_part(parts: &[&Task]) -> Option<AttemptError> {
    let mut broken = parts.iter().filter(|part| part.status != TaskStatus::Completed);
    let first = broken.next()?;
    let message = match broken.count() {
        0 => format!("{} did not complete", first.spec.key),
        more => format!("{} and {more} more did not complete", first.spec.key),
    };
    Some(AttemptError {
        error_type: "part_failed".to_owned(),
        message,
        details: None,
    })
}

/// What the parts measured, together.
///
/// Counts (`passed`, `failed`, `skipped`, `total_tests`) are added, and `pass_rate` follows from their sums when every
/// part counted. Anything else is as bad as the worst part: the greatest where the group has an upper bound on it, or
/// for `memory`; the least otherwise. `execution_time` is not taken from the parts: it is the time of the group itself.
fn aggregate(criteria: &[Criterion], parts: &[&Task]) -> Report {
    let reports: Vec<&Report> = parts
        .iter()
        .filter_map(|part| part.course.report.as_deref())
        .collect();
    let mut metrics: SortedMap<&str, i64> = SortedMap::new();
    let values = reports.iter().flat_map(|report| &report.metrics);
    for (name, value) in values.filter(|(name, _)| name != "execution_time") {
        let fold = fold_of(criteria, name);
        let known = metrics.get(name.as_str()).copied();
        metrics.insert(name, known.map_or(*value, |known| fold(known, *value)));
    }
    if reports
        .iter()
        .all(|report| report.metric("passed").is_some() && report.metric("total_tests").is_some())
    {
        metrics.remove("pass_rate");
    }
    let metrics = metrics.iter().take(bounds::METRICS);
    Report {
        metrics: metrics
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect(),
        usage: usage(&reports),
        ..Report::empty()
    }
}

fn fold_of(criteria: &[Criterion], name: &str) -> fn(i64, i64) -> i64 {
    if matches!(name, "passed" | "failed" | "skipped" | "total_tests") {
        return i64::saturating_add;
    }
    let own = criteria
        .iter()
        .find(|criterion| criterion.metric() == name || criterion.name == name);
    let is_upper = own.map_or(name == "memory", Criterion::is_upper);
    if is_upper { i64::max } else { i64::min }
}

/// Memory of the greediest part; processor time and disk of all.
fn usage(reports: &[&Report]) -> Usage {
    let known = |of: fn(&Usage) -> Option<u64>| reports.iter().filter_map(move |report| of(&report.usage));
    Usage {
        memory_peak_bytes: known(|usage| usage.memory_peak_bytes).max(),
        cpu_ms: known(|usage| usage.cpu_ms).reduce(u64::saturating_add),
        disk_bytes: known(|usage| usage.disk_bytes).reduce(u64::saturating_add),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SessionId;
    use crate::tasks::spec::tests::spec;

    fn part(metrics: &[(&str, i64)], memory: Option<u64>) -> Task {
        let mut part = Task::new(SessionId(1), 0, spec("part").into());
        part.status = TaskStatus::Completed;
        let mut report = Report::empty();
        report.metrics = metrics
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        report.usage = Usage {
            memory_peak_bytes: memory,
            cpu_ms: memory,
            disk_bytes: None,
        };
        part.course.report = Some(Box::new(report));
        part
    }

    fn criteria(names: &[&str]) -> Vec<Criterion> {
        let criterion = |name: &&str| Criterion {
            name: (*name).to_owned(),
            bound_micro: 0,
        };
        names.iter().map(criterion).collect()
    }

    #[test]
    fn counts_are_added_and_the_pass_rate_follows() {
        let parts = [
            part(
                &[("pass_rate", 900_000), ("passed", 9), ("total_tests", 10)],
                None,
            ),
            part(
                &[("pass_rate", 1_000_000), ("passed", 90), ("total_tests", 90)],
                None,
            ),
        ];
        let report = aggregate(&[], &parts.iter().collect::<Vec<_>>());
        assert_eq!(
            (report.metric("passed"), report.metric("total_tests")),
            (Some(99), Some(100))
        );
        let verdict = judge(&criteria(&["pass_rate"]), &report, 0).remove(0);
        assert_eq!(verdict.measured_micro, Some(990_000));
    }

    #[test]
    fn without_counts_the_worst_part_stands_for_all() {
        let parts = [
            part(
                &[("coverage", 900), ("pass_rate", 950_000), ("startup", 5)],
                Some(10),
            ),
            part(
                &[("coverage", 800), ("pass_rate", 990_000), ("startup", 7)],
                Some(30),
            ),
            part(&[], None),
        ];
        let report = aggregate(&criteria(&["max_startup"]), &parts.iter().collect::<Vec<_>>());
        assert_eq!(report.metric("coverage"), Some(800));
        assert_eq!(report.metric("pass_rate"), Some(950_000));
        assert_eq!(
            report.metric("startup"),
            Some(7),
            "an upper bound is missed by the greatest"
        );
        assert_eq!(
            (report.usage.memory_peak_bytes, report.usage.cpu_ms),
            (Some(30), Some(40))
        );
    }

    #[test]
    fn metrics_stay_sorted_and_within_their_bound() {
        let names: Vec<String> = (0..100).map(|number| format!("metric_{number:03}")).collect();
        let parts: Vec<Task> = names.iter().map(|name| part(&[(name, 1)], None)).collect();
        let report = aggregate(&[], &parts.iter().collect::<Vec<_>>());
        assert_eq!(report.metrics.len(), bounds::METRICS);
        assert!(report.metrics.is_sorted());
    }
}
