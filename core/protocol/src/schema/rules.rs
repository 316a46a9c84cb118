use super::source::Source;
use crate::error::{Code, ProtocolError, Result};
use crate::limits::INTEGER_MAX;
use crate::time;
use crate::value::Value;
use std::borrow::Cow;

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
    /// A number in these bounds, which floating point can say.
    Number(i64, i64),
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

/// Checks the next value. Errors name the path below it.
pub(super) fn value<'a, S: Source<'a>>(source: &mut S, rule: Rule) -> Result<()> {
    match rule {
        Rule::Any => return source.pass(),
        Rule::Map(fields) => return map(source, fields),
        Rule::List(item) => return list(source, *item),
        _ => {}
    }
    let kind = source.type_name();
    if matches!(kind, "map" | "list") {
        return Err(ProtocolError::invalid("value", words(rule), kind));
    }
    let value = source.scalar()?;
    if holds(&value, rule) {
        return Ok(());
    }
    Err(ProtocolError::invalid("value", words(rule), value.type_name()))
}

/// Whether a value that is neither a list nor a map keeps a rule that is about neither.
fn holds(value: &Value<'_>, rule: Rule) -> bool {
    match rule {
        Rule::Any | Rule::List(_) | Rule::Map(_) => false,
        Rule::Text(most) => value
            .as_text()
            .is_some_and(|text| (1..=most).contains(&text.len())),
        Rule::OneOf(texts) => value.as_text().is_some_and(|text| texts.contains(&text)),
        Rule::ErrorCode => value.as_text().is_some_and(is_error_code),
        Rule::Time => value.as_text().and_then(time::parse).is_some(),
        Rule::Bool => matches!(value, Value::Bool(_)),
        Rule::Count => value.as_uint().is_some_and(|count| count <= INTEGER_MAX),
        Rule::Number(least, most) => value
            .as_number()
            .is_some_and(|number| (least as f64..=most as f64).contains(&number)),
        Rule::Bytes(len) => value
            .as_bytes()
            .is_some_and(|bytes| len == 0 || bytes.len() == len),
    }
}

fn words(rule: Rule) -> Cow<'static, str> {
    match rule {
        Rule::Any => "may be anything".into(),
        Rule::List(_) => "must be a list".into(),
        Rule::Map(_) => "must be a map".into(),
        Rule::Text(most) => format!("must be text of 1 to {most} bytes").into(),
        Rule::OneOf(texts) => format!("must be one of {}", texts.join(", ")).into(),
        Rule::ErrorCode => "must be a code like DOMAIN_REASON".into(),
        Rule::Time => "must be a time of RFC 3339".into(),
        Rule::Bool => "must be true or false".into(),
        Rule::Count => "must be an integer from 0 to 2^53 - 1".into(),
        Rule::Number(least, most) => format!("must be a number from {least} to {most}").into(),
        Rule::Bytes(0) => "must be bytes".into(),
        Rule::Bytes(len) => format!("must be {len} bytes").into(),
    }
}

fn map<'a, S: Source<'a>>(source: &mut S, fields: &[Field]) -> Result<()> {
    let kind = source.type_name();
    if kind != "map" {
        return Err(ProtocolError::invalid("value", "must be a map", kind));
    }
    // One bit a field; no map of a schema has more than 32.
    let mut seen = 0_u32;
    source.pairs(|source, key| {
        let Some(at) = fields.iter().position(|field| field.name == key) else {
            return source.pass();
        };
        let name = fields[at].name;
        if seen >> at & 1 == 1 {
            return Err(ProtocolError::new(
                Code::KeyDuplicate,
                name,
                "must stand once",
                "a second one",
            ));
        }
        seen |= 1 << at;
        value(source, fields[at].rule).map_err(|error| error.inside(name))
    })?;
    let missing = fields
        .iter()
        .enumerate()
        .find(|(at, field)| field.required && seen >> at & 1 == 0);
    missing.map_or(Ok(()), |(_, field)| Err(ProtocolError::missing(field.name)))
}

fn list<'a, S: Source<'a>>(source: &mut S, rule: Rule) -> Result<()> {
    let kind = source.type_name();
    if kind != "list" {
        return Err(ProtocolError::invalid("value", "must be a list", kind));
    }
    let mut at = 0;
    source.items(|source| {
        value(source, rule).map_err(|error| error.inside(&format!("[{at}]")))?;
        at += 1;
        Ok(())
    })
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
        value(&mut json::Reader::new(text.as_bytes()).unwrap(), rule).map_err(|error| error.inside("x"))
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
            (Rule::Number(0, 1), &["0", "1", "0.95"], &["-0.1", "1.1", "\"0\""]),
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
