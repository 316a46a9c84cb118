//! Of what a plan says.

use std::sync::Arc;

use polyphon_kernel::sessions::commands::SessionCommand;
use polyphon_kernel::tasks::{ClassSpec, PhaseMode, PlanSpec, TaskSpec};

use super::{Case, LONG, TOO_LONG_MS, add, inline, whole};
use crate::common::tasks::{class, criterion, part, phased};
use crate::common::{plan, task};

pub(super) fn plans(cases: &mut Vec<Case>) {
    let mut breaks = |rule, change: fn(&mut PlanSpec)| {
        add(cases, "PLAN_INVALID", rule, move |_| {
            let mut plan = phased(&[(PhaseMode::Parallel, &[0], 0)]);
            plan.classes = vec![class("heavy", 1)];
            change(&mut plan);
            whole(plan, vec![task("A", &[])])
        });
    };
    breaks("the name has at most 256 bytes", |plan| {
        plan.name = "x".repeat(LONG)
    });
    breaks("at most 200 phases", |plan| {
        plan.phases = vec![plan.phases[0].clone(); 201];
    });
    breaks("at most 1,000 classes", |plan| {
        plan.classes = vec![class("heavy", 1); 1_001];
    });
    breaks("a phase needs a name of 1 to 256 bytes", |plan| {
        plan.phases[0].name.clear();
    });
    breaks("a class needs a name of 1 to 256 bytes", |plan| {
        plan.classes[0].name.clear();
    });
    breaks("a class needs a name of 1 to 256 bytes", |plan| {
        plan.classes[0].name = "x".repeat(LONG);
    });
    breaks("a gate is at most 1,000,000 millionths", |plan| {
        plan.phases[0].gate_ppm = 1_000_001;
    });
    breaks("a phase takes at most a year", |plan| {
        plan.phases[0].timeout_ms = TOO_LONG_MS;
    });
    breaks("a class lets at least one task run", |plan| {
        plan.classes[0].max_parallel = 0;
    });
    breaks("a plan takes at most a year", |plan| {
        plan.timeout_ms = TOO_LONG_MS
    });
    breaks("at most 1,000 retries", |plan| plan.policy.max_retries = 1_001);
    breaks("a delay is at most a year", |plan| {
        plan.policy.retry_delay_ms = TOO_LONG_MS;
    });
    breaks("a phase names a task that is not in the plan", |plan| {
        plan.phases[0].tasks = vec![1];
    });
    breaks("a task stands in one phase only", |plan| {
        plan.phases[0].tasks = vec![0, 0];
    });
    add(
        cases,
        "PLAN_INVALID",
        "an input of more than 256 bytes must be referred to",
        |_| SessionCommand::BeginPlan {
            plan: plan(),
            expected: 1,
            input: inline(257),
        },
    );
}

pub(super) fn tasks(cases: &mut Vec<Case>) {
    let mut breaks = |rule, change: fn(&mut TaskSpec)| {
        add(cases, "PLAN_INVALID", rule, move |_| {
            let mut plan = plan();
            plan.classes = vec![ClassSpec {
                name: "heavy".to_owned(),
                max_parallel: 1,
            }];
            let mut task = task("A", &[]);
            change(&mut task);
            whole(plan, vec![task])
        });
    };
    breaks("a key must have 1 to 256 bytes without control", |task| {
        task.key.clear()
    });
    breaks("a name has at most 256 bytes", |task| {
        task.name = "x".repeat(LONG)
    });
    breaks("at most 10,000 dependencies", |task| task.after = vec![0; 10_001]);
    breaks("it refers to a task beyond the plan", |task| {
        task.after = vec![100_000]
    });
    breaks("its class is not in the plan", |task| task.class = Some(1));
    breaks("a timeout is 1 ms to a year", |task| task.timeout_ms = 0);
    breaks("a total timeout is 1 ms to a year", |task| {
        task.total_timeout_ms = Some(TOO_LONG_MS);
    });
    breaks("at most 64 criteria", |task| {
        task.criteria = vec![criterion("speed", 0); 65]
    });
    breaks("a criterion needs a name", |task| {
        task.criteria = vec![criterion("", 0)]
    });
    breaks("an input of more than 256 bytes must be referred to", |task| {
        task.input = inline(257).map(Box::new);
    });
    breaks("at most 64 capabilities of 1 to 256 bytes, sorted", |task| {
        Arc::make_mut(&mut task.demand).needs = vec!["b".to_owned(), "a".to_owned()];
    });
}

pub(super) fn graphs(cases: &mut Vec<Case>) {
    add(cases, "TASK_DUPLICATE", "two tasks are called \"A\"", |_| {
        whole(plan(), vec![task("A", &[]), task("A", &[])])
    });
    add(
        cases,
        "TASK_DEPENDENCY_UNKNOWN",
        "refers to task number 7",
        |_| whole(plan(), vec![task("A", &[7])]),
    );
    add(
        cases,
        "TASK_CYCLE",
        "tasks wait for each other: A → B → A",
        |_| whole(plan(), vec![task("A", &[1]), task("B", &[0])]),
    );
    add(cases, "PLAN_INVALID", "tasks nest at most 16 deep", |_| {
        let parts = (1..=17u32).map(|index| part(&format!("T{index}"), index - 1, &[]));
        whole(plan(), std::iter::once(task("T0", &[])).chain(parts).collect())
    });
    add(
        cases,
        "PLAN_INVALID",
        "a part of a task stands in the phase of its parent",
        |_| {
            let phases = phased(&[(PhaseMode::Parallel, &[1], 0)]);
            whole(phases, vec![task("A", &[]), part("A1", 0, &[])])
        },
    );
}
