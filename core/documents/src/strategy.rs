//! How a place is read that several replicas set at a time. A strategy writes nothing: every replica comes to the same
//! value from the same conflict set.

use std::cmp::Ordering;

use crate::read::Conflict;
use crate::value::Value;

/// Which of the values counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Strategy {
    /// That of the latest change, by the time its maker gave; at equal times the one automerge chooses.
    Latest,
    /// The highest: numbers by size, texts by their bytes. Numbers are above everything else.
    Highest,
    /// Everything: elements of all lists, each once, in the order of who is later; entries of all maps, where a key that
    /// stands in several is that of the latest.
    Union,
    /// The sum of all numbers, for counters that were made on several replicas at a time.
    Counter,
}

/// The value of a conflict set under a strategy; `None` for an empty set.
pub fn resolve(strategy: Strategy, conflicts: &[Conflict]) -> Option<Value> {
    let mut sorted: Vec<&Conflict> = conflicts.iter().collect();
    // Stable, and automerge's choice comes last: so it wins among equal times.
    sorted.sort_by_key(|conflict| conflict.time_s);
    let latest = sorted.last()?.value.clone();
    Some(match strategy {
        Strategy::Latest => latest,
        Strategy::Highest => sorted
            .iter()
            .map(|conflict| &conflict.value)
            .max_by(|one, other| order(one, other))
            .cloned()
            .unwrap_or(latest),
        Strategy::Union => union(&sorted).unwrap_or(latest),
        Strategy::Counter => sum(&sorted).unwrap_or(latest),
    })
}

fn union(sorted: &[&Conflict]) -> Option<Value> {
    let values = || sorted.iter().map(|conflict| &conflict.value);
    if values().all(|value| matches!(value, Value::List(_))) {
        let mut all: Vec<Value> = Vec::new();
        for value in values() {
            let Value::List(elements) = value else { return None };
            for element in elements {
                if !all.contains(element) {
                    all.push(element.clone());
                }
            }
        }
        return Some(Value::List(all));
    }
    let mut all = std::collections::BTreeMap::new();
    for value in values() {
        let Value::Map(entries) = value else { return None };
        all.extend(entries.iter().cloned());
    }
    Some(Value::Map(all.into_iter().collect()))
}

fn sum(sorted: &[&Conflict]) -> Option<Value> {
    let mut total = 0i64;
    for conflict in sorted {
        match conflict.value {
            Value::Counter(number) | Value::Int(number) => total = total.saturating_add(number),
            Value::Uint(number) => {
                total = total.saturating_add(i64::try_from(number).unwrap_or(i64::MAX));
            }
            _ => return None,
        }
    }
    let counters = sorted
        .iter()
        .any(|conflict| matches!(conflict.value, Value::Counter(_)));
    Some(if counters {
        Value::Counter(total)
    } else {
        Value::Int(total)
    })
}

fn order(one: &Value, other: &Value) -> Ordering {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => text(one).cmp(&text(other)),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) | Value::Counter(number) | Value::Timestamp(number) => Some(*number as f64),
        Value::Uint(number) => Some(*number as f64),
        Value::F64(number) => Some(*number),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Str(text) | Value::Text(text) => Some(text),
        _ => None,
    }
}
