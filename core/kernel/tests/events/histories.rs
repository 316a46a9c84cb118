//! Lives of a partition that together have every kind of event in them.

use std::sync::Arc;

use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{AgentSpec, HostKind};
use polyphon_kernel::escalations::Decision;
use polyphon_kernel::outbox::commands::OutboxCommand;
use polyphon_kernel::queues::Position;
use polyphon_kernel::queues::commands::{Nack, QueueCommand};
use polyphon_kernel::sessions::commands::{SessionCommand, StateChange};
use polyphon_kernel::sessions::{Fact, FactKind};
use polyphon_kernel::tasks::PhaseMode;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::{Effect, Fence, Payload, SessionId};
use polyphon_wire::Bytes;

use crate::common::agents::{TestHost, pool_spec};
use crate::common::queues::{draft as message, outgoing, queue_spec, schedule_spec, stream_spec};
use crate::common::state::{change, lock, nothing, open, set, shared as value, write};
use crate::common::states::{long, save, small};
use crate::common::tasks::{metrics, part, phased};
use crate::common::{Lab, agent_spec, plan, shared, task};

/// Every history with what it is about.
pub(crate) fn all() -> Vec<(&'static str, Lab)> {
    vec![
        ("the node", node()),
        ("agents that break and come back", agents()),
        ("an agent that falls silent", silence()),
        ("pools", pools()),
        ("what agents keep", states()),
        ("a plan in parts", draft()),
        ("a session from the beginning to its end", session()),
        ("tasks that fail, are skipped and cancelled", failures()),
        ("times that run out", times()),
        ("questions to humans", escalations()),
        ("alerts", alerts()),
        ("queues", queues()),
        ("streams", streams()),
        ("what sessions share", sharing()),
    ]
}

fn node() -> Lab {
    let mut lab = Lab::new();
    lab.configure(|settings| settings.ageing_ms = 1);
    lab.now.wall_ms += 7_200_000;
    lab.settle();
    let mut request = lab.request(register("keyed", HostKind::Function).into());
    request.idempotency_key = Some("once".to_owned());
    lab.step_requests(&[request]);
    for number in 0..1_000 {
        lab.register(agent_spec(&format!("agent-{number}"), 1));
    }
    lab.fail_over();
    lab
}

fn agents() -> Lab {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let ada = lab.agent("ada", 2);
    lab.accept(register("ada", HostKind::Function));
    lab.started(ada);
    let mut long = task("long", &[]);
    long.timeout_ms = 1_000_000;
    lab.orchestrate(vec![long]);
    lab.stop(ada);
    lab.live(40_000);
    host.serve(&mut lab);
    lab.accept(AgentCommand::StartAgent { agent: ada });
    host.serve(&mut lab);
    for _ in 0..4 {
        lab.crash(ada);
        lab.live_with(70_000, |lab| {
            host.serve(lab);
        });
    }
    let reason = "evening".to_owned();
    let bob = lab.agent("bob", 1);
    lab.accept(AgentCommand::StopAll {
        reason: reason.clone(),
    });
    lab.live(40_000);
    host.serve(&mut lab);
    lab.accept(AgentCommand::DeregisterAgent { agent: bob, reason });
    lab
}

fn silence() -> Lab {
    let mut lab = Lab::new();
    lab.orchestrate(vec![task("watched", &[])]);
    let far = lab.remote("far", 1_000);
    for _ in 0..30 {
        lab.pass(1_000);
        lab.beat(far);
    }
    lab.live(600_000);
    lab
}

fn pools() -> Lab {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("workers", 1, 3));
    lab.pool(pool_spec("workers", 1, 4));
    lab.settle();
    host.serve(&mut lab);
    let mut odd = task("odd", &[]);
    Arc::make_mut(&mut odd.demand).needs = vec!["juggling".to_owned()];
    lab.orchestrate(vec![odd, task("A", &[]), task("B", &[]), task("C", &[])]);
    lab.live_with(10_000, |lab| {
        host.serve(lab);
    });
    lab.register(AgentSpec {
        capabilities: vec!["juggling".to_owned()],
        ..agent_spec("juggler", 1)
    });
    lab.live(10_000);
    let reason = "no longer needed".to_owned();
    lab.accept(AgentCommand::RemovePool { pool, reason });
    lab.live_with(60_000, |lab| {
        host.serve(lab);
    });
    lab
}

fn states() -> Lab {
    let mut lab = Lab::new();
    let mut host = TestHost::default();
    let pool = lab.pool(pool_spec("workers", 1, 1));
    lab.settle();
    host.serve(&mut lab);
    lab.orchestrate(vec![task("A", &[])]);
    let fence = lab.fence("A");
    lab.accept(save(fence, long("row")));
    lab.accept(save(fence, small("2")));
    let discards = lab.discarded().iter().map(|(seq, _)| *seq).collect();
    lab.accept(AgentCommand::FinishStateErasure { discards });
    lab.complete("A");
    // Another version takes its place.
    let mut spec = pool_spec("workers", 1, 2);
    spec.template.version = "2".to_owned();
    lab.pool(spec);
    let first = lab.kernel.durable().agents.by_key("workers_001");
    first.into_iter().for_each(|agent| lab.stop(agent));
    lab.live_with(120_000, |lab| {
        host.serve(lab);
    });
    let reason = "no longer needed".to_owned();
    lab.accept(AgentCommand::RemovePool { pool, reason });
    lab.live_with(60_000, |lab| {
        host.serve(lab);
    });
    lab
}

fn draft() -> Lab {
    let mut lab = Lab::new();
    let expected = 2;
    let session = SessionId(lab.accept(SessionCommand::BeginPlan {
        plan: plan(),
        expected,
        input: None,
    }));
    for key in ["A", "B"] {
        let tasks = vec![task(key, &[])];
        lab.accept(SessionCommand::AddTasks {
            session,
            tasks: shared(tasks),
        });
    }
    lab.accept(SessionCommand::CommitPlan { session });
    let input = None;
    lab.accept(SessionCommand::BeginPlan {
        plan: plan(),
        expected,
        input,
    });
    lab.live(700_000);
    lab
}

fn session() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 4);
    let tasks = vec![task("G", &[]), part("G1", 0, &[]), task("A", &[])];
    let session = lab.start(
        phased(&[(PhaseMode::Parallel, &[0], 0), (PhaseMode::Parallel, &[2], 0)]),
        tasks,
    );
    let calm = Payload::Inline {
        bytes: Bytes(b"calm".to_vec()),
    };
    for value in [Some(calm.clone()), Some(calm), None, None] {
        lab.accept(SessionCommand::UpdateContext {
            session,
            entries: vec![("tone".to_owned(), value)],
        });
    }
    lab.accept(SessionCommand::RecordFacts {
        session,
        facts: vec![Fact {
            kind: FactKind::Given,
            text: "it rains".to_owned(),
            source: "window".to_owned(),
        }],
    });
    let reason = "lunch".to_owned();
    lab.accept(SessionCommand::PauseSession { session, reason });
    lab.accept(SessionCommand::ResumeSession { session });
    lab.pass(2_000);
    let fence = lab.fence("G1");
    lab.accept(TaskCommand::ReportProgress {
        fence,
        ppm: 500_000,
        message: "half".to_owned(),
    });
    lab.accept(TaskCommand::ExtendTask {
        fence,
        length_ms: 60_000,
    });
    lab.refuse_attempt("G1", 5_000);
    lab.pass(5_000);
    lab.complete("G1");
    lab.complete("A");
    lab
}

fn failures() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 2);
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[0]), task("C", &[])]);
    for _ in 0..3 {
        lab.fail_and_wait("A", "import_error");
    }
    let reason = "enough".to_owned();
    lab.accept(SessionCommand::CancelSession { session, reason });
    lab.live(10_000);
    let session = lab.orchestrate(vec![task("D", &[]), task("E", &[0])]);
    let reason = "never mind".to_owned();
    lab.accept(SessionCommand::CancelSession { session, reason });
    lab.live(10_000);
    lab
}

fn times() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 100);
    let mut long = vec![task("A", &[]), task("B", &[0]), task("C", &[])];
    long.iter_mut().for_each(|task| task.timeout_ms = 1_000_000);
    lab.start(
        phased(&[
            (PhaseMode::Parallel, &[0, 1], 60_000),
            (PhaseMode::Parallel, &[2], 0),
        ]),
        long,
    );
    lab.live(70_000);
    let mut total = task("D", &[]);
    total.total_timeout_ms = Some(1_000);
    let mut short = plan();
    short.timeout_ms = 5_000;
    lab.start(short, vec![total, task("E", &[])]);
    lab.live(20_000);
    lab
}

fn escalations() -> Lab {
    let mut lab = Lab::new();
    lab.configure(|settings| settings.escalations.notify = true);
    lab.agent("worker", 4);
    let session = lab.orchestrate(vec![task("A", &[]), task("B", &[])]);
    for key in ["A", "B"] {
        while lab.task(session, key).course.fence.is_some() {
            lab.fail(key, "calculation_error");
            lab.wait_for_backoff();
        }
    }
    let (escalation, _) = lab.open_escalations()[0].clone();
    lab.resolve(escalation, Decision::Approve);
    let effect = lab.effects.iter().find_map(|effect| match effect {
        Effect::Notify { effect, .. } => Some(*effect),
        _ => None,
    });
    lab.accept(OutboxCommand::FinishEffect {
        effect: effect.unwrap(),
        ok: true,
        detail: String::new(),
    });
    let reason = "enough".to_owned();
    lab.accept(SessionCommand::CancelSession { session, reason });
    lab
}

fn alerts() -> Lab {
    let mut lab = Lab::new();
    lab.agent("worker", 5);
    let tasks = (0..30).map(|number| task(&format!("T{number:02}"), &[]));
    let session = lab.orchestrate(tasks.collect());
    ["T00", "T01", "T02"].iter().for_each(|key| lab.complete(key));
    ["T03", "T04"]
        .iter()
        .for_each(|key| lab.fail(key, "import_error"));
    lab.accept(SessionCommand::ResumeSession { session });
    lab.pass(9_500);
    for _ in 0..10 {
        for key in lab.running() {
            let report = metrics(&[]);
            lab.complete_with(&key, report);
        }
        lab.pass(1_000);
    }
    lab
}

fn register(key: &str, host: HostKind) -> AgentCommand {
    AgentCommand::RegisterAgent {
        spec: AgentSpec {
            host,
            ..agent_spec(key, 1)
        },
    }
}

/// A stream with a group and a cursor, and what each event does to them.
fn streams() -> Lab {
    let mut lab = Lab::new();
    let orders = lab.queue(stream_spec("orders"));
    let billing = lab.group(orders, "billing", Position::Start {});
    let parcels = lab.group(orders, "parcels", Position::End {});
    let mut named = message(300);
    (named.id, named.key) = (Some("once".to_owned()), Some("one by one".to_owned()));
    let brief = message(10);
    lab.publish(orders, vec![message(300), named]);
    let brief = polyphon_kernel::queues::commands::Draft {
        ttl_ms: Some(10),
        ..brief
    };
    lab.publish(orders, vec![brief, message(10)]);
    let cursor = lab.accept(QueueCommand::OpenCursor {
        queue: orders,
        name: "reader".to_owned(),
        from: Position::Start {},
    });
    lab.pass(20);
    lab.consume(billing, 1, 10);
    let held = lab.held(billing);
    lab.ack(billing, &held[..1]);
    lab.nack(billing, held[1], Nack::Rejected);
    let to = Position::End {};
    lab.accept(QueueCommand::MoveCursor { cursor, to });
    lab.accept(QueueCommand::RemoveCursor { cursor });
    let through = polyphon_kernel::MessageId(2);
    lab.accept(QueueCommand::TrimStream {
        queue: orders,
        through,
    });
    lab.fail_over();
    lab.pass(86_400_000 * 2);
    lab.accept(QueueCommand::RemoveQueue { queue: parcels });
    lab
}

/// Messages in every place there is, and what leaves them there.
fn queues() -> Lab {
    let mut lab = Lab::new();
    let queue = lab.queue(queue_spec("work"));
    lab.queue(polyphon_kernel::queues::QueueSpec {
        max_attempts: 2,
        ..queue_spec("work")
    });
    let gone = lab.queue(queue_spec("gone"));
    lab.accept(QueueCommand::RemoveQueue { queue: gone });
    let mut late = message(100);
    late.delay_ms = 1_000;
    let mut named = message(300);
    (named.id, named.key) = (Some("once".to_owned()), Some("one by one".to_owned()));
    lab.publish(queue, vec![late, named.clone(), message(1), message(1), named]);
    lab.consume(queue, 1, 10);
    let held = lab.held(queue);
    lab.accept(QueueCommand::ExtendMessage {
        fence: held[0].0,
        message: held[0].1,
        length_ms: 90_000,
    });
    lab.ack(queue, &held[..1]);
    lab.nack(queue, held[1], Nack::Failed);
    lab.nack(queue, held[2], Nack::Rejected);
    lab.pass(200_000);
    for _ in 0..10 {
        lab.fail_over();
        lab.consume(queue, 1, 10);
    }
    lab.consume(queue, 1, 0);
    let dead = lab.dead(queue);
    lab.accept(QueueCommand::RedriveMessages {
        queue,
        messages: dead[..1].to_vec(),
    });
    lab.accept(QueueCommand::DiscardMessages {
        queue,
        messages: dead[1..2].to_vec(),
    });
    lab.consume(queue, 1, 2);
    lab.publish(queue, vec![message(10); 2]);
    let (fence, held) = lab.held(queue)[0];
    lab.accept(QueueCommand::AckAndPublish {
        fence,
        message: held,
        outgoing: vec![outgoing(queue, vec![message(10)])],
    });
    lab.fail_over();
    let spec = schedule_spec(queue, "report", "*/10 * * * *");
    lab.accept(QueueCommand::SetSchedule { spec });
    lab.pass(600_000);
    let name = "report".to_owned();
    lab.accept(QueueCommand::RemoveSchedule { queue, name });
    lab.publish(queue, vec![message(10); 3]);
    lab.pass(86_400_000 * 2);
    let batches = lab.emptied();
    lab.accept(QueueCommand::FinishErasure { batches });
    lab
}

/// Values that come and go, and a lock on its way through many hands.
fn sharing() -> Lab {
    let mut lab = Lab::new();
    let session = open(&mut lab);
    lab.accept(set(session, "plan", "a"));
    lab.accept(set(session, "plan", "b"));
    lab.accept(set(session, "plan", ""));
    let mut brief = write(value("draft"), "x");
    brief.key.scope = polyphon_kernel::sessions::Scope::Temporary;
    brief.ttl_ms = Some(1_000);
    let writes = vec![brief];
    lab.accept(change(session, StateChange { writes, ..nothing() }));
    let fence = lab.accept(lock(session, "plan", "a"));
    lab.accept(lock(session, "plan", "b"));
    lab.accept(lock(session, "plan", "c"));
    lab.accept(SessionCommand::ExtendLock {
        session,
        fence: Fence(fence),
        length_ms: 20_000,
    });
    lab.pass(60_000);
    lab.accept(lock(session, "plan", "d"));
    lab.accept(lock(session, "plan", "e"));
    lab.fail_over();
    lab.accept(SessionCommand::CommitPlan { session });
    lab
}
