//! A small team in plain Rust, without wasm or another language: agents are objects, the kernel decides, and this façade
//! does what it says, one thing after the other on the caller's thread.
//!
//! Everything that is acknowledged was handed to the [`Journal`] first, so a manager that is opened from the same journal
//! goes on where the last one was. See `examples/agent_manager.rs`.

mod act;
mod agent;
mod error;
mod journal;
mod talk;

use std::collections::{BTreeMap, VecDeque};

use crate::agents::AgentStatus;
use crate::agents::commands::AgentCommand;
use crate::command::Command;
use crate::effect::Effect;
use crate::escalations::EscalationReport;
use crate::id::{AgentId, EffectId, EscalationId, SessionId};
use crate::journal::{Frame, FrameError, JournalCommand};
use crate::kernel::Kernel;
use crate::outbox::commands::OutboxCommand;
use crate::settings::Settings;
use crate::time::Now;
use talk::Call;

pub use agent::{Agent, Done, Message, Work};
pub use error::{AgentError, MessageError};
pub use journal::{Journal, JournalError, MemoryJournal};

/// Something a human must decide.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// Key of the task; `message` for a message.
    pub task: String,
    /// What the decision answers.
    pub escalation: EscalationId,
    /// What happened, and what can be done.
    pub report: EscalationReport,
}

/// Agents of this process around one journal.
pub struct AgentManager<J: Journal> {
    kernel: Kernel,
    clock: Box<dyn FnMut() -> Now>,
    journal: J,
    agents: BTreeMap<AgentId, Box<dyn Agent>>,
    /// What the kernel asked for and was not done yet.
    effects: VecDeque<Effect>,
    /// Rows that go with the next frame.
    rows: Vec<(String, Vec<u8>)>,
    /// What humans are to be told.
    notices: VecDeque<(EffectId, Notice)>,
    requests: u64,
    /// Why nothing is done any more: the kernel is ahead of a journal that failed.
    broken: Option<JournalError>,
}

impl<J: Journal> AgentManager<J> {
    /// Opens a journal and takes it over; an empty one is begun. `seed` is any number, drawn once for a new journal.
    /// `clock` reads the machine's clocks.
    ///
    /// # Errors
    /// [`AgentError::Journal`] when the journal cannot be read or does not fit together.
    pub fn open(journal: J, seed: u64, clock: impl FnMut() -> Now + 'static) -> Result<Self, AgentError> {
        let frames = journal.frames()?;
        let damaged = |error: FrameError| JournalError(error.to_string());
        let epoch = match frames.last() {
            Some(frame) => Frame::read(frame).map_err(damaged)?.head.epoch + 1,
            None => 1,
        };
        let mut kernel = Kernel::new(0, epoch);
        for frame in &frames {
            kernel.replay(frame).map_err(damaged)?;
        }
        let mut manager = Self {
            kernel,
            clock: Box::new(clock),
            journal,
            agents: BTreeMap::new(),
            effects: VecDeque::new(),
            rows: Vec::new(),
            notices: VecDeque::new(),
            requests: 0,
            broken: None,
        };
        let node = "manager".to_owned();
        manager.ask(Call::default(), JournalCommand::StartNode { epoch, seed, node })?;
        let mut settings = manager.kernel.durable().settings().clone();
        settings.escalations.notify = true;
        manager.configure(settings)?;
        // What the manager before was asked for and did not finish, this step's included.
        manager.effects = manager.kernel.open_effects().into();
        Ok(manager)
    }

    /// Brings a configuration into force. One that notifies nobody of escalations leaves [`take_notice`](Self::take_notice)
    /// empty.
    ///
    /// # Errors
    /// [`AgentError::Refused`] when it breaks a rule.
    pub fn configure(&mut self, settings: Settings) -> Result<(), AgentError> {
        self.ask(Call::default(), JournalCommand::Configure { settings })?;
        Ok(())
    }

    /// Makes an agent known. One whose key is known already comes back under its id.
    ///
    /// # Errors
    /// [`AgentError::Refused`] when its description breaks a rule.
    pub fn register_agent(&mut self, agent: Box<dyn Agent>) -> Result<AgentId, AgentError> {
        let spec = agent.spec();
        let id = AgentId(self.ask(Call::default(), AgentCommand::RegisterAgent { spec })?);
        self.agents.insert(id, agent);
        Ok(id)
    }

    /// Starts an agent; from then on it is given work.
    ///
    /// # Errors
    /// [`AgentError::Refused`] when there is no such agent or its state does not allow it.
    pub fn start_agent(&mut self, id: AgentId) -> Result<(), AgentError> {
        self.ask(Call::default(), AgentCommand::StartAgent { agent: id })?;
        self.run()?;
        // One that came back is being started already, and by its host: by us.
        if self.is_starting(id) {
            let start = None;
            self.ask(
                Call::default(),
                AgentCommand::ReportAgentStarted { agent: id, start },
            )?;
        }
        self.run()
    }

    /// Lets an agent finish what it has, then ends it.
    ///
    /// # Errors
    /// [`AgentError::Refused`] when there is no such agent.
    pub fn stop_agent(&mut self, id: AgentId) -> Result<(), AgentError> {
        let reason = "stopped by its manager".to_owned();
        self.ask(Call::default(), AgentCommand::StopAgent { agent: id, reason })?;
        self.run()
    }

    /// Hands `body` to one agent as a durable task of its own: it waits for the agent up to a day, is delivered at least
    /// once, and is tried again twice when the agent fails. Answers the session that follows it.
    ///
    /// # Errors
    /// [`MessageError`] says which side is not known, or why it was refused.
    pub fn send_message(
        &mut self,
        from: AgentId,
        to: AgentId,
        body: &[u8],
    ) -> Result<SessionId, MessageError> {
        let sender = self.key(from).ok_or(MessageError::UnknownSender(from))?;
        let recipient = self.key(to).ok_or(MessageError::UnknownRecipient(to))?;
        let call = Call {
            actor: sender,
            idempotency_key: None,
        };
        self.post(call, &recipient, body)
    }

    /// Asks the kernel for anything else, in the name of `actor`: a plan, a pool, an answer to an escalation. Answers the
    /// entity it made.
    ///
    /// # Errors
    /// [`AgentError::Refused`] when the kernel refuses it.
    pub fn submit(&mut self, actor: &str, command: impl Into<Command>) -> Result<u64, AgentError> {
        let call = Call {
            actor: actor.to_owned(),
            idempotency_key: None,
        };
        self.ask(call, command)
    }

    /// Does everything that is to be done now, until the team is at rest.
    ///
    /// # Errors
    /// [`AgentError::Journal`] when the journal cannot be written; open a manager anew from it then.
    pub fn run(&mut self) -> Result<(), AgentError> {
        loop {
            while let Some(effect) = self.effects.pop_front() {
                self.act(effect)?;
            }
            if let Some(error) = &self.broken {
                return Err(error.clone().into());
            }
            let now = (self.clock)();
            let output = self.kernel.step(now, &[]);
            let (is_idle, deadline_ms) = (output.effects.is_empty(), output.deadline_ms);
            self.commit(&output.frame.0)?;
            self.effects.extend(output.effects);
            if is_idle && deadline_ms.is_none_or(|at_ms| at_ms > output.now_ms) {
                return Ok(());
            }
        }
    }

    /// The next thing a human must decide, once: work that failed again and again. It is told again by the next manager
    /// unless it was taken.
    ///
    /// # Errors
    /// [`AgentError::Journal`] when the journal cannot be written; open a manager anew from it then.
    pub fn take_notice(&mut self) -> Result<Option<Notice>, AgentError> {
        let Some((effect, notice)) = self.notices.pop_front() else {
            return Ok(None);
        };
        let (ok, detail) = (true, String::new());
        self.report(OutboxCommand::FinishEffect { effect, ok, detail })?;
        Ok(Some(notice))
    }

    /// The kernel, to look at: `kernel().durable()` is the whole state, `kernel().deadline()` when to [`run`](Self::run)
    /// again.
    pub fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Gives the journal back.
    pub fn into_journal(self) -> J {
        self.journal
    }

    fn key(&self, id: AgentId) -> Option<String> {
        let agent = self.kernel.durable().agents.get(id)?;
        Some(agent.spec.key.clone())
    }

    fn is_starting(&self, id: AgentId) -> bool {
        let agent = self.kernel.durable().agents.get(id);
        agent.is_some_and(|agent| agent.status == AgentStatus::Starting)
    }
}
