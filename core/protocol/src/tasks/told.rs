use super::Message;
use crate::envelope::Priority;
use crate::error::Result;
use crate::json::Reader;
use crate::time;
use std::borrow::Cow;

/// What a task message says about its envelope. Read without building the rest; who reads it checked the schema.
#[derive(Default)]
pub(super) struct Told<'a> {
    pub(super) message_type: Option<Cow<'a, str>>,
    target_agent: Option<Cow<'a, str>>,
    orchestrator_id: Option<Cow<'a, str>>,
    agent_id: Option<Cow<'a, str>>,
    task_id: Option<Cow<'a, str>>,
    assigned_id: Option<Cow<'a, str>>,
    timestamp: Option<Cow<'a, str>>,
    priority: Option<Cow<'a, str>>,
}

impl<'a> Told<'a> {
    pub(super) fn read(document: &'a [u8]) -> Result<Self> {
        let mut told = Self::default();
        Reader::new(document)?.map(|reader, key| told.field(reader, &key, false))?;
        Ok(told)
    }

    fn field(&mut self, reader: &mut Reader<'a>, key: &str, inside: bool) -> Result<()> {
        let slot = match key {
            "task_details" if !inside && reader.type_name() == "map" => {
                return reader.map(|reader, key| self.field(reader, &key, true));
            }
            "message_type" if !inside => &mut self.message_type,
            "target_agent" if !inside => &mut self.target_agent,
            "orchestrator_id" if !inside => &mut self.orchestrator_id,
            "agent_id" if !inside => &mut self.agent_id,
            "timestamp" if !inside => &mut self.timestamp,
            "priority" if inside => &mut self.priority,
            "task_id" if inside => &mut self.assigned_id,
            "task_id" => &mut self.task_id,
            _ => return reader.hop().map(drop),
        };
        if reader.type_name() != "text" {
            return reader.hop().map(drop);
        }
        *slot = Some(reader.text()?);
        Ok(())
    }

    pub(super) fn source(&self, message: Message) -> &str {
        let source = if message.assigns() {
            &self.orchestrator_id
        } else {
            &self.agent_id
        };
        source.as_deref().unwrap_or_default()
    }

    pub(super) fn task(&self, message: Message) -> &str {
        let task = if message.assigns() {
            &self.assigned_id
        } else {
            &self.task_id
        };
        task.as_deref().unwrap_or_default()
    }

    /// The agent a task is assigned to.
    pub(super) fn target(&self, message: Message) -> Option<&str> {
        self.target_agent.as_deref().filter(|_| message.assigns())
    }

    pub(super) fn timestamp_ms(&self) -> u64 {
        self.timestamp.as_deref().and_then(time::parse).unwrap_or(0)
    }

    pub(super) fn priority(&self, message: Message) -> Option<Priority> {
        self.priority
            .as_deref()
            .filter(|_| message.assigns())
            .and_then(Priority::from_text)
    }
}
