//! The façade: agents that are objects, messages between them, and a journal that may fail.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use common::agent_spec;
use polyphon_kernel::agents::{AgentSpec, AgentStatus};
use polyphon_kernel::escalations::Decision;
use polyphon_kernel::escalations::commands::EscalationCommand;
use polyphon_kernel::manager::{
    Agent, AgentError, AgentManager, Done, Journal, JournalError, MemoryJournal, Message, MessageError, Work,
};
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::{AgentId, Now, Payload};

type Log = Rc<RefCell<Vec<String>>>;
type Act = Box<dyn FnMut(&Work) -> Result<Done, String>>;

struct Puppet {
    key: &'static str,
    log: Log,
    /// Starts that fail before one succeeds.
    stubborn: u32,
    act: Act,
}

impl Agent for Puppet {
    fn spec(&self) -> AgentSpec {
        agent_spec(self.key, 1)
    }

    fn start(&mut self) -> Result<(), String> {
        self.log.borrow_mut().push(format!("{} starts", self.key));
        let failed = self.stubborn > 0;
        self.stubborn = self.stubborn.saturating_sub(1);
        if failed { Err("not yet".to_owned()) } else { Ok(()) }
    }

    fn perform(&mut self, work: &Work) -> Result<Done, String> {
        let text = String::from_utf8_lossy(&work.input);
        let shown: String = text.chars().take(20).collect();
        self.log
            .borrow_mut()
            .push(format!("{} hears {shown} from {}", self.key, work.from));
        (self.act)(work)
    }

    fn stop(&mut self) {
        self.log.borrow_mut().push(format!("{} stops", self.key));
    }
}

fn puppet(key: &'static str, log: &Log) -> Puppet {
    Puppet {
        key,
        log: Rc::clone(log),
        stubborn: 0,
        act: Box::new(|_| Ok(Done::default())),
    }
}

#[derive(Clone, Default)]
struct Time(Rc<Cell<u64>>);

impl Time {
    fn read(&self) -> impl FnMut() -> Now + 'static {
        let time = Rc::clone(&self.0);
        move || Now {
            mono_ms: time.get(),
            wall_ms: 1_700_000_000_000 + time.get(),
        }
    }

    fn pass(&self, ms: u64) {
        self.0.set(self.0.get() + ms);
    }
}

/// A journal that fails when it is told to, keeping nothing of what it was given.
#[derive(Default)]
struct Brittle {
    inner: MemoryJournal,
    fails: Rc<Cell<bool>>,
}

impl Journal for Brittle {
    fn frames(&self) -> Result<Vec<Vec<u8>>, JournalError> {
        self.inner.frames()
    }

    fn append(&mut self, frame: &[u8], rows: Vec<(String, Vec<u8>)>) -> Result<(), JournalError> {
        if self.fails.get() {
            return Err(JournalError("the disk is full".to_owned()));
        }
        self.inner.append(frame, rows)
    }

    fn row(&self, key: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.inner.row(key)
    }
}

fn team(time: &Time) -> AgentManager<MemoryJournal> {
    AgentManager::open(MemoryJournal::default(), 7, time.read()).unwrap()
}

#[test]
fn a_message_reaches_its_recipient_and_nobody_else() {
    let (time, log) = (Time::default(), Log::default());
    let mut team = team(&time);
    let ada = team.register_agent(Box::new(puppet("ada", &log))).unwrap();
    let bob = team.register_agent(Box::new(puppet("bob", &log))).unwrap();
    [ada, bob]
        .into_iter()
        .for_each(|agent| team.start_agent(agent).unwrap());
    let session = team.send_message(ada, bob, b"hello").unwrap();
    team.run().unwrap();
    assert_eq!(
        *log.borrow(),
        ["ada starts", "bob starts", "bob hears hello from ada"]
    );
    let session = team.kernel().durable().sessions.get(session).unwrap();
    assert_eq!(session.status, SessionStatus::Completed);
}

#[test]
fn a_message_waits_for_its_recipient_across_a_restart() {
    let (time, log) = (Time::default(), Log::default());
    let mut first = team(&time);
    let ada = first.register_agent(Box::new(puppet("ada", &log))).unwrap();
    let bob = first.register_agent(Box::new(puppet("bob", &log))).unwrap();
    let long = "long ".repeat(1_000);
    first.send_message(ada, bob, long.as_bytes()).unwrap();
    first.run().unwrap();
    let mut second = AgentManager::open(first.into_journal(), 8, time.read()).unwrap();
    assert_eq!(second.register_agent(Box::new(puppet("bob", &log))).unwrap(), bob);
    second.start_agent(bob).unwrap();
    assert_eq!(*log.borrow(), ["bob hears long long long long  from ada"]);
}

#[test]
fn an_answer_is_sent_once_even_when_the_work_is_done_twice() {
    let (time, log) = (Time::default(), Log::default());
    let mut team = team(&time);
    let mut echo = puppet("echo", &log);
    let reply = |work: &Work| {
        let messages = vec![Message {
            to: work.from.clone(),
            body: work.input.clone(),
        }];
        Done {
            output: work.input.repeat(200),
            messages,
        }
    };
    echo.act = Box::new(move |work| match work.attempt {
        1 => Err("stumbled".to_owned()),
        _ => Ok(reply(work)),
    });
    let ada = team.register_agent(Box::new(puppet("ada", &log))).unwrap();
    let echo = team.register_agent(Box::new(echo)).unwrap();
    [ada, echo]
        .into_iter()
        .for_each(|agent| team.start_agent(agent).unwrap());
    team.send_message(ada, echo, b"hey").unwrap();
    team.run().unwrap();
    time.pass(600_000);
    team.run().unwrap();
    let heard = [
        "echo hears hey from ada",
        "echo hears hey from ada",
        "ada hears hey from echo",
    ];
    assert_eq!(log.borrow()[2..], heard);
}

#[test]
fn messages_of_or_to_nobody_are_refused() {
    let (time, log) = (Time::default(), Log::default());
    let mut team = team(&time);
    let ada = team.register_agent(Box::new(puppet("ada", &log))).unwrap();
    let nobody = AgentId(999);
    assert_eq!(
        team.send_message(nobody, ada, b"").unwrap_err(),
        MessageError::UnknownSender(nobody)
    );
    let refused = team.send_message(ada, nobody, b"").unwrap_err();
    assert_eq!(refused, MessageError::UnknownRecipient(nobody));
    assert_eq!(refused.code(), "AGENT_UNKNOWN");
}

#[test]
fn an_agent_that_does_not_start_is_tried_again() {
    let (time, log) = (Time::default(), Log::default());
    let mut team = team(&time);
    let mut slow = puppet("slow", &log);
    slow.stubborn = 2;
    let slow = team.register_agent(Box::new(slow)).unwrap();
    team.start_agent(slow).unwrap();
    let status =
        |team: &AgentManager<MemoryJournal>| team.kernel().durable().agents.get(slow).unwrap().status;
    assert_eq!(status(&team), AgentStatus::Failed);
    for _ in 0..2 {
        time.pass(20_000);
        team.run().unwrap();
    }
    assert_eq!(status(&team), AgentStatus::Idle);
    assert_eq!(log.borrow().len(), 3);
}

#[test]
fn calls_the_state_does_not_allow_are_refused_with_their_code() {
    let (time, log) = (Time::default(), Log::default());
    let mut team = team(&time);
    let nobody = AgentId(999);
    assert_eq!(team.start_agent(nobody).unwrap_err().code(), "AGENT_UNKNOWN");
    assert_eq!(team.stop_agent(nobody).unwrap_err().code(), "AGENT_UNKNOWN");
    let nameless = team.register_agent(Box::new(puppet("", &log))).unwrap_err();
    assert!(matches!(&nameless, AgentError::Refused(refusal) if refusal.code == "AGENT_INVALID"));
    let ada = team.register_agent(Box::new(puppet("ada", &log))).unwrap();
    team.start_agent(ada).unwrap();
    team.stop_agent(ada).unwrap();
    assert_eq!(*log.borrow(), ["ada starts", "ada stops"]);
    assert_eq!(team.kernel().open_effects(), []);
}

#[test]
fn nothing_is_done_that_the_journal_does_not_hold() {
    let (time, log) = (Time::default(), Log::default());
    let journal = Brittle::default();
    let fails = Rc::clone(&journal.fails);
    let mut team = AgentManager::open(journal, 7, time.read()).unwrap();
    let ada = team.register_agent(Box::new(puppet("ada", &log))).unwrap();
    team.start_agent(ada).unwrap();
    fails.set(true);
    assert_eq!(
        team.send_message(ada, ada, b"lost").unwrap_err().code(),
        "STORE_IO"
    );
    fails.set(false);
    assert_eq!(
        team.run().unwrap_err().code(),
        "STORE_IO",
        "it is ahead of the journal"
    );
    assert_eq!(team.stop_agent(ada).unwrap_err().code(), "STORE_IO");
    assert_eq!(*log.borrow(), ["ada starts"]);
    let mut again = AgentManager::open(team.into_journal(), 7, time.read()).unwrap();
    again.register_agent(Box::new(puppet("ada", &log))).unwrap();
    again.start_agent(ada).unwrap();
    assert_eq!(
        again.kernel().durable().sessions.live(),
        0,
        "the message was never acknowledged"
    );
}

#[test]
fn a_human_is_told_of_work_that_fails_again_and_again_until_the_notice_is_taken() {
    let (time, log) = (Time::default(), Log::default());
    let mut team = team(&time);
    let mut hopeless = puppet("hopeless", &log);
    hopeless.act = Box::new(|_| Err("cannot".to_owned()));
    let agent = team.register_agent(Box::new(hopeless)).unwrap();
    team.start_agent(agent).unwrap();
    team.send_message(agent, agent, b"try").unwrap();
    for _ in 0..20 {
        time.pass(60_000);
        team.run().unwrap();
    }
    let mut team = AgentManager::open(team.into_journal(), 7, time.read()).unwrap();
    team.run().unwrap();
    let notice = team.take_notice().unwrap().unwrap();
    assert_eq!(notice.task, "message");
    assert_eq!(team.take_notice().unwrap(), None);
    let mut team = AgentManager::open(team.into_journal(), 7, time.read()).unwrap();
    team.run().unwrap();
    assert_eq!(team.take_notice().unwrap(), None);
    let decide = EscalationCommand::ResolveEscalation {
        escalation: notice.escalation,
        decision: Decision::Abort,
        note: "never mind".to_owned(),
    };
    team.submit("someone", decide).unwrap();
    assert_eq!(team.kernel().durable().sessions.live(), 0);
}

#[test]
fn equal_messages_of_two_teams_do_not_show_by_their_hash() {
    let hash_in = |seed: u64| {
        let (time, log) = (Time::default(), Log::default());
        let mut team = AgentManager::open(MemoryJournal::default(), seed, time.read()).unwrap();
        let ada = team.register_agent(Box::new(puppet("ada", &log))).unwrap();
        let session = team.send_message(ada, ada, &[7; 300]).unwrap();
        let tasks = &team.kernel().durable().tasks;
        match tasks
            .get(tasks.of(session)[0])
            .unwrap()
            .spec
            .input
            .as_deref()
            .cloned()
        {
            Some(Payload::Ref { hash, .. }) => hash,
            other => panic!("{other:?} stands in the event"),
        }
    };
    assert_eq!(hash_in(1), hash_in(1));
    assert_ne!(hash_in(1), hash_in(2));
}

#[test]
fn a_damaged_journal_is_refused() {
    let mut journal = MemoryJournal::default();
    journal.append(b"no frame", Vec::new()).unwrap();
    let refused = AgentManager::open(journal, 7, Time::default().read()).map(|_| ());
    assert_eq!(refused.unwrap_err().code(), "STORE_IO");
}
