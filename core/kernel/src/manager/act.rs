//! Does what the kernel asks for, and says what came of it.

use std::sync::Arc;

use super::talk::Call;
use super::{AgentError, AgentManager, Done, Journal, Message, MessageError, Notice, Work};
use crate::agents::Permission;
use crate::agents::commands::AgentCommand;
use crate::effect::Effect;
use crate::id::{AgentId, Fence, SessionId, TaskId};
use crate::resources::Resources;
use crate::sessions::commands::SessionCommand;
use crate::tasks::commands::TaskCommand;
use crate::tasks::{AttemptError, Demand, PlanSpec, Policy, Priority, Report, TaskSpec};

/// Time an agent has for a message, in milliseconds.
const MESSAGE_TIMEOUT_MS: u64 = 300_000;
/// Time a message waits for its recipient, or for a human's decision: a day.
const MESSAGE_LIFE_MS: u64 = 86_400_000;

impl<J: Journal> AgentManager<J> {
    pub(super) fn act(&mut self, effect: Effect) -> Result<(), AgentError> {
        match effect {
            Effect::StartAgent { agent, start, .. } => {
                let started = match self.agents.get_mut(&agent) {
                    Some(body) => body.start(),
                    None => Err("it is not registered with this manager".to_owned()),
                };
                let start = Some(start);
                let report = match started {
                    Ok(()) => AgentCommand::ReportAgentStarted { agent, start },
                    Err(error) => AgentCommand::ReportAgentStopped {
                        agent,
                        error: Some(error),
                        start,
                    },
                };
                self.report(report)
            }
            Effect::EndAgent { agent, .. } => {
                if let Some(body) = self.agents.get_mut(&agent) {
                    body.stop();
                }
                let (error, start) = (None, None);
                self.report(AgentCommand::ReportAgentStopped { agent, error, start })
            }
            Effect::Run {
                fence,
                task,
                session,
                agent,
                attempt,
                key,
                input,
                ..
            } => {
                let from = self.kernel.durable().sessions.get(session);
                let work = Work {
                    key,
                    from: from.map(|session| session.actor.clone()).unwrap_or_default(),
                    attempt,
                    input: self.read(input.as_ref())?,
                };
                let done = match self.agents.get_mut(&agent) {
                    Some(body) => body.perform(&work),
                    None => Err("the agent is not registered with this manager".to_owned()),
                };
                self.finish((agent, task, fence), done)
            }
            // A manager makes no queue, so nothing is ever handed out of one.
            Effect::Deliver { .. } | Effect::ErasePayloads { .. } | Effect::EraseStates { .. } => Ok(()),
            Effect::Notify {
                effect,
                escalation,
                key,
                report,
                ..
            } => {
                self.notices.push_back((
                    effect,
                    Notice {
                        task: key,
                        escalation,
                        report,
                    },
                ));
                Ok(())
            }
            // Attempts run to their end before anything else happens here; their report comes too late then.
            Effect::Stop { .. } => Ok(()),
        }
    }

    pub(super) fn finish(
        &mut self,
        (agent, task, fence): (AgentId, TaskId, Fence),
        done: Result<Done, String>,
    ) -> Result<(), AgentError> {
        let sender = self.key(agent).unwrap_or_default();
        let mut report = Report::empty();
        let done = match done {
            Ok(done) => done,
            Err(message) => {
                let error = AttemptError {
                    error_type: "other".to_owned(),
                    message,
                    details: None,
                };
                return self.report(TaskCommand::FailTask { fence, error, report });
            }
        };
        report.output = (!done.output.is_empty()).then(|| self.payload(&done.output));
        for (Message { to, body }, number) in done.messages.iter().zip(0..) {
            // Work that is done again does not send its messages twice.
            let call = Call {
                actor: sender.clone(),
                idempotency_key: Some(format!("{task}/{number}")),
            };
            // A letter to nobody is no reason to do the work again.
            if let Err(MessageError::Journal(error)) = self.post(call, to, body) {
                return Err(error.into());
            }
        }
        self.report(TaskCommand::CompleteTask {
            fence,
            report,
            tolerated: None,
        })
    }

    pub(super) fn post(&mut self, call: Call, to: &str, body: &[u8]) -> Result<SessionId, MessageError> {
        let plan = PlanSpec {
            name: format!("message from {} to {to}", call.actor),
            phases: Vec::new(),
            classes: Vec::new(),
            policy: Policy {
                max_retries: 2,
                retry_delay_ms: 1_000,
                escalation_threshold: 3,
                grace_ms: 1_000,
            },
            timeout_ms: MESSAGE_LIFE_MS,
            config_hash: None,
        };
        let task = TaskSpec {
            key: "message".to_owned(),
            name: plan.name.clone(),
            parent: None,
            after: Vec::new(),
            priority: Priority::Medium,
            class: None,
            demand: Arc::new(Demand {
                agent_type: None,
                needs: vec![format!("@{to}")],
                permission: Permission::Readonly,
                resources: Resources::default(),
                avoid: None,
            }),
            timeout_ms: MESSAGE_TIMEOUT_MS,
            criteria: Vec::new(),
            input: Some(Box::new(self.payload(body))),
            total_timeout_ms: None,
        };
        let tasks = vec![Arc::new(task)];
        let input = None;
        let session = self.ask(call, SessionCommand::Orchestrate { plan, tasks, input })?;
        Ok(SessionId(session))
    }
}
