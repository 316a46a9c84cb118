use polyphon_wire::wire;

use super::rank::RankBy;

wire! {
    /// What agents go by. Times in milliseconds, suspicion (φ) in thousandths.
    pub struct AgentSettings {
        /// Silence beyond the usual rhythm before an agent is suspected: how long a health check may take.
        health_timeout_ms: u64,
        /// Suspicion from which on an agent is degraded: a warning, and others are preferred.
        degraded_phi_milli: u64,
        /// Suspicion from which on an agent is unhealthy and gets no work.
        unhealthy_phi_milli: u64,
        /// Silence after which an agent is lost and its work goes to others.
        unresponsive_ms: u64,
        /// Silence after which a lost agent is forgotten.
        remove_ms: u64,
        /// Time an agent has to start.
        start_timeout_ms: u64,
        /// Restarts in a row before an agent is given up.
        restart_max: u32,
        /// Wait before the first restart; it doubles from one to the next.
        restart_delay_ms: u64,
        /// Longest wait before a restart.
        restart_delay_max_ms: u64,
        /// Greatest part of the wait that is added at random, in millionths.
        restart_jitter_ppm: u64,
        /// Time in service after which earlier restarts no longer count, and after which a pool tries again with an
        /// agent that was given up.
        restart_reset_ms: u64,
        /// Time a ready task waits before it is reported that nobody could do it.
        unserved_ms: u64,
        /// How agents are ranked, the weightiest criterion first, at most four; empty is as `selection` says.
        ranking: Vec<RankBy>,
    }
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            health_timeout_ms: 10_000,
            degraded_phi_milli: 3_000,
            unhealthy_phi_milli: 8_000,
            unresponsive_ms: 120_000,
            remove_ms: 300_000,
            start_timeout_ms: 30_000,
            restart_max: 3,
            restart_delay_ms: 5_000,
            restart_delay_max_ms: 60_000,
            restart_jitter_ppm: 100_000,
            restart_reset_ms: 300_000,
            unserved_ms: 5_000,
            ranking: Vec::new(),
        }
    }
}

impl AgentSettings {
    /// The first rule the settings break.
    pub fn broken_rule(&self) -> Option<&'static str> {
        let rules = [
            (
                self.degraded_phi_milli > 0 && self.degraded_phi_milli < self.unhealthy_phi_milli,
                "degraded_phi_milli must be at least 1 and below unhealthy_phi_milli",
            ),
            (
                self.unresponsive_ms > 0 && self.unresponsive_ms <= self.remove_ms,
                "unresponsive_ms must be at least 1 and at most remove_ms",
            ),
            (self.start_timeout_ms > 0, "start_timeout_ms must be at least 1"),
            (
                self.restart_delay_ms <= self.restart_delay_max_ms,
                "restart_delay_ms must be at most restart_delay_max_ms",
            ),
            (
                self.restart_jitter_ppm <= 1_000_000,
                "restart_jitter_ppm must be at most 1,000,000",
            ),
            (
                self.ranking.len() <= super::rank::CRITERIA,
                "ranking must have at most 4 criteria",
            ),
        ];
        rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_keep_every_rule() {
        assert_eq!(AgentSettings::default().broken_rule(), None);
    }

    #[test]
    fn each_rule_is_enforced() {
        let broken = |change: fn(&mut AgentSettings)| {
            let mut settings = AgentSettings::default();
            change(&mut settings);
            settings.broken_rule().is_some()
        };
        assert!(broken(|settings| settings.degraded_phi_milli = 0));
        assert!(broken(|settings| settings.degraded_phi_milli = 8_000));
        assert!(broken(|settings| settings.unresponsive_ms = 0));
        assert!(broken(|settings| settings.unresponsive_ms = 300_001));
        assert!(broken(|settings| settings.start_timeout_ms = 0));
        assert!(broken(|settings| settings.restart_delay_ms = 60_001));
        assert!(broken(|settings| settings.restart_jitter_ppm = 1_000_001));
        assert!(broken(|settings| settings.ranking = vec![RankBy::Load; 5]));
    }
}
