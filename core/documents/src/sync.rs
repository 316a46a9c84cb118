use automerge::sync::{Message, State, SyncDoc};

use crate::chunks::chunks;
use crate::document::Document;
use crate::error::{DocumentError, Result};

/// What a document knows of one peer. What has to outlive a connection is [`Self::save`].
#[derive(Debug, Default)]
pub struct SyncPeer(State);

impl SyncPeer {
    /// Somebody new.
    pub fn new() -> Self {
        Self::default()
    }

    /// Somebody who was there before.
    ///
    /// # Errors
    /// `DOCUMENT_MALFORMED`.
    pub fn load(bytes: &[u8]) -> Result<Self> {
        State::decode(bytes)
            .map(Self)
            .map_err(|error| DocumentError::Malformed(error.to_string()))
    }

    /// What both had in common.
    pub fn save(&self) -> Vec<u8> {
        self.0.encode()
    }
}

impl Document {
    /// The next message for a peer; `None` when it is up to date or has to answer first.
    pub fn generate(&mut self, peer: &mut SyncPeer) -> Option<Vec<u8>> {
        self.doc
            .sync()
            .generate_sync_message(&mut peer.0)
            .map(Message::encode)
    }

    /// Takes a message of a peer. Commits an open transaction first.
    ///
    /// # Errors
    /// `DOCUMENT_MALFORMED`, `DOCUMENT_ACTOR_REUSED` and `DOCUMENT_FULL`; nothing of the message is in the document then.
    /// A change whose checksum holds and whose contents break a rule is passed over.
    pub fn receive(&mut self, peer: &mut SyncPeer, bytes: &[u8]) -> Result<()> {
        self.admit(bytes)?;
        self.check_operations()?;
        self.guarded(|document| {
            let message =
                Message::decode(bytes).map_err(|error| DocumentError::Malformed(error.to_string()))?;
            for part in message.changes.iter() {
                chunks(part)?;
            }
            document
                .doc
                .sync()
                .receive_sync_message(&mut peer.0, message)
                .map_err(DocumentError::incoming)
        })
    }
}
