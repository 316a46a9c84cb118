use super::{GivenBack, Nack, Parts, counted, known, own};
use crate::id::QueueId;
use crate::queues::DeathCause;
use crate::queues::settle::Settling;
use crate::queues::spec::broken_wish;
use crate::refusal::Refusal;
use crate::state::{Sink, State};

pub(super) fn decide(
    state: &State<'_>,
    queue: QueueId,
    reports: &[GivenBack],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    known(state, queue)?;
    counted(reports.len())?;
    let mut parts = Parts::default();
    let given = reports.iter().map(|report| {
        let rule = broken_wish(0, report.delay_ms.unwrap_or(0), None, [None, None]);
        (report.fence, report.message, rule)
    });
    let held = own(state, queue, given, &mut parts);
    parts.finish(reports.len(), sink)?;
    sink.answer(queue.0);
    let Some(mut settling) = Settling::of(state, queue) else {
        return Ok(());
    };
    for (index, number) in held {
        let Some(message) = state.durable.queues.message(number) else {
            continue;
        };
        let GivenBack {
            kind,
            delay_ms,
            detail,
            ..
        } = &reports[index];
        match kind {
            Nack::Failed => settling.fail(number, message, DeathCause::Failed, *delay_ms, detail),
            Nack::Rejected => settling.fail(number, message, DeathCause::Rejected, None, detail),
            Nack::Unused => settling.give_back(number, message),
        }
    }
    settling.finish(sink);
    Ok(())
}
