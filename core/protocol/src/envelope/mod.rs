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
pub use payload::Payload;
pub use trace::TraceContext;
pub use version::Version;

use crate::error::Result;
use crate::schema;

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
        schema::payload(&header, payload.as_ref())?;
        Ok(Self { header, payload })
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
