//! Configurations that make sense, at random.

use polyphon_kernel::agents::{AgentSettings, RankBy};
use polyphon_kernel::alerts::{AlertAction, AlertRule};
use polyphon_kernel::escalations::{Decision, EscalationSettings};
use polyphon_kernel::tasks::recovery::{AskHuman, RecoverySettings, Strategy};
use polyphon_kernel::{Resources, Selection, Settings};

use crate::plans::TOTALS;
use crate::random::Random;

pub(super) fn random(draw: &mut Random) -> Settings {
    let totals = draw.percent(80).then(|| Resources {
        memory_mb: TOTALS.memory_mb - draw.below(500),
        ..TOTALS
    });
    let mut settings = Settings {
        totals,
        selection: one_of(draw, Selection::ALL, Selection::LeastLoaded),
        ageing_ms: draw.within(1, 60_000),
        starvation_ms: draw.below(200_000),
        shutdown_ms: draw.below(30_000),
        agents: agents(draw),
        draft_ms: draw.within(1_000, 1_200_000),
        escalations: escalations(draw),
        ..Settings::default()
    };
    if draw.percent(50) {
        settings
            .alerts
            .iter_mut()
            .for_each(|rule| change_alert(rule, draw));
    }
    if draw.percent(20) {
        settings.alerts.retain(|_| draw.percent(50));
    }
    if draw.percent(50) {
        change_recovery(&mut settings.recovery, draw);
    }
    settings
}

fn one_of<T: Copy>(draw: &mut Random, all: &[T], otherwise: T) -> T {
    draw.pick(all).copied().unwrap_or(otherwise)
}

fn agents(draw: &mut Random) -> AgentSettings {
    let unresponsive_ms = draw.within(2_000, 120_000);
    let restart_delay_ms = draw.below(10_000);
    let ranking = (0..draw.below(5)).map(|_| one_of(draw, RankBy::ALL, RankBy::Load));
    AgentSettings {
        ranking: ranking.collect(),
        health_timeout_ms: draw.below(20_000),
        unresponsive_ms,
        remove_ms: unresponsive_ms + draw.below(300_000),
        start_timeout_ms: draw.within(1_000, 60_000),
        restart_max: draw.below(4) as u32,
        restart_delay_ms,
        restart_delay_max_ms: restart_delay_ms + draw.below(60_000),
        restart_jitter_ppm: draw.below(1_000_001),
        restart_reset_ms: draw.below(300_000),
        unserved_ms: draw.below(20_000),
        ..AgentSettings::default()
    }
}

fn escalations(draw: &mut Random) -> EscalationSettings {
    EscalationSettings {
        deadline_ms: draw.percent(30).then(|| draw.within(1_000, 600_000)),
        default: one_of(draw, Decision::ALL, Decision::Abort),
        notify: draw.percent(50),
    }
}

fn change_alert(rule: &mut AlertRule, draw: &mut Random) {
    rule.threshold = draw.within(rule.threshold / 4, rule.threshold);
    rule.clear = draw.below(rule.threshold + 1);
    rule.min_samples = draw.below(6) as u32;
    rule.interval_ms = draw.below(20_000);
    if draw.percent(30) {
        rule.action = one_of(draw, AlertAction::ALL, AlertAction::Tell);
    }
}

fn change_recovery(recovery: &mut RecoverySettings, draw: &mut Random) {
    for rule in &mut recovery.rules {
        if draw.percent(30) {
            rule.human = one_of(draw, AskHuman::ALL, AskHuman::Never);
        }
        if draw.percent(20) {
            rule.agent = draw.pick(Strategy::ALL).copied().filter(|_| draw.percent(70));
            rule.orchestrator = draw.pick(Strategy::ALL).copied().filter(|_| draw.percent(70));
        }
    }
    recovery.increase.memory_ppm = draw.within(1_000_000, 3_000_000) as u32;
    recovery.increase.timeout_ppm = draw.within(1_000_000, 3_000_000) as u32;
    recovery.widespread_tasks = draw.within(1, 4) as u32;
}
