//! Random plans, random reports, random time: what must hold whatever happens.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use std::collections::BTreeMap;

use common::tasks::{class, failure, heavy, resolve};
use common::{Lab, plan, shared};
use polyphon_kernel::escalations::{Decision, EscalationStatus};
use polyphon_kernel::journal::Frame;
use polyphon_kernel::sessions::SessionStatus;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::commands::TaskCommand;
use polyphon_kernel::tasks::{
    PhaseMode, PhaseSpec, PhaseStatus, PlanSpec, Priority, Report, Task, TaskSpec, TaskStatus, WaitReason,
};
use polyphon_kernel::{Durable, Fence, Kernel, Outcome, Resources, SessionId, TaskId, View, batch};
use polyphon_wire::from_bytes;
use proptest::prelude::*;
use proptest::sample::Index;

const ERRORS: [&str; 8] = [
    "import_error",
    "memory_error",
    "timeout",
    "logic_error",
    "system_error",
    "network_error",
    "resource_exhaustion",
    "gremlins",
];

#[derive(Clone, Debug)]
enum Step {
    Pass(u16),
    Complete(Index),
    Fail(Index, usize),
    Stale(u8),
    Progress(Index, u32),
    Resolve(Index, Decision),
    Pause(Index),
    Resume(Index),
    Cancel(Index),
    Open(PlanSpec, Vec<TaskSpec>, bool),
    Crash,
    Totals(u16),
}

prop_compose! {
    fn any_task(number: u32)(
        parent in prop::option::weighted(0.25, any::<u32>()),
        after in prop::collection::vec(any::<u32>(), 0..3),
        priority in prop::sample::select(Priority::ALL),
        class in prop::option::of(0u32..2),
        memory_mb in prop_oneof![Just(0u64), 1u64..600, Just(1_500)],
        timeout_ms in 500u64..5_000,
        total_timeout_ms in prop::option::weighted(0.2, 500u64..20_000),
    ) -> TaskSpec {
        let mut task = heavy(&format!("T{number}"), memory_mb, 0);
        let below = |draw: u32| draw % number.max(1);
        task.parent = parent.filter(|_| number > 0).map(below);
        task.after = after.into_iter().filter(|_| number > 0).map(below).collect();
        task.after.sort_unstable();
        task.after.dedup();
        (task.priority, task.class, task.timeout_ms) = (priority, class, timeout_ms);
        task.total_timeout_ms = total_timeout_ms;
        task
    }
}

fn any_tasks() -> impl Strategy<Value = Vec<TaskSpec>> {
    (0u32..14).prop_flat_map(|count| (0..count).map(any_task).collect::<Vec<_>>())
}

prop_compose! {
    fn any_plan()(
        tasks in any_tasks(),
        places in prop::collection::vec(prop::option::of(0usize..3), 14),
        modes in prop::array::uniform3(prop::sample::select(PhaseMode::ALL)),
        times in prop::array::uniform3(prop_oneof![Just(0u64), 1_000u64..30_000]),
        gate_ppm in prop::sample::select(&[0u32, 500_000, 1_000_000][..]),
        phased: bool,
        retries in 0u32..4,
        threshold in 1u32..5,
        timeout_ms in prop_oneof![Just(0u64), 5_000u64..60_000],
    ) -> (PlanSpec, Vec<TaskSpec>) {
        let mut spec = plan();
        spec.classes = vec![class("few", 1), class("some", 2)];
        (spec.policy.max_retries, spec.policy.escalation_threshold) = (retries, threshold);
        spec.timeout_ms = timeout_ms;
        if phased {
            spec.phases = (0..3).map(|number| PhaseSpec {
                name: format!("P{number}"),
                mode: modes[number],
                tasks: Vec::new(),
                timeout_ms: times[number],
                gate_ppm,
            }).collect();
            let tops = tasks.iter().zip(0u32..).filter(|(task, _)| task.parent.is_none());
            for (_, index) in tops {
                if let Some(place) = places[index as usize] {
                    spec.phases[place].tasks.push(index);
                }
            }
        }
        (spec, tasks)
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let decision = prop::sample::select(Decision::ALL);
    prop_oneof![
        4 => (0u16..4_000).prop_map(Step::Pass),
        8 => any::<Index>().prop_map(Step::Complete),
        6 => (any::<Index>(), 0..ERRORS.len()).prop_map(|(which, error)| Step::Fail(which, error)),
        1 => any::<u8>().prop_map(Step::Stale),
        2 => (any::<Index>(), 0u32..1_200_000).prop_map(|(which, ppm)| Step::Progress(which, ppm)),
        3 => (any::<Index>(), decision).prop_map(|(which, decision)| Step::Resolve(which, decision)),
        1 => any::<Index>().prop_map(Step::Pause),
        2 => any::<Index>().prop_map(Step::Resume),
        1 => any::<Index>().prop_map(Step::Cancel),
        2 => (any_plan(), any::<bool>()).prop_map(|((plan, tasks), draft)| Step::Open(plan, tasks, draft)),
        1 => Just(Step::Crash),
        1 => (1_000u16..3_000).prop_map(Step::Totals),
    ]
}

/// What is checked against the journal, event by event.
#[derive(Default)]
struct Witness {
    replica: Durable,
    frames: usize,
    statuses: BTreeMap<TaskId, TaskStatus>,
}

impl Witness {
    fn follow(&mut self, lab: &Lab) {
        for frame in &lab.frames[self.frames..] {
            let frame = Frame::read(frame).unwrap();
            let seqs = frame.head.first_seq..;
            for (event, seq) in frame.events().unwrap().iter().zip(seqs) {
                self.replica.evolve(seq, frame.head.kernel_ms, event);
                self.look(&format!("{event:?}"));
            }
        }
        self.frames = lab.frames.len();
    }

    fn look(&mut self, event: &str) {
        let tasks = &self.replica.tasks;
        for (id, task) in tasks.iter() {
            let before = self
                .statuses
                .insert(id, task.status)
                .unwrap_or(TaskStatus::Pending);
            if before == task.status {
                continue;
            }
            assert!(
                is_listed(before, task.status),
                "{before:?} → {:?} by {event}",
                task.status
            );
            if matches!(task.status, TaskStatus::Ready | TaskStatus::Running) {
                self.check_order(task, event);
            }
        }
        self.check_sums();
    }

    /// Nothing begins before what must come first.
    fn check_order(&self, task: &Task, event: &str) {
        let tasks = &self.replica.tasks;
        let members = tasks.of(task.session);
        let status = |index: u32| tasks.get(members[index as usize]).unwrap().status;
        let plan = tasks.plan(task.session).unwrap();
        assert!(plan.committed);
        assert!(
            task.spec
                .after
                .iter()
                .all(|index| status(*index) == TaskStatus::Completed),
            "{} began before what it needs by {event}",
            task.spec.key
        );
        let parent = task.spec.parent.map(status);
        assert!(
            parent.is_none_or(|status| status == TaskStatus::Running),
            "{event}"
        );
        if let Some(phase) = task.ties.phase.map(|phase| &plan.phases[phase as usize]) {
            assert_eq!(phase.status, PhaseStatus::Open, "{event}");
            let place = phase
                .spec
                .tasks
                .iter()
                .position(|index| *index == task.index)
                .unwrap();
            if phase.spec.mode != PhaseMode::Parallel && place > 0 {
                assert!(status(phase.spec.tasks[place - 1]).is_terminal(), "{event}");
            }
        }
    }

    fn check_sums(&self) {
        let durable = &self.replica;
        let held = durable.leases.iter().map(|(_, lease)| lease.resources);
        let sum = held.fold(Resources::default(), |sum, resources| sum.plus(&resources));
        assert_eq!(durable.leases.reserved(), sum);
        for (_, task) in durable.tasks.iter() {
            let plan = durable.tasks.plan(task.session).unwrap();
            let retries = plan.policy.max_retries;
            let budget = 1 + retries + task.course.losses + task.course.reprieves * (1 + retries);
            assert!(
                task.course.attempts <= budget,
                "{} of {budget} attempts",
                task.course.attempts
            );
            let runs = task.status == TaskStatus::Running && !task.is_group();
            assert_eq!(task.course.fence.is_some(), runs);
        }
        for (session, _) in durable.sessions.iter() {
            let plan = durable.tasks.plan(session).unwrap();
            let running = |class: u32| {
                let members = durable.tasks.of(session).iter();
                let of_class = members
                    .filter_map(|id| durable.tasks.get(*id))
                    .filter(|task| task.spec.class == Some(class) && task.course.fence.is_some());
                of_class.count() as u32
            };
            for (class, index) in plan.classes.iter().zip(0u32..) {
                assert_eq!(plan.running[index as usize], running(index));
                assert!(plan.running[index as usize] <= class.max_parallel);
            }
        }
    }
}

fn is_listed(from: TaskStatus, to: TaskStatus) -> bool {
    use TaskStatus::{Cancelled, Completed, Failed, Pending, Ready, Running, Skipped, Waiting};
    let allowed: &[TaskStatus] = match from {
        Pending => &[Ready, Running, Skipped, Cancelled],
        Ready => &[Running, Waiting, Skipped, Failed, Cancelled],
        Running => &[Ready, Waiting, Completed, Failed, Cancelled],
        Waiting => &[Ready, Completed, Failed, Cancelled, Skipped],
        Completed | Failed | Skipped | Cancelled => &[],
    };
    allowed.contains(&to)
}

fn lab(totals: bool, deadline_ms: Option<u64>) -> Lab {
    let mut lab = Lab::new();
    lab.configure(|settings| {
        settings.totals = totals.then_some(Resources {
            memory_mb: 1_000,
            cpu_milli: 1_000,
            disk_mb: 1_000,
        });
        settings.escalations.deadline_ms = deadline_ms;
        settings.escalations.notify = true;
    });
    lab
}

fn agents(lab: &mut Lab) {
    lab.agent("one", 2);
    lab.agent("two", 2);
}

fn sessions(lab: &Lab) -> Vec<SessionId> {
    lab.kernel.durable().sessions.iter().map(|(id, _)| id).collect()
}

fn held(lab: &Lab) -> Vec<Fence> {
    lab.kernel
        .durable()
        .leases
        .iter()
        .map(|(fence, _)| fence)
        .collect()
}

fn take(lab: &mut Lab, step: Step) {
    let fences = held(lab);
    let of = |which: Index| (!fences.is_empty()).then(|| *which.get(&fences));
    let known = sessions(lab);
    let session = |which: Index| (!known.is_empty()).then(|| *which.get(&known));
    let reason = String::new();
    match step {
        Step::Pass(ms) => lab.pass(ms.into()),
        Step::Complete(which) => {
            if let Some(fence) = of(which) {
                let report = Report::empty();
                lab.accept(TaskCommand::CompleteTask {
                    fence,
                    report,
                    tolerated: None,
                });
                assert_eq!(lab.refuse(failure(fence, "late")).code, "LEASE_FENCED");
            }
        }
        Step::Fail(which, error) => {
            if let Some(fence) = of(which) {
                lab.accept(failure(fence, ERRORS[error]));
            }
        }
        Step::Stale(fence) => {
            let fence = Fence(u64::from(fence));
            if !fences.contains(&fence) {
                assert_eq!(lab.refuse(failure(fence, "stale")).code, "LEASE_FENCED");
            }
        }
        Step::Progress(which, ppm) => {
            if let Some(fence) = of(which) {
                let message = String::new();
                lab.accept(TaskCommand::ReportProgress { fence, ppm, message });
            }
        }
        Step::Resolve(which, decision) => {
            let all = lab.kernel.durable().escalations.iter();
            let all: Vec<_> = all
                .map(|(id, known)| (id, known.status, known.decision))
                .collect();
            if !all.is_empty() {
                let (id, status, before) = *which.get(&all);
                let accepted = matches!(lab.tell(resolve(id, decision)), Outcome::Accepted { .. });
                let expected = status == EscalationStatus::Open || before == Some(decision);
                assert_eq!(accepted, expected);
            }
        }
        Step::Pause(which) => {
            drop(session(which).map(|session| lab.tell(SessionCommand::PauseSession { session, reason })))
        }
        Step::Resume(which) => {
            drop(session(which).map(|session| lab.tell(SessionCommand::ResumeSession { session })))
        }
        Step::Cancel(which) => {
            drop(session(which).map(|session| lab.tell(SessionCommand::CancelSession { session, reason })))
        }
        Step::Open(plan, tasks, draft) => open(lab, plan, tasks, draft),
        Step::Crash => {
            lab.fail_over();
            agents(lab);
        }
        Step::Totals(memory_mb) => lab.configure(|settings| {
            // Only ever more, so that what was granted stays within.
            if let Some(totals) = &mut settings.totals {
                totals.memory_mb = totals.memory_mb.max(memory_mb.into());
            }
        }),
    }
}

fn open(lab: &mut Lab, plan: PlanSpec, tasks: Vec<TaskSpec>, draft: bool) {
    let input = None;
    if !draft {
        lab.tell(SessionCommand::Orchestrate {
            plan,
            tasks: shared(tasks),
            input,
        });
        return;
    }
    let expected = tasks.len() as u32;
    let session = SessionId(lab.accept(SessionCommand::BeginPlan {
        plan,
        expected,
        input,
    }));
    for task in tasks {
        lab.accept(SessionCommand::AddTasks {
            session,
            tasks: vec![task.into()],
        });
    }
    lab.tell(SessionCommand::CommitPlan { session });
}

/// A kernel from a snapshot goes on exactly as the one that wrote it.
fn check_twin(lab: &mut Lab) {
    let mut twin = Kernel::restore(&lab.kernel.snapshot(), lab.kernel.durable().epoch()).unwrap();
    let mut live = lab.kernel.clone();
    for _ in 0..3 {
        let (ours, theirs) = (live.step(lab.now, &batch(&[])), twin.step(lab.now, &batch(&[])));
        assert_eq!(ours.frame, theirs.frame);
        assert_eq!(ours.deadline_ms, theirs.deadline_ms);
    }
}

/// With faults off everything ends, or waits for a human.
fn calm_down(lab: &mut Lab, witness: &mut Witness) {
    lab.settle();
    for _ in 0..400 {
        for session in sessions(lab) {
            lab.tell(SessionCommand::ResumeSession { session });
        }
        for fence in held(lab) {
            let report = Report::empty();
            lab.tell(TaskCommand::CompleteTask {
                fence,
                report,
                tolerated: None,
            });
        }
        lab.pass(1_000);
        witness.follow(lab);
        if lab.kernel.durable().sessions.live() == 0 {
            return;
        }
    }
    let durable = lab.kernel.durable();
    let open = durable
        .sessions
        .iter()
        .filter(|(_, session)| !session.status.is_terminal());
    for (id, session) in open.filter(|(_, session)| session.status != SessionStatus::Planning) {
        let asked = durable
            .escalations
            .iter()
            .any(|(_, known)| known.session == id && known.status == EscalationStatus::Open);
        let reasons: Vec<WaitReason> = durable
            .tasks
            .of(id)
            .iter()
            .map(|task| from_bytes(&lab.kernel.view(&View::Waiting { task: *task })).unwrap())
            .collect();
        assert!(asked, "{id} stands still: {session:?} {reasons:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold(
        first in any_plan(),
        steps in prop::collection::vec(any_step(), 0..60),
        totals: bool,
        deadline_ms in prop::option::of(1_000u64..20_000),
        late_agents: bool,
    ) {
        let mut lab = lab(totals, deadline_ms);
        let mut witness = Witness::default();
        if !late_agents {
            agents(&mut lab);
        }
        open(&mut lab, first.0, first.1, false);
        for (number, step) in steps.into_iter().enumerate() {
            take(&mut lab, step);
            witness.follow(&lab);
            if let Some(totals) = lab.kernel.durable().settings().totals {
                prop_assert!(lab.kernel.durable().leases.reserved().fits(&totals));
            }
            if number % 16 == 0 {
                check_twin(&mut lab);
            }
        }
        if late_agents {
            agents(&mut lab);
        }
        calm_down(&mut lab, &mut witness);
        prop_assert!(lab.kernel.durable().leases.is_empty());
        prop_assert_eq!(lab.kernel.durable().leases.reserved(), Resources::default());
        lab.check_replay();
    }
}
