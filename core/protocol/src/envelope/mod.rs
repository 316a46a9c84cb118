//! The envelope every message travels in: an [`Envelope`] that exists keeps every rule.

mod check;
mod header;
pub(crate) mod id;
mod kind;
mod payload;
mod trace;
mod version;

pub use check::Extensions;
pub use header::{Extension, Header, Hop, Target, WIRE_FIELDS};
pub use id::MessageId;
pub(crate) use kind::choice;
pub use kind::{Encoding, Kind, Priority};
pub use payload::{Payload, PayloadView};
pub use trace::TraceContext;
pub use version::Version;

use crate::error::Result;
use crate::schema;

/// A valid message whose parts belong to somebody else: what is written without being copied first.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    header: &'a Header,
    payload: Option<PayloadView<'a>>,
}

impl<'a> Message<'a> {
    /// A message of these parts.
    ///
    /// # Errors
    /// As [`Envelope::new`].
    pub fn new(header: &'a Header, payload: Option<PayloadView<'a>>) -> Result<Self> {
        check::header(header)?;
        schema::payload(header, payload)?;
        Ok(Self { header, payload })
    }

    /// A message of a header and the bytes of its payload, which are checked in one pass where that is possible.
    ///
    /// # Errors
    /// As [`Envelope::new`].
    pub fn read(header: &'a Header, payload: Option<(Encoding, &'a [u8])>) -> Result<Self> {
        check::header(header)?;
        let payload = match payload {
            Some((encoding, bytes)) => Some(schema::read(header, encoding, bytes)?),
            None => schema::payload(header, None).map(|()| None)?,
        };
        Ok(Self { header, payload })
    }

    /// Everything but the payload.
    pub fn header(&self) -> &'a Header {
        self.header
    }

    /// What it carries.
    pub fn payload(&self) -> Option<PayloadView<'a>> {
        self.payload
    }
}

/// A valid message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    header: Header,
    payload: Option<Payload>,
}

impl Envelope {
    /// A message of these parts.
    ///
    /// # Errors
    /// The first rule that is broken, with the field and the type of what was found.
    pub fn new(header: Header, payload: Option<Payload>) -> Result<Self> {
        check::header(&header)?;
        schema::payload(&header, payload.as_ref().map(Payload::view))?;
        Ok(Self { header, payload })
    }

    /// A message of parts that were checked.
    pub(crate) fn checked(header: Header, payload: Option<Payload>) -> Self {
        Self { header, payload }
    }

    /// The same message, borrowed.
    pub fn message(&self) -> Message<'_> {
        Message {
            header: &self.header,
            payload: self.payload().map(Payload::view),
        }
    }

    /// Everything but the payload.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it carries.
    pub fn payload(&self) -> Option<&Payload> {
        self.payload.as_ref()
    }

    /// The parts.
    pub fn into_parts(self) -> (Header, Option<Payload>) {
        (self.header, self.payload)
    }

    /// Refuses a message with a critical extension that is not among `known`; others are carried along.
    ///
    /// # Errors
    /// `PROTOCOL_EXTENSION_UNKNOWN` with the name.
    pub fn understand(&self, known: &Extensions) -> Result<()> {
        check::extensions(&self.header, known)
    }
}

impl Header {
    /// Checks every rule that does not need the payload.
    ///
    /// # Errors
    /// As [`Envelope::new`].
    pub fn check(&self) -> Result<()> {
        check::header(self)
    }
}
