use super::tag;
use crate::value::{Prop, Value};

/// Appends a value.
pub fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(tag::NULL),
        Value::Bool(false) => out.push(tag::FALSE),
        Value::Bool(true) => out.push(tag::TRUE),
        Value::Int(number) => tagged_int(out, tag::INT, *number),
        Value::Uint(number) => {
            out.push(tag::UINT);
            uint(out, *number);
        }
        Value::F64(number) => {
            out.push(tag::F64);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Value::Str(string) => tagged_bytes(out, tag::STR, string.as_bytes()),
        Value::Bytes(bytes) => tagged_bytes(out, tag::BYTES, bytes),
        Value::Timestamp(ms) => tagged_int(out, tag::TIMESTAMP, *ms),
        Value::Counter(number) => tagged_int(out, tag::COUNTER, *number),
        Value::Text(string) => tagged_bytes(out, tag::TEXT, string.as_bytes()),
        Value::Map(entries) => {
            out.push(tag::MAP);
            uint(out, entries.len() as u64);
            for (key, value) in entries {
                text(out, key);
                write_value(out, value);
            }
        }
        Value::List(values) => {
            out.push(tag::LIST);
            list(out, values, write_value);
        }
        Value::Conflicted(value) => {
            out.push(tag::CONFLICTED);
            write_value(out, value);
        }
        Value::Unknown(code, bytes) => {
            out.push(tag::UNKNOWN);
            out.push(*code);
            sized(out, bytes);
        }
    }
}

pub(super) fn list<T>(out: &mut Vec<u8>, values: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    uint(out, values.len() as u64);
    for value in values {
        write(out, value);
    }
}

pub(super) fn prop(out: &mut Vec<u8>, prop: &Prop) {
    match prop {
        Prop::Key(key) => {
            out.push(0);
            text(out, key);
        }
        Prop::Index(index) => uint(out, index + 1),
    }
}

pub(super) fn uint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn int(out: &mut Vec<u8>, number: i64) {
    uint(out, ((number << 1) ^ (number >> 63)) as u64);
}

pub(super) fn text(out: &mut Vec<u8>, string: &str) {
    sized(out, string.as_bytes());
}

pub(super) fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    uint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn tagged_int(out: &mut Vec<u8>, tag: u8, number: i64) {
    out.push(tag);
    int(out, number);
}

fn tagged_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    sized(out, bytes);
}
