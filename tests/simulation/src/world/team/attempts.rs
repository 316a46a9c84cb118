//! What agents say of their attempts: ends, progress, wishes for more time, and all of it twice or too late.

use polyphon_kernel::Fence;
use polyphon_kernel::tasks::Report;
use polyphon_kernel::tasks::commands::TaskCommand;

use super::super::turn::Who;
use super::super::{Step, World, pick_key};
use super::{ERRORS, ends, error, keep};
use crate::decision::Fault;
use crate::random::Random;

impl World {
    pub(in crate::world) fn end_attempt(&mut self, draw: &mut Random) -> Step {
        let work = self.team.work.iter();
        let open: Vec<u64> = work
            .filter(|(_, work)| !work.is_silent && !work.is_reported)
            .map(|(fence, _)| *fence)
            .collect();
        let Some(fence) = draw.pick(&open).copied() else {
            return Ok(());
        };
        let is_stopping = self.team.work.get(&fence).is_some_and(|work| work.is_stopping);
        if self.is_on(Fault::Silence) && draw.percent(5) {
            self.counters.count("fault: attempt falls silent");
            if let Some(work) = self.team.work.get_mut(&fence) {
                work.is_silent = true;
            }
            return Ok(());
        }
        let fence = Fence(fence);
        if self.is_on(Fault::Refusal) && draw.percent(8) {
            self.counters.count("fault: attempt refused");
            let (error, pause_ms) = (error("agent_unavailable"), draw.below(30_000));
            let refusal = TaskCommand::RefuseTask {
                fence,
                error,
                pause_ms,
            };
            return self.report(refusal, draw.percent(30));
        }
        let mut report = Report::empty();
        let rate = if self.is_on(Fault::Unmet) && draw.percent(25) {
            self.counters.count("fault: criterion not met");
            100_000
        } else {
            990_000
        };
        report.metrics = vec![("pass_rate".to_owned(), rate)];
        let failure = match draw.below(100) {
            _ if is_stopping && draw.percent(80) => Some("stopped"),
            0..20 if self.is_on(Fault::AttemptError) => {
                self.counters.count("fault: attempt fails");
                draw.pick(ERRORS).copied()
            }
            20..25 if self.is_on(Fault::ExecutedButError) => {
                self.counters
                    .count("fault: attempt executed but reported as an error");
                Some("system_error")
            }
            _ => None,
        };
        let command = match failure {
            Some(kind) => TaskCommand::FailTask {
                fence,
                error: error(kind),
                report,
            },
            None => TaskCommand::CompleteTask {
                fence,
                report,
                tolerated: None,
            },
        };
        self.report(command, draw.percent(30))
    }

    /// Gives a report, as a host does or as a client that wants an answer.
    pub(super) fn report(&mut self, command: TaskCommand, as_client: bool) -> Step {
        if let Some(fence) = ends(&command)
            && let Some(work) = self.team.work.get_mut(&fence.0)
        {
            work.is_reported = true;
        }
        keep(&mut self.team.reports, command.clone());
        if as_client {
            return self.call(command.into(), None);
        }
        self.tell(command, Who::Host);
        Ok(())
    }

    pub(in crate::world) fn progress(&mut self, draw: &mut Random) -> Step {
        let Some(fence) = pick_key(draw, &self.team.work).map(Fence) else {
            return Ok(());
        };
        let (ppm, message) = (draw.below(1_200_000) as u32, "on it".to_owned());
        self.tell(TaskCommand::ReportProgress { fence, ppm, message }, Who::Host);
        Ok(())
    }

    /// More time for an attempt, also for one that was asked to stop or has ended, which must be refused.
    pub(in crate::world) fn extend(&mut self, draw: &mut Random) -> Step {
        let running = pick_key(draw, &self.team.work);
        let fence = match draw.percent(80) {
            true => running,
            false => draw.pick(self.team.past.make_contiguous()).copied(),
        };
        let Some(fence) = fence.map(Fence) else {
            return Ok(());
        };
        let length_ms = draw.below(200_000);
        self.call(TaskCommand::ExtendTask { fence, length_ms }.into(), None)
    }

    pub(in crate::world) fn report_again(&mut self, draw: &mut Random) -> Step {
        if !self.is_on(Fault::Duplicate) {
            return Ok(());
        }
        let index = draw.below(self.team.reports.len() as u64) as usize;
        let Some(command) = self.team.reports.get(index).cloned() else {
            return Ok(());
        };
        self.counters.count("fault: report comes twice");
        self.call(command.into(), None)
    }

    pub(in crate::world) fn report_late(&mut self, draw: &mut Random) -> Step {
        if !self.is_on(Fault::LateReport) {
            return Ok(());
        }
        let index = draw.below(self.team.past.len() as u64) as usize;
        let Some(fence) = self.team.past.get(index).copied().map(Fence) else {
            return Ok(());
        };
        self.counters.count("fault: report with an old fence");
        let report = Report::empty();
        self.call(
            TaskCommand::CompleteTask {
                fence,
                report,
                tolerated: None,
            }
            .into(),
            None,
        )
    }
}
