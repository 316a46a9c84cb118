//! Of plans that come in parts or are too large.

use polyphon_kernel::bounds;
use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::TaskSpec;

use super::{Case, add, begin, draft, whole};
use crate::common::{Lab, plan, shared, task};

pub(super) fn drafts(cases: &mut Vec<Case>) {
    add(cases, "PLAN_COMMITTED", "is committed", |lab| {
        let session = lab.orchestrate(vec![task("A", &[])]);
        let tasks = vec![task("B", &[])];
        SessionCommand::AddTasks {
            session,
            tasks: shared(tasks),
        }
    });
    add(cases, "PLAN_INCOMPLETE", "0 of 1 tasks have come", |lab| {
        let session = draft(lab, 1);
        SessionCommand::CommitPlan { session }
    });
    add(
        cases,
        "PLAN_TOO_LARGE",
        "the plan has 2 tasks, the limit is 1",
        |lab| {
            let session = draft(lab, 1);
            let tasks = vec![task("A", &[]), task("B", &[])];
            SessionCommand::AddTasks {
                session,
                tasks: shared(tasks),
            }
        },
    );
    add(cases, "PLAN_TOO_LARGE", "the limit is 100000", |_| {
        begin(plan(), bounds::PLAN_TASKS + 1)
    });
    add(cases, "PLAN_TOO_LARGE", "the limit is 100000", |_| {
        whole(plan(), vec![task("A", &[]); bounds::PLAN_TASKS as usize + 1])
    });
    add(cases, "PLAN_TOO_LARGE", "3001 tasks, the limit is 3000", |_| {
        whole(plan(), vec![task("A", &[]); bounds::PART_TASKS + 1])
    });
    add(cases, "PLAN_TOO_LARGE", "3001 tasks, the limit is 3000", |lab| {
        let tasks = shared(vec![task("A", &[]); bounds::PART_TASKS + 1]);
        let session = draft(lab, tasks.len() as u32);
        SessionCommand::AddTasks { session, tasks }
    });
    add(cases, "PLAN_TOO_LARGE", "bytes, the limit is 67108864", |lab| {
        let session = draft(lab, bounds::PLAN_TASKS);
        let part = || SessionCommand::AddTasks {
            session,
            tasks: shared(vec![heavy(); 100]),
        };
        for _ in 0..13 {
            lab.accept(part());
        }
        part()
    });
    cases.push(Case {
        code: "KERNEL_FULL",
        rule: "there are 1000000 tasks already",
        make: Box::new(|lab| {
            let session = draft(lab, 1);
            crowd(lab);
            let tasks = vec![task("A", &[])];
            vec![
                whole(plan(), tasks.clone()).into(),
                begin(plan(), 1).into(),
                SessionCommand::AddTasks {
                    session,
                    tasks: shared(tasks),
                }
                .into(),
            ]
        }),
    });
    add(
        cases,
        "PLAN_INVALID",
        "it refers to a task beyond the plan",
        |lab| {
            let session = draft(lab, 1);
            let tasks = vec![task("A", &[1])];
            SessionCommand::AddTasks {
                session,
                tasks: shared(tasks),
            }
        },
    );
    add(cases, "TASK_DUPLICATE", "two tasks are called \"A\"", |lab| {
        let session = draft(lab, 2);
        let tasks = vec![task("A", &[]), task("A", &[])];
        lab.accept(SessionCommand::AddTasks {
            session,
            tasks: shared(tasks),
        });
        SessionCommand::CommitPlan { session }
    });
}

/// A task of some 50,000 bytes.
fn heavy() -> TaskSpec {
    let mut one = task("A", &[]);
    one.after = (0..10_000).map(|index| index + 90_000).collect();
    one
}

/// As many tasks as may live.
fn crowd(lab: &mut Lab) {
    let part = vec![task("A", &[]); 2_000];
    for _ in 0..bounds::LIVE_TASKS / bounds::PLAN_TASKS as usize {
        let session = draft(lab, bounds::PLAN_TASKS);
        for _ in 0..bounds::PLAN_TASKS / 2_000 {
            let tasks = part.clone();
            lab.accept(SessionCommand::AddTasks {
                session,
                tasks: shared(tasks),
            });
        }
    }
}
