use crate::json::float;
use crate::value::Value;

/// A test of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is there, or is not.
    Exists(bool),
    /// It is this text, number, boolean or null. `1` and `1.0` are equal.
    Equals(Value<'static>),
    /// It is one of these.
    In(Vec<Value<'static>>),
    /// It is text that begins so.
    Prefix(String),
    /// It is a number, this one or a greater one.
    Min(f64),
    /// It is a number, this one or a smaller one.
    Max(f64),
    /// The test fails.
    Not(Box<Self>),
    /// Every test holds.
    All(Vec<Self>),
}

impl Test {
    /// Whether it holds for a value; `None` where there is none. Header values are text, so numbers are read from it.
    pub fn holds(&self, value: Option<&Value<'_>>) -> bool {
        match self {
            Self::Exists(wanted) => value.is_some() == *wanted,
            Self::Not(test) => !test.holds(value),
            Self::All(tests) => tests.iter().all(|test| test.holds(value)),
            Self::Equals(wanted) => value.is_some_and(|value| equal(value, wanted)),
            Self::In(wanted) => value.is_some_and(|value| wanted.iter().any(|each| equal(value, each))),
            Self::Prefix(prefix) => value
                .and_then(Value::as_text)
                .is_some_and(|text| text.starts_with(prefix.as_str())),
            Self::Min(least) => number(value).is_some_and(|number| number >= *least),
            Self::Max(most) => number(value).is_some_and(|number| number <= *most),
        }
    }
}

fn equal(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Float(_), _) | (_, Value::Float(_)) => {
            one.as_number().is_some() && one.as_number() == other.as_number()
        }
        _ => one == other,
    }
}

fn number(value: Option<&Value<'_>>) -> Option<f64> {
    match value? {
        Value::Text(text) => float::read(text),
        value => value.as_number(),
    }
}
