use std::sync::Arc;

use super::Tasks;
use crate::escalations::{Decision, EscalationEvent};
use crate::id::{EscalationId, Fence, SessionId, TaskId};
use crate::tasks::report::{AttemptError, Report, Verdict};
use crate::tasks::{AttemptOutcome, Next, Recovery, TaskEvent, TaskStatus, Wait};

impl Tasks {
    pub(crate) fn evolve(&mut self, seq: u64, now_ms: u64, event: &TaskEvent) {
        match event {
            TaskEvent::TaskAdded { session, spec } => self.add(TaskId(seq), *session, spec, now_ms),
            TaskEvent::PlanCommitted { session } => self.commit(*session, now_ms),
            TaskEvent::TaskGranted {
                task, session, agent, ..
            } => {
                self.leave_queue(*task);
                let class = self.change(*task, |task| {
                    task.status = TaskStatus::Running;
                    let course = &mut *task.course;
                    course.attempts += 1;
                    course.fence = Some(Fence(seq));
                    course.agent = Some(*agent);
                    course.progress_ppm = 0;
                    course.wait = None;
                    course.started_ms.get_or_insert(now_ms);
                    task.spec.class
                });
                self.count_running(*session, class.flatten(), 1);
            }
            TaskEvent::TaskProgressed { task, ppm, .. } => {
                self.change(*task, |task| {
                    task.course.progress_ppm = *ppm;
                    task.course.progressed_ms = now_ms;
                });
            }
            TaskEvent::TaskCompleted {
                task,
                session,
                report,
                verdicts,
                duration_ms,
                ..
            } => {
                self.end_attempt(*task, *session, report, verdicts, None);
                self.count_completed(*task, *session, *duration_ms);
                self.finish(*task, TaskStatus::Completed, now_ms);
            }
            TaskEvent::TaskAttemptFailed {
                task,
                session,
                outcome,
                error,
                report,
                verdicts,
                next,
                ..
            } => {
                // What was not tried says nothing about the task.
                let error = Some(error).filter(|_| *outcome != AttemptOutcome::Refused);
                self.end_attempt(*task, *session, report, verdicts, error);
                if matches!(outcome, AttemptOutcome::Failed | AttemptOutcome::Timeout)
                    && let Some(plan) = self.plans.get_mut(*session)
                {
                    plan.outcomes.count(true);
                }
                self.follow(*task, next, now_ms);
            }
            TaskEvent::TaskStopRequested { task, .. } => {
                self.change(*task, |task| task.course.stopping = true);
                self.cancelling.remove(task);
                self.expired.remove(task);
            }
            TaskEvent::TaskWoken { task, .. } => self.enter_queue(*task, now_ms),
            TaskEvent::TaskSkipped { task, .. } => self.finish(*task, TaskStatus::Skipped, now_ms),
            TaskEvent::TaskCancelled { task, .. } => self.finish(*task, TaskStatus::Cancelled, now_ms),
            TaskEvent::TaskExpired { task, status, .. } => self.finish(*task, *status, now_ms),
            TaskEvent::GroupEnded {
                task,
                completed,
                report,
                verdicts,
                error,
                ..
            } => {
                self.change(*task, |task| {
                    task.course.report = Some(Box::new(report.clone()));
                    task.course.verdicts.clone_from(verdicts);
                    task.course.error.clone_from(error);
                });
                let status = if *completed {
                    TaskStatus::Completed
                } else {
                    TaskStatus::Failed
                };
                self.finish(*task, status, now_ms);
            }
            TaskEvent::PhaseOpened { session, phase } => self.open_phase(*session, *phase, now_ms),
            TaskEvent::PhaseEnded {
                session,
                phase,
                passed,
                ..
            } => self.end_phase(*session, *phase, *passed),
            TaskEvent::PhaseTimedOut { session, phase } => self.time_out_phase(*session, *phase),
            TaskEvent::TaskTimedOut { task, .. } => self.time_out_task(*task),
            // What there is to know of it stands in the lease.
            TaskEvent::TaskExtended { .. } => {}
        }
    }

    /// What an event about escalations means for their tasks.
    pub(crate) fn evolve_escalation(&mut self, seq: u64, now_ms: u64, event: &EscalationEvent) {
        match event {
            EscalationEvent::EscalationRaised { task, .. } => {
                self.leave_queue(*task);
                self.change(*task, |task| {
                    task.status = TaskStatus::Waiting;
                    task.course.wait = Some(Wait::Human {
                        escalation: EscalationId(seq),
                    });
                });
                self.hold_phase_of(*task, now_ms, true);
            }
            EscalationEvent::EscalationResolved { task, decision, .. } => {
                self.hold_phase_of(*task, now_ms, false);
                match decision {
                    Decision::Approve => {
                        self.blame(*task, None);
                        self.change(*task, |task| task.course.verdicts.push(Verdict::human()));
                        self.finish(*task, TaskStatus::Completed, now_ms);
                    }
                    Decision::Retry => self.reprieve(*task, now_ms),
                    Decision::Abort => self.finish(*task, TaskStatus::Failed, now_ms),
                }
            }
            EscalationEvent::EscalationWithdrawn { task, .. } => self.hold_phase_of(*task, now_ms, false),
        }
    }

    fn end_attempt(
        &mut self,
        id: TaskId,
        session: SessionId,
        report: &Report,
        verdicts: &[Verdict],
        error: Option<&AttemptError>,
    ) {
        self.blame(id, error);
        let class = self.change(id, |task| {
            task.course.fence = None;
            task.course.stopping = false;
            task.course.report = Some(Box::new(report.clone()));
            task.course.verdicts = verdicts.to_vec();
            task.spec.class
        });
        self.count_running(session, class.flatten(), -1);
    }

    /// Notes the error of the last attempt, or that there is none any more.
    pub(super) fn blame(&mut self, id: TaskId, error: Option<&AttemptError>) {
        let before = self.change(id, |task| {
            std::mem::replace(&mut task.course.error, error.cloned())
        });
        if let Some(before) = before.flatten() {
            self.no_longer_failing(id, &before.error_type);
        }
        if let Some(error) = error {
            match self.failing.get_mut(&error.error_type) {
                Some(alike) => drop(alike.insert(id)),
                None => drop(self.failing.insert(error.error_type.clone(), [id].into())),
            }
        }
    }

    pub(super) fn no_longer_failing(&mut self, id: TaskId, error_type: &str) {
        if let Some(alike) = self.failing.get_mut(error_type) {
            alike.remove(&id);
            if alike.is_empty() {
                self.failing.remove(error_type);
            }
        }
    }

    fn follow(&mut self, id: TaskId, next: &Next, now_ms: u64) {
        match next {
            Next::Retry {
                level,
                action,
                at_ms,
                demand,
                timeout_ms,
            } => {
                self.change(id, |task| {
                    let course = &mut *task.course;
                    course.failures += 1;
                    let error_type = course.error.as_ref().map(|error| error.error_type.clone());
                    course.recoveries.push(Recovery {
                        level: *level,
                        action: action.clone(),
                        error_type: error_type.unwrap_or_default(),
                        attempt: course.attempts,
                        at_ms: now_ms,
                    });
                    task.adjust(demand, *timeout_ms);
                });
                if *at_ms <= now_ms {
                    self.enter_queue(id, now_ms);
                } else {
                    self.change(id, |task| {
                        task.status = TaskStatus::Waiting;
                        task.course.wait = Some(Wait::Backoff { until_ms: *at_ms });
                    });
                }
            }
            Next::Requeue {} => {
                self.change(id, |task| task.course.losses += 1);
                self.enter_queue(id, now_ms);
            }
            Next::Return {} => self.enter_queue(id, now_ms),
            Next::Escalate { .. } => {
                self.change(id, |task| {
                    task.course.failures += 1;
                    task.status = TaskStatus::Waiting;
                });
            }
            Next::Fail { .. } => {
                self.change(id, |task| task.course.failures += 1);
                self.finish(id, TaskStatus::Failed, now_ms);
            }
            Next::Cancel {} => self.finish(id, TaskStatus::Cancelled, now_ms),
        }
    }

    /// A human lets a task run again. What it learned to demand stays; what it failed with is forgotten.
    fn reprieve(&mut self, id: TaskId, now_ms: u64) {
        self.blame(id, None);
        self.change(id, |task| {
            task.course.failures = 0;
            task.course.recoveries.clear();
            task.course.reprieves += 1;
            if task.demand().avoid.is_some() {
                let demand = task.demand().clone();
                Arc::make_mut(task.course.demand.insert(demand)).avoid = None;
            }
        });
        self.enter_queue(id, now_ms);
    }
}
