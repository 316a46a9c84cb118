use crate::envelope::{
    Encoding, Envelope, Extension, Header, Kind, MessageId, Payload, PayloadView, Priority, Target,
    TraceContext, Version,
};
use crate::error::{Code, ProtocolError, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use polyphon_sorted::SortedMap;
use std::borrow::Cow;

/// A message whose header was read and whose payload was not touched.
#[derive(Clone, Debug)]
pub struct Lazy<'a> {
    header: Header,
    encoding: Encoding,
    payload: Option<Cow<'a, [u8]>>,
    base64: bool,
}

impl<'a> Lazy<'a> {
    /// Everything but the payload; every rule that does not need the payload was checked.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The bytes that stand for the payload, unchecked.
    pub fn raw_payload(&self) -> Option<&[u8]> {
        self.payload.as_deref()
    }

    /// How the payload is to be read.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The payload's own bytes, unchecked; `None` where there is none, or base64 that is damaged.
    pub(crate) fn payload_bytes(&self) -> Option<Cow<'_, [u8]>> {
        match &self.payload {
            Some(text) if self.base64 => unbase64(text).ok().map(Cow::Owned),
            Some(bytes) => Some(Cow::Borrowed(bytes)),
            None => None,
        }
    }

    /// Checks the payload too, without copying it; gives its bytes as they are after base64.
    ///
    /// # Errors
    /// As [`Codec::decode`](super::Codec::decode).
    pub fn checked(&self) -> Result<Option<Cow<'_, [u8]>>> {
        let bytes = match &self.payload {
            Some(text) if self.base64 => Some(Cow::Owned(unbase64(text)?)),
            Some(bytes) => Some(Cow::Borrowed(&**bytes)),
            None => None,
        };
        checked(&self.header, self.encoding, bytes)
    }

    /// The header alone.
    pub fn into_header(self) -> Header {
        self.header
    }

    /// Checks the payload too.
    ///
    /// # Errors
    /// As [`Codec::decode`](super::Codec::decode).
    pub fn envelope(self) -> Result<Envelope> {
        let payload = match self.payload {
            Some(text) if self.base64 => Some(Payload::new(self.encoding, &unbase64(&text)?)?),
            Some(bytes) => Some(Payload::new(self.encoding, &bytes)?),
            None => None,
        };
        Envelope::new(self.header, payload)
    }
}

/// The bytes of a payload, without the white space around JSON, when they are what header and encoding demand.
pub(crate) fn checked<'b>(
    header: &Header,
    encoding: Encoding,
    bytes: Option<Cow<'b, [u8]>>,
) -> Result<Option<Cow<'b, [u8]>>> {
    fn check<'c>(header: &Header, encoding: Encoding, bytes: &'c [u8]) -> Result<&'c [u8]> {
        crate::schema::read(header, encoding, bytes).map(PayloadView::as_bytes)
    }
    Ok(match bytes {
        None => crate::schema::payload(header, None).map(|()| None)?,
        Some(Cow::Borrowed(bytes)) => Some(Cow::Borrowed(check(header, encoding, bytes)?)),
        Some(Cow::Owned(bytes)) => Some(Cow::Owned(check(header, encoding, &bytes)?.to_vec())),
    })
}

fn unbase64(text: &[u8]) -> Result<Vec<u8>> {
    STANDARD
        .decode(text)
        .map_err(|_| ProtocolError::invalid("payload", "must be base64 with padding", "text"))
}

/// What a codec found, field by field.
#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) id: Option<MessageId>,
    pub(super) version: Option<Version>,
    pub(super) kind: Option<Kind>,
    pub(super) source: Option<String>,
    pub(super) target: Option<Target>,
    pub(super) timestamp_ms: Option<u64>,
    pub(super) priority: Option<Priority>,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<MessageId>,
    pub(super) reply_to: Option<String>,
    pub(super) ttl_ms: Option<u64>,
    pub(super) trace_context: Option<TraceContext>,
    pub(super) headers: Option<SortedMap<String, String>>,
    pub(super) schema: Option<String>,
    pub(super) extensions: Option<SortedMap<String, Extension>>,
    pub(super) encoding: Option<Encoding>,
    pub(super) payload: Option<Cow<'a, [u8]>>,
    pub(super) base64: bool,
    pub(super) unknown: SortedMap<String, Payload>,
}

impl<'a> Parts<'a> {
    pub(super) fn finish(self) -> Result<Lazy<'a>> {
        let header = Header {
            id: self.id.ok_or_else(|| ProtocolError::missing("id"))?,
            version: self.version.ok_or_else(|| ProtocolError::missing("version"))?,
            kind: self.kind.ok_or_else(|| ProtocolError::missing("kind"))?,
            source: self.source.ok_or_else(|| ProtocolError::missing("source"))?,
            target: self.target.ok_or_else(|| ProtocolError::missing("target"))?,
            timestamp_ms: self
                .timestamp_ms
                .ok_or_else(|| ProtocolError::missing("timestamp"))?,
            priority: self.priority.unwrap_or(Priority::Medium),
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            reply_to: self.reply_to,
            ttl_ms: self.ttl_ms,
            trace_context: self.trace_context,
            headers: self.headers.unwrap_or_default(),
            schema: self.schema,
            extensions: self.extensions.unwrap_or_default(),
            unknown: self.unknown,
        };
        header.check()?;
        if self.encoding.is_some() && self.payload.is_none() {
            return Err(ProtocolError::missing("payload"));
        }
        Ok(Lazy {
            header,
            encoding: self.encoding.unwrap_or(Encoding::Json),
            payload: self.payload,
            base64: self.base64,
        })
    }
}

/// Puts a value where there is none yet.
pub(super) fn once<T>(slot: &mut Option<T>, field: &str, value: T) -> Result<()> {
    if slot.is_some() {
        return Err(duplicate(field));
    }
    *slot = Some(value);
    Ok(())
}

pub(super) fn insert<T>(map: &mut SortedMap<String, T>, field: &str, key: String, value: T) -> Result<()> {
    match map.insert(key, value) {
        Some(_) => Err(duplicate(field)),
        None => Ok(()),
    }
}

pub(super) fn duplicate(field: &str) -> ProtocolError {
    ProtocolError::new(
        Code::KeyDuplicate,
        field,
        "must have each key once",
        "a second one",
    )
}

/// A choice by its text or number.
pub(super) fn chosen<T: Named>(value: Option<T>, field: &str, found: &'static str) -> Result<T> {
    value.ok_or_else(|| {
        let names: Vec<&str> = T::names().collect();
        ProtocolError::invalid(field, format!("must be one of {}", names.join(", ")), found)
    })
}

/// A choice that can name its values.
pub(super) trait Named: Copy + 'static {
    fn names() -> impl Iterator<Item = &'static str>;
}

macro_rules! named {
    ($($choice:ident),*) => {$(
        impl Named for $choice {
            fn names() -> impl Iterator<Item = &'static str> {
                Self::ALL.iter().map(|value| value.as_str())
            }
        }
    )*};
}

named!(Kind, Priority, Encoding);
