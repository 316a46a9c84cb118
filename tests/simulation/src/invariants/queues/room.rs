use std::collections::BTreeMap;

use polyphon_kernel::queues::commands::{Draft, QueueCommand};
use polyphon_kernel::queues::{Overflow, QueueKind};
use polyphon_kernel::{Command, Payload};

use super::{Facts, Invariant, QueueEvent, Seeing, event, must};

/// Where publishers wait for room, no message passes one that waits.
#[derive(Default)]
pub(in crate::invariants) struct Blocked {
    /// What the commands of the frame that is read publish, by the key of the row.
    commands: BTreeMap<String, Vec<Draft>>,
}

impl Invariant for Blocked {
    fn name(&self) -> &'static str {
        "nobody passes who waits for room"
    }

    fn see(&mut self, facts: &Facts, what: &Seeing<'_>) -> Result<(), String> {
        if let Seeing::Frame(frame) = what {
            self.commands.clear();
            for request in &frame.commands {
                if let Command::Queue(QueueCommand::PublishMessages {
                    payload: Payload::Ref { key, .. },
                    messages,
                    ..
                }) = &request.command
                {
                    self.commands.insert(key.clone(), messages.clone());
                }
            }
        }
        let Some((
            at,
            QueueEvent::MessagesPublished {
                queue,
                payload: Payload::Ref { key, .. },
                messages,
                ..
            },
        )) = event(what)
        else {
            return Ok(());
        };
        let spec = facts.queues.queues.get(&queue.0).map(|known| &known.spec);
        let spec = spec.filter(|spec| spec.overflow == Overflow::Block);
        let (Some(spec), Some(drafts)) = (spec, self.commands.get(key)) else {
            return Ok(());
        };
        let (mut offset, mut waits) = (0, None);
        for draft in drafts.iter().filter(|draft| draft.bytes > 0) {
            let is_taken = messages
                .iter()
                .any(|message| message.offset == offset && message.bytes > 0);
            must(!is_taken || waits.is_none(), || {
                format!("{draft:?} passes {waits:?} at {}", at.seq)
            })?;
            // What cannot be at all waits for nothing.
            let may_wait = spec.kind == QueueKind::Queue || draft.delay_ms == 0;
            let is_whole = may_wait && draft.ttl_ms != Some(0) && u64::from(draft.bytes) <= spec.max_bytes;
            if !is_taken && is_whole && draft.id.is_none() {
                waits = waits.or(Some(draft));
            }
            offset += draft.bytes;
        }
        Ok(())
    }
}
