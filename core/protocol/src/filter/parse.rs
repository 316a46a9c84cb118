use super::{CONDITIONS_MAX, Filter, Test};
use crate::envelope::{Kind, Priority};
use crate::error::{Code, ProtocolError, Result};
use crate::json;
use crate::limits::NAME_BYTES;
use crate::value::Value;
use std::borrow::Cow;

pub(super) fn filter(bytes: &[u8]) -> Result<Filter> {
    let value = json::parse(bytes).map_err(|error| error.inside("filter"))?;
    let mut filter = Filter::default();
    for (key, value) in pairs(&value, "filter")? {
        match &**key {
            "kinds" => filter.kinds = kinds(value)?,
            "priority" => {
                let priority = value.as_text().and_then(Priority::from_text);
                let rule = "must be low, medium, high or critical";
                filter.priority = Some(priority.ok_or_else(|| invalid("priority", rule, value.type_name()))?);
            }
            "headers" => filter.headers = conditions(value, "headers")?,
            "content" => {
                filter.content = conditions(value, "content")?;
                if let Some((pointer, _)) = filter.content.iter().find(|(pointer, _)| !is_pointer(pointer)) {
                    return Err(invalid(
                        format!("content.{pointer}"),
                        "must be a JSON pointer",
                        "text",
                    ));
                }
            }
            key => {
                return Err(invalid(
                    key,
                    "must be kinds, priority, headers or content",
                    "another name",
                ));
            }
        }
    }
    if filter.headers.len() + filter.content.len() > CONDITIONS_MAX {
        return Err(invalid("filter", "must have at most 32 conditions", "more"));
    }
    Ok(filter)
}

fn kinds(value: &Value<'_>) -> Result<Vec<Kind>> {
    let Value::List(items) = value else {
        return Err(invalid("kinds", "must be a list", value.type_name()));
    };
    let kind = |item: &Value<'_>| item.as_text().and_then(Kind::from_text);
    items
        .iter()
        .map(|item| kind(item).ok_or_else(|| invalid("kinds", "must be known kinds", item.type_name())))
        .collect()
}

fn conditions(value: &Value<'_>, field: &'static str) -> Result<Vec<(String, Test)>> {
    let pairs = pairs(value, field)?;
    pairs
        .iter()
        .map(|(name, value)| Ok((name.to_string(), test(value, &format!("{field}.{name}"), 0)?)))
        .collect()
}

fn test(value: &Value<'_>, path: &str, depth: usize) -> Result<Test> {
    let Value::Map(parts) = value else {
        return Ok(Test::Equals(plain(value, path)?));
    };
    if depth > 1 || parts.is_empty() || parts.len() > CONDITIONS_MAX {
        return Err(invalid(path, "must have 1 to 32 tests, `not` once inside", "map"));
    }
    let one = |(name, value): &(Cow<'_, str>, Value<'_>)| {
        let number = || {
            value
                .as_number()
                .ok_or_else(|| invalid(path, "must be compared with a number", value.type_name()))
        };
        Ok(match &**name {
            "exists" => match value {
                Value::Bool(wanted) => Test::Exists(*wanted),
                _ => return Err(invalid(path, "`exists` must be true or false", value.type_name())),
            },
            "equals" => Test::Equals(plain(value, path)?),
            "in" => match value {
                Value::List(items) if items.len() <= NAME_BYTES => Test::In(
                    items
                        .iter()
                        .map(|item| plain(item, path))
                        .collect::<Result<_>>()?,
                ),
                _ => {
                    return Err(invalid(
                        path,
                        "`in` must be a list of at most 256 values",
                        value.type_name(),
                    ));
                }
            },
            "prefix" => match value.as_text() {
                Some(text) => Test::Prefix(text.to_owned()),
                None => return Err(invalid(path, "`prefix` must be text", value.type_name())),
            },
            "min" => Test::Min(number()?),
            "max" => Test::Max(number()?),
            "not" => Test::Not(Box::new(test(value, path, depth + 1)?)),
            _ => {
                let rule = "must have the tests exists, equals, in, prefix, min, max, not";
                return Err(invalid(path, rule, "another name"));
            }
        })
    };
    let mut tests = parts.iter().map(one).collect::<Result<Vec<Test>>>()?;
    Ok(if tests.len() == 1 {
        tests.remove(0)
    } else {
        Test::All(tests)
    })
}

/// A text, number, boolean or null.
fn plain(value: &Value<'_>, path: &str) -> Result<Value<'static>> {
    Ok(match value {
        Value::Text(text) => Value::Text(Cow::Owned(text.to_string())),
        Value::Null => Value::Null,
        Value::Bool(value) => Value::Bool(*value),
        Value::Int(value) => Value::Int(*value),
        Value::Uint(value) => Value::Uint(*value),
        Value::Float(value) => Value::Float(*value),
        _ => {
            return Err(invalid(
                path,
                "must be compared with text, a number, a boolean or null",
                value.type_name(),
            ));
        }
    })
}

fn pairs<'v, 'a>(value: &'v Value<'a>, field: &'static str) -> Result<&'v [(Cow<'a, str>, Value<'a>)]> {
    value
        .as_map()
        .ok_or_else(|| invalid(field, "must be a map", value.type_name()))
}

fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

fn invalid(field: impl Into<String>, rule: &'static str, found: &'static str) -> ProtocolError {
    ProtocolError::new(Code::FilterInvalid, field, rule, found)
}
