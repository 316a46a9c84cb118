use crate::error::{Code, ProtocolError, Result};
use crate::time;
use crate::value::Value;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Anything.
    Any,
    /// Text of 1 to this many bytes.
    Text(usize),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// An error code: upper-case words with `_` between, at least two of them.
    ErrorCode,
    /// A time of RFC 3339.
    Time,
    /// True or false.
    Bool,
    /// An integer from 0 to 2^53 - 1.
    Count,
    /// A number in these bounds.
    Number(f64, f64),
    /// Bytes of exactly this many; 0 for any number.
    Bytes(usize),
    /// A list whose items all keep a rule.
    List(&'static Self),
    /// A map with these fields and any others.
    Map(&'static [Field]),
}

/// One field of a map.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it must be.
    pub rule: Rule,
}

impl Field {
    /// A field that must be there.
    pub const fn required(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            required: true,
            rule,
        }
    }

    /// A field that may be absent; `null` is not absent.
    pub const fn optional(name: &'static str, rule: Rule) -> Self {
        Self {
            name,
            required: false,
            rule,
        }
    }
}

/// Checks one value.
fn value(value: &Value<'_>, rule: Rule, path: &str) -> Result<()> {
    let (holds, words) = match rule {
        Rule::Any => return Ok(()),
        Rule::Map(fields) => return map(value, fields, path),
        Rule::List(item) => return list(value, *item, path),
        Rule::Text(most) => {
            let fits = value
                .as_text()
                .is_some_and(|text| (1..=most).contains(&text.len()));
            (fits, format!("must be text of 1 to {most} bytes"))
        }
        Rule::OneOf(texts) => {
            let fits = value.as_text().is_some_and(|text| texts.contains(&text));
            (fits, format!("must be one of {}", texts.join(", ")))
        }
        Rule::ErrorCode => (
            value.as_text().is_some_and(is_error_code),
            "must be a code like DOMAIN_REASON".into(),
        ),
        Rule::Time => {
            let fits = value.as_text().and_then(time::parse).is_some();
            (fits, "must be a time of RFC 3339".into())
        }
        Rule::Bool => (matches!(value, Value::Bool(_)), "must be true or false".into()),
        Rule::Count => {
            let fits = value
                .as_uint()
                .is_some_and(|count| count <= crate::limits::INTEGER_MAX);
            (fits, "must be an integer from 0 to 2^53 - 1".into())
        }
        Rule::Number(least, most) => {
            let fits = value
                .as_number()
                .is_some_and(|number| (least..=most).contains(&number));
            (fits, format!("must be a number from {least} to {most}"))
        }
        Rule::Bytes(len) => {
            let fits = value
                .as_bytes()
                .is_some_and(|bytes| len == 0 || bytes.len() == len);
            (
                fits,
                if len == 0 {
                    "must be bytes".into()
                } else {
                    format!("must be {len} bytes")
                },
            )
        }
    };
    if holds {
        Ok(())
    } else {
        Err(ProtocolError::invalid(path, words, value.type_name()))
    }
}

pub(super) fn map(value_: &Value<'_>, fields: &[Field], path: &str) -> Result<()> {
    let pairs = value_
        .as_map()
        .ok_or_else(|| ProtocolError::invalid(path, "must be a map", value_.type_name()))?;
    for field in fields {
        let path = format!("{path}.{}", field.name);
        let mut found = pairs.iter().filter(|(key, _)| key == field.name);
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                return Err(ProtocolError::new(
                    Code::KeyDuplicate,
                    path,
                    "must stand once",
                    "a second one",
                ));
            }
            (Some((_, item)), None) => value(item, field.rule, &path)?,
            (None, _) if field.required => return Err(ProtocolError::missing(path)),
            (None, _) => {}
        }
    }
    Ok(())
}

fn list(value_: &Value<'_>, rule: Rule, path: &str) -> Result<()> {
    let Value::List(items) = value_ else {
        return Err(ProtocolError::invalid(path, "must be a list", value_.type_name()));
    };
    items
        .iter()
        .enumerate()
        .try_for_each(|(at, item)| value(item, rule, &format!("{path}[{at}]")))
}

fn is_error_code(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    text.len() <= 64 && text.contains('_') && text.split('_').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn check(text: &str, rule: Rule) -> Result<()> {
        value(&json::parse(text.as_bytes()).unwrap(), rule, "x")
    }

    #[test]
    fn each_rule_lets_through_what_it_says_and_nothing_else() {
        const ONE: &[Field] = &[Field::required("a", Rule::Bool)];
        let cases: &[(Rule, &[&str], &[&str])] = &[
            (Rule::Any, &["null", "[1]"], &[]),
            (
                Rule::Text(3),
                &["\"a\"", "\"abc\""],
                &["\"\"", "\"abcd\"", "1", "null"],
            ),
            (Rule::OneOf(&["a", "b"]), &["\"b\""], &["\"c\"", "1"]),
            (
                Rule::ErrorCode,
                &["\"TASK_CYCLE\"", "\"A_1\""],
                &["\"TASK\"", "\"task_cycle\"", "\"_A\"", "\"A__B\""],
            ),
            (Rule::Time, &["\"2025-07-10T10:00:00Z\""], &["\"yesterday\"", "0"]),
            (Rule::Bool, &["true"], &["0", "\"true\""]),
            (
                Rule::Count,
                &["0", "9007199254740991"],
                &["-1", "9007199254740992", "1.5", "18446744073709551615"],
            ),
            (
                Rule::Number(0.0, 1.0),
                &["0", "1", "0.95"],
                &["-0.1", "1.1", "\"0\""],
            ),
            (Rule::Bytes(0), &[], &["\"AA==\""]),
            (Rule::List(&Rule::Bool), &["[]", "[true]"], &["[1]", "true"]),
            (
                Rule::Map(ONE),
                &["{\"a\":true,\"b\":1}"],
                &["{}", "{\"a\":null}", "[]"],
            ),
        ];
        for (rule, good, bad) in cases {
            good.iter()
                .for_each(|text| assert_eq!(check(text, *rule), Ok(()), "{rule:?} {text}"));
            bad.iter()
                .for_each(|text| assert!(check(text, *rule).is_err(), "{rule:?} {text}"));
        }
    }

    #[test]
    fn an_error_names_the_path_the_rule_and_the_type() {
        const DEEP: Rule = Rule::Map(&[Field::required(
            "a",
            Rule::List(&Rule::Map(&[Field::required("b", Rule::Bool)])),
        )]);
        let error = check("{\"a\":[{\"b\":true},{\"b\":\"secret\"}]}", DEEP).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PROTOCOL_FIELD_INVALID: x.a[1].b: must be true or false; found text"
        );
        let error = check("{\"a\":[],\"a\":[]}", DEEP).unwrap_err();
        assert_eq!(error.code, Code::KeyDuplicate);
    }
}
