//! Commands to the kernel and frames to the journal.

use polyphon_wire::Bytes;

use super::{AgentError, AgentManager, Journal, JournalError};
use crate::bounds;
use crate::command::{Command, Outcome, Request};
use crate::kernel::batch;
use crate::payload::Payload;

/// Who asks, and the name of the call for repeats.
#[derive(Default)]
pub(super) struct Call {
    pub(super) actor: String,
    pub(super) idempotency_key: Option<String>,
}

impl<J: Journal> AgentManager<J> {
    /// A report the kernel may have stopped listening to, which is no error of ours.
    pub(super) fn report(&mut self, command: impl Into<Command>) -> Result<(), AgentError> {
        match self.ask(Call::default(), command) {
            Ok(_) | Err(AgentError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// One command in one step; answers the entity it made.
    pub(super) fn ask(&mut self, call: Call, command: impl Into<Command>) -> Result<u64, AgentError> {
        if let Some(error) = &self.broken {
            return Err(error.clone().into());
        }
        self.requests += 1;
        let request = Request {
            id: self.requests,
            quiet: false,
            actor: call.actor,
            tenant: String::new(),
            idempotency_key: call.idempotency_key,
            cause: None,
            traceparent: None,
            command: command.into(),
        };
        let request = batch(&[request]);
        let output = loop {
            let now = (self.clock)();
            let mut output = self.kernel.step(now, &request);
            self.commit_with(&output.frame.0, output.left_over == 0)?;
            self.effects.extend(std::mem::take(&mut output.effects));
            // What was due may have filled the step before the command had its turn.
            if output.left_over == 0 {
                break output;
            }
        };
        match output.answers.into_iter().next().map(|answer| answer.outcome) {
            Some(Outcome::Refused { refusal }) => Err(AgentError::Refused(refusal)),
            Some(Outcome::Accepted { entity }) => Ok(entity),
            None => Ok(0),
        }
    }

    /// Nothing leaves before it is in the journal.
    pub(super) fn commit(&mut self, frame: &[u8]) -> Result<(), JournalError> {
        self.commit_with(frame, true)
    }

    /// The rows a command refers to go with the frame it is in.
    fn commit_with(&mut self, frame: &[u8], is_taken: bool) -> Result<(), JournalError> {
        let rows = match is_taken {
            true => std::mem::take(&mut self.rows),
            false => Vec::new(),
        };
        if frame.is_empty() {
            return Ok(());
        }
        let appended = self.journal.append(frame, rows);
        self.broken = appended.clone().err();
        appended
    }

    /// Bytes as the kernel carries them; long ones stay outside, under their hash.
    pub(super) fn payload(&mut self, bytes: &[u8]) -> Payload {
        if bytes.len() <= bounds::INLINE_PAYLOAD {
            let bytes = Bytes(bytes.to_vec());
            return Payload::Inline { bytes };
        }
        let hash = self.kernel.payload_hash("", bytes);
        let key: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.rows.push((key.clone(), bytes.to_vec()));
        let bytes = bytes.len() as u64;
        Payload::Ref { hash, bytes, key }
    }

    pub(super) fn read(&self, payload: Option<&Payload>) -> Result<Vec<u8>, JournalError> {
        match payload {
            None => Ok(Vec::new()),
            Some(Payload::Inline { bytes }) => Ok(bytes.0.clone()),
            Some(Payload::Ref { key, .. }) => self
                .journal
                .row(key)?
                .ok_or_else(|| JournalError(format!("row {key} is missing"))),
        }
    }
}
