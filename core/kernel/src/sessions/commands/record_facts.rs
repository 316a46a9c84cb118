use super::live;
use crate::bounds;
use crate::id::SessionId;
use crate::refusal::Refusal;
use crate::sessions::{Fact, SessionError, SessionEvent};
use crate::state::{Sink, State};

/// Facts one session may have.
const FACTS: usize = 1_000;

pub(super) fn decide(
    state: &State<'_>,
    session: SessionId,
    facts: &[Fact],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let known = live(state, session)?.facts.len();
    let has_text = |fact: &Fact| (1..=bounds::ERROR_TEXT).contains(&fact.text.len());
    let rules = [
        (
            known + facts.len() <= FACTS,
            "a task ledger has at most 1,000 facts",
        ),
        (facts.iter().all(has_text), "a fact has 1 to 4,096 bytes"),
        (
            facts.iter().all(|fact| fact.source.len() <= bounds::NAME_BYTES),
            "a source has at most 256 bytes",
        ),
    ];
    if let Some((_, rule)) = rules.iter().find(|(kept, _)| !kept) {
        return Err(SessionError::Ledger { session, rule }.into());
    }
    sink.answer(session.0);
    if !facts.is_empty() {
        sink.emit(SessionEvent::FactsRecorded {
            session,
            facts: facts.to_vec(),
        });
    }
    Ok(())
}
