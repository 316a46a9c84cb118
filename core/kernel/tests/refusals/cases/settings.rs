//! Of the journal and its configuration.

use polyphon_kernel::Settings;
use polyphon_kernel::agents::RankBy;
use polyphon_kernel::journal::JournalCommand;

use super::{Case, LONG, add};

pub(super) fn journal(cases: &mut Vec<Case>) {
    add(
        cases,
        "LEASE_FENCED",
        "a newer node has taken the journal over",
        |lab| {
            lab.fail_over();
            JournalCommand::StartNode {
                epoch: 1,
                seed: 1,
                node: "late".to_owned(),
            }
        },
    );
    add(
        cases,
        "KERNEL_FORMAT_NEWER",
        "this version knows formats up to",
        |_| JournalCommand::RaiseFormat { level: 2 },
    );
}

pub(super) fn settings(cases: &mut Vec<Case>) {
    let mut breaks = |rule, change: fn(&mut Settings)| {
        add(cases, "KERNEL_SETTINGS_INVALID", rule, move |lab| {
            let mut settings = lab.kernel.durable().settings().clone();
            change(&mut settings);
            JournalCommand::Configure { settings }
        });
    };
    breaks("ageing_ms must be at least 1", |all| all.ageing_ms = 0);
    breaks("draft_ms must be at least 1", |all| all.draft_ms = 0);
    breaks("degraded_phi_milli must be at least 1 and below", |all| {
        all.agents.degraded_phi_milli = all.agents.unhealthy_phi_milli;
    });
    breaks(
        "unresponsive_ms must be at least 1 and at most remove_ms",
        |all| {
            all.agents.unresponsive_ms = all.agents.remove_ms + 1;
        },
    );
    breaks("start_timeout_ms must be at least 1", |all| {
        all.agents.start_timeout_ms = 0;
    });
    breaks("restart_delay_ms must be at most restart_delay_max_ms", |all| {
        all.agents.restart_delay_ms = all.agents.restart_delay_max_ms + 1;
    });
    breaks("restart_jitter_ppm must be at most 1,000,000", |all| {
        all.agents.restart_jitter_ppm = 1_000_001;
    });
    breaks("ranking must have at most 4 criteria", |all| {
        all.agents.ranking = vec![RankBy::Load; 5];
    });
    breaks("a recovery matrix has at most 200 rows", |all| {
        all.recovery.rules = vec![all.recovery.rules[0].clone(); 201];
    });
    breaks("an error type has 1 to 256 bytes", |all| {
        all.recovery.rules[0].error_type.clear();
    });
    breaks("an error type has one row in the recovery matrix", |all| {
        all.recovery.rules.push(all.recovery.rules[0].clone());
    });
    breaks("the recovery matrix needs a row for \"other\"", |all| {
        all.recovery.rules.retain(|rule| rule.error_type != "other");
    });
    breaks(
        "a row recommends at most 20 things of at most 4,096 bytes",
        |all| {
            all.recovery.rules[0].advice = vec![String::new(); 21];
        },
    );
    breaks("an increase is a factor of 1 to 1,000", |all| {
        all.recovery.increase.cpu_ppm = 999_999;
    });
    breaks("widespread_tasks must be at least 1", |all| {
        all.recovery.widespread_tasks = 0;
    });
    breaks("at most 16 alert rules", |all| {
        all.alerts = vec![all.alerts[0].clone(); 17];
    });
    breaks("an alert rule needs a name of 1 to 256 bytes", |all| {
        all.alerts[0].name = "x".repeat(LONG);
    });
    breaks("an alert is cleared at its threshold or below", |all| {
        all.alerts[0].clear = all.alerts[0].threshold + 1;
    });
    breaks("a condition has one alert rule", |all| {
        all.alerts.push(all.alerts[0].clone());
    });
}
