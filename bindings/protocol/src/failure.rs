use crate::{Codec, Compression};
use polyphon_protocol::tasks::Wrapping;
use polyphon_protocol::{Code, ProtocolError, Result, Target};
use std::borrow::Cow;

/// An error on its way to JavaScript.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) ProtocolError);

impl Failure {
    /// Code, field, rule and found, a line each. A name of the application may have line breaks; they are no part of
    /// what a person has to read.
    pub(crate) fn lines(&self) -> String {
        let ProtocolError {
            code,
            field,
            rule,
            found,
        } = &self.0;
        [code.as_str(), field, rule, found]
            .map(|line| line.replace('\n', " "))
            .join("\n")
    }
}

/// An error as the text JavaScript makes an error object from.
pub(crate) fn told(error: ProtocolError) -> String {
    Failure(error).lines()
}

pub(crate) fn codec(number: u8) -> Result<Codec> {
    Codec::from_number(number.into())
        .ok_or_else(|| refused(Code::FieldInvalid, "codec", "must be json, msgpack or protobuf"))
}

/// 0 is none.
pub(crate) fn compression(number: u8) -> Result<Option<Compression>> {
    let known = Compression::from_number(number.into());
    if number == 0 || known.is_some() {
        return Ok(known);
    }
    Err(refused(
        Code::FieldInvalid,
        "compression",
        "must be lz4 or deflate",
    ))
}

pub(crate) fn random(bytes: &mut [u8]) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    getrandom::fill(bytes)
        .map_err(|_| refused(Code::SealUnsupported, "nonce", "needs a source of randomness"))
}

pub(crate) fn wrapping(id: &str, agent: Option<String>, topic: Option<String>) -> Result<Wrapping> {
    let orchestrator = match (agent, topic) {
        (Some(agent), _) => Target::Agent(agent),
        (None, Some(topic)) => Target::Topic(topic),
        (None, None) => Target::Broadcast,
    };
    Ok(Wrapping {
        id: id.parse()?,
        orchestrator,
    })
}

pub(crate) fn refused(code: Code, field: &str, rule: &'static str) -> ProtocolError {
    ProtocolError {
        code,
        field: field.to_owned(),
        rule: Cow::Borrowed(rule),
        found: "another value",
    }
}
