use automerge::hydrate;
use automerge::{ObjType, ScalarValue, ScalarValueRef, TextEncoding};

/// Text is counted as JavaScript counts it.
pub(crate) const ENCODING: TextEncoding = TextEncoding::Utf16CodeUnit;

/// What stands in a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, but there.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that may be above 2^63.
    Uint(u64),
    /// Any number.
    F64(f64),
    /// A string that is replaced whole.
    Str(String),
    /// Bytes that are replaced whole.
    Bytes(Vec<u8>),
    /// Milliseconds since the epoch.
    Timestamp(i64),
    /// A number to which replicas add.
    Counter(i64),
    /// Characters that many edit at a time.
    Text(String),
    /// Keys in the order of their bytes.
    Map(Vec<(String, Self)>),
    /// Elements in order.
    List(Vec<Self>),
    /// One that several replicas set at a time; what is within is the one all replicas choose.
    Conflicted(Box<Self>),
    /// A scalar of a later version.
    Unknown(u8, Vec<u8>),
}

/// Kinds of objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Keys to values.
    Map,
    /// Values in order.
    List,
    /// Characters in order.
    Text,
}

impl Kind {
    pub(crate) fn of(kind: ObjType) -> Self {
        match kind {
            ObjType::Map | ObjType::Table => Self::Map,
            ObjType::List => Self::List,
            ObjType::Text => Self::Text,
        }
    }
}

/// Where in an object: a key of a map, or a place in a list or text.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Prop {
    /// A key of a map.
    Key(String),
    /// A place, from 0.
    Index(u64),
}

impl From<&str> for Prop {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<u64> for Prop {
    fn from(index: u64) -> Self {
        Self::Index(index)
    }
}

impl From<Prop> for automerge::Prop {
    fn from(prop: Prop) -> Self {
        match prop {
            Prop::Key(key) => Self::Map(key),
            Prop::Index(index) => Self::Seq(index as usize),
        }
    }
}

impl From<automerge::Prop> for Prop {
    fn from(prop: automerge::Prop) -> Self {
        match prop {
            automerge::Prop::Map(key) => Self::Key(key),
            automerge::Prop::Seq(index) => Self::Index(index as u64),
        }
    }
}

impl Value {
    /// A string.
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    /// A map.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        let mut entries: Vec<(String, Self)> = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        Self::Map(entries)
    }

    /// Without marks of conflicts.
    pub fn settled(self) -> Self {
        match self {
            Self::Conflicted(inner) => inner.settled(),
            Self::Map(entries) => Self::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, value.settled()))
                    .collect(),
            ),
            Self::List(values) => Self::List(values.into_iter().map(Self::settled).collect()),
            other => other,
        }
    }

    /// How many operations it takes to write it.
    pub(crate) fn weight(&self) -> u64 {
        1 + match self {
            Self::Text(text) => text.chars().count() as u64,
            Self::Map(entries) => entries.iter().map(|(_, value)| value.weight()).sum(),
            Self::List(values) => values.iter().map(Self::weight).sum(),
            _ => 0,
        }
    }

    pub(crate) fn of_scalar(scalar: &ScalarValue) -> Self {
        match scalar {
            ScalarValue::Bytes(bytes) => Self::Bytes(bytes.clone()),
            ScalarValue::Str(text) => Self::Str(text.to_string()),
            ScalarValue::Int(number) => Self::Int(*number),
            ScalarValue::Uint(number) => Self::Uint(*number),
            ScalarValue::F64(number) => Self::F64(*number),
            ScalarValue::Counter(counter) => Self::Counter(i64::from(counter)),
            ScalarValue::Timestamp(ms) => Self::Timestamp(*ms),
            ScalarValue::Boolean(yes) => Self::Bool(*yes),
            ScalarValue::Unknown { type_code, bytes } => Self::Unknown(*type_code, bytes.clone()),
            ScalarValue::Null => Self::Null,
        }
    }

    pub(crate) fn of_scalar_ref(scalar: ScalarValueRef<'_>) -> Self {
        match scalar {
            ScalarValueRef::Bytes(bytes) => Self::Bytes(bytes.into_owned()),
            ScalarValueRef::Str(text) => Self::Str(text.into_owned()),
            ScalarValueRef::Int(number) => Self::Int(number),
            ScalarValueRef::Uint(number) => Self::Uint(number),
            ScalarValueRef::F64(number) => Self::F64(number),
            ScalarValueRef::Counter(number) => Self::Counter(number),
            ScalarValueRef::Timestamp(ms) => Self::Timestamp(ms),
            ScalarValueRef::Boolean(yes) => Self::Bool(yes),
            ScalarValueRef::Unknown { type_code, bytes } => Self::Unknown(type_code, bytes.into_owned()),
            ScalarValueRef::Null => Self::Null,
        }
    }

    /// As a scalar; itself when it is an object.
    pub(crate) fn scalar(self) -> Result<ScalarValue, Self> {
        Ok(match self {
            Self::Null => ScalarValue::Null,
            Self::Bool(yes) => ScalarValue::Boolean(yes),
            Self::Int(number) => ScalarValue::Int(number),
            Self::Uint(number) => ScalarValue::Uint(number),
            Self::F64(number) => ScalarValue::F64(number),
            Self::Str(text) => ScalarValue::Str(text.into()),
            Self::Bytes(bytes) => ScalarValue::Bytes(bytes),
            Self::Timestamp(ms) => ScalarValue::Timestamp(ms),
            Self::Counter(number) => ScalarValue::counter(number),
            Self::Unknown(type_code, bytes) => ScalarValue::Unknown { type_code, bytes },
            Self::Conflicted(inner) => return inner.scalar(),
            object => return Err(object),
        })
    }

    pub(crate) fn hydrate(self) -> hydrate::Value {
        match self.scalar() {
            Ok(scalar) => hydrate::Value::Scalar(scalar),
            Err(Self::Text(text)) => hydrate::Value::text(ENCODING, &text),
            Err(Self::List(values)) => {
                let values: Vec<_> = values.into_iter().map(Self::hydrate).collect();
                hydrate::Value::from(values)
            }
            Err(Self::Map(entries)) => {
                let entries: std::collections::HashMap<String, hydrate::Value> = entries
                    .into_iter()
                    .map(|(key, value)| (key, value.hydrate()))
                    .collect();
                hydrate::Value::Map(hydrate::Map::from(entries))
            }
            // `scalar` answers objects only.
            Err(_) => hydrate::Value::Scalar(ScalarValue::Null),
        }
    }
}
