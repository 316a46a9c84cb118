//! Random plans.

use std::sync::Arc;

use polyphon_kernel::Resources;
use polyphon_kernel::agents::Permission;
use polyphon_kernel::tasks::{
    ClassSpec, Criterion, Demand, PhaseMode, PhaseSpec, PlanSpec, Policy, Priority, TaskSpec,
};

use crate::random::Random;

/// What may be reserved at once, when everything is in order.
pub(crate) const TOTALS: Resources = Resources {
    memory_mb: 1_000,
    cpu_milli: 4_000,
    disk_mb: 500,
};

/// Capabilities that are asked for.
pub(crate) const NEEDS: &[&str] = &["code_generation", "document_analysis", "testing"];

/// A plan, and the tasks of it in order.
pub(crate) fn random(draw: &mut Random, name: String) -> (PlanSpec, Vec<TaskSpec>) {
    let count = match draw.below(10) {
        0 => draw.within(0, 1),
        1 => draw.within(12, 30),
        _ => draw.within(2, 8),
    } as u32;
    let classes: Vec<ClassSpec> = (0..draw.below(3))
        .map(|index| ClassSpec {
            name: format!("class-{index}"),
            max_parallel: draw.within(1, 3) as u32,
        })
        .collect();
    let mut tasks: Vec<TaskSpec> = Vec::new();
    // Tasks that are not part of another one.
    let mut tops: Vec<u32> = Vec::new();
    for index in 0..count {
        let parent = draw.pick(&tops).copied().filter(|_| draw.percent(25));
        let mut spec = task(draw, &format!("t{index}"), classes.len() as u64);
        match parent {
            Some(parent) => {
                // Parts wait at most for other parts of the same task.
                spec.after = pick_some(draw, siblings(&tasks, parent));
                spec.parent = Some(parent);
                if let Some(group) = tasks.get_mut(parent as usize) {
                    group.criteria.clear();
                }
            }
            None => {
                spec.after = pick_some(draw, tops.iter().copied());
                tops.push(index);
            }
        }
        tasks.push(spec);
    }
    let phases = if draw.percent(30) {
        phases(draw, &tops)
    } else {
        Vec::new()
    };
    let plan = PlanSpec {
        name,
        phases,
        classes,
        policy: Policy {
            max_retries: draw.below(4) as u32,
            retry_delay_ms: draw.below(2) * draw.below(5_000),
            escalation_threshold: draw.within(1, 4) as u32,
            grace_ms: draw.below(2_000),
        },
        timeout_ms: if draw.percent(5) {
            draw.within(10, 20_000)
        } else {
            86_400_000
        },
        config_hash: None,
    };
    (plan, tasks)
}

fn siblings(tasks: &[TaskSpec], parent: u32) -> impl Iterator<Item = u32> {
    (0u32..)
        .zip(tasks)
        .filter(move |(_, task)| task.parent == Some(parent))
        .map(|(index, _)| index)
}

fn pick_some(draw: &mut Random, from: impl Iterator<Item = u32>) -> Vec<u32> {
    from.filter(|_| draw.percent(20)).collect()
}

/// Tasks in order, cut into parts.
fn phases(draw: &mut Random, tops: &[u32]) -> Vec<PhaseSpec> {
    let modes = [
        PhaseMode::Parallel,
        PhaseMode::Sequential,
        PhaseMode::SequentialWithParallelSubtasks,
    ];
    let len = draw.within(1, 4) as usize;
    tops.chunks(len)
        .zip(0..)
        .map(|(tasks, number)| PhaseSpec {
            name: format!("phase-{number}"),
            mode: modes[draw.below(3) as usize],
            tasks: tasks.to_vec(),
            timeout_ms: if draw.percent(10) {
                draw.within(100, 60_000)
            } else {
                0
            },
            gate_ppm: if draw.percent(70) { 500_000 } else { 1_000_000 },
        })
        .collect()
}

/// Tasks as a command takes them.
pub(crate) fn shared(tasks: Vec<TaskSpec>) -> Vec<Arc<TaskSpec>> {
    tasks.into_iter().map(Arc::new).collect()
}

pub(crate) fn task(draw: &mut Random, key: &str, classes: u64) -> TaskSpec {
    let priorities = [
        Priority::Low,
        Priority::Medium,
        Priority::High,
        Priority::Critical,
    ];
    let permissions = [Permission::Readonly, Permission::Limited, Permission::Full];
    let near = draw.percent(10);
    let mut amount = |total: u64| {
        if near {
            total - draw.below(10)
        } else {
            draw.below(3) * draw.below(total / 4)
        }
    };
    let resources = Resources {
        memory_mb: amount(TOTALS.memory_mb),
        cpu_milli: amount(TOTALS.cpu_milli),
        disk_mb: amount(TOTALS.disk_mb),
    };
    let needs = draw.pick(NEEDS).filter(|_| draw.percent(30));
    let criteria = (0..u64::from(draw.percent(30))).map(|_| Criterion {
        name: "min_pass_rate".to_owned(),
        bound_micro: 900_000,
    });
    TaskSpec {
        key: key.to_owned(),
        name: String::new(),
        parent: None,
        after: Vec::new(),
        priority: priorities[draw.below(4) as usize],
        class: (classes > 0 && draw.percent(50)).then(|| draw.below(classes) as u32),
        demand: Arc::new(Demand {
            agent_type: draw.percent(15).then(|| "coder".to_owned()),
            needs: needs.iter().map(|need| (**need).to_owned()).collect(),
            permission: permissions[draw.below(3) as usize],
            resources,
            avoid: None,
        }),
        timeout_ms: draw.within(1_000, 60_000),
        criteria: criteria.collect(),
        input: None,
        total_timeout_ms: draw.percent(5).then(|| draw.within(1_000, 120_000)),
    }
}
