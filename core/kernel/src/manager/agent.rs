use crate::agents::AgentSpec;

/// An agent that is an object of this process.
pub trait Agent {
    /// Who it is and what it can do.
    fn spec(&self) -> AgentSpec;

    /// Gets ready for work. An error is why it could not; it is tried again, a bounded number of times.
    ///
    /// # Errors
    /// Any text.
    fn start(&mut self) -> Result<(), String> {
        Ok(())
    }

    /// Does one piece of work. It may be given again when what came of it was lost.
    ///
    /// # Errors
    /// Any text: the work has failed.
    fn perform(&mut self, work: &Work) -> Result<Done, String>;

    /// Lets go of what it holds.
    fn stop(&mut self) {}
}

/// A piece of work.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Work {
    /// Key of the task; `message` for a message.
    pub key: String,
    /// Who asks: the key of the agent that sent a message.
    pub from: String,
    /// Counted from 1.
    pub attempt: u32,
    /// What to work on.
    pub input: Vec<u8>,
}

/// What came of a piece of work.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Done {
    /// The result, kept with the task.
    pub output: Vec<u8>,
    /// Messages that are sent because of it, in order.
    pub messages: Vec<Message>,
}

/// Something for another agent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Key of the agent it is for.
    pub to: String,
    /// What it says.
    pub body: Vec<u8>,
}
