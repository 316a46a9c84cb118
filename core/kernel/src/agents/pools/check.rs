use super::PoolSpec;
use crate::agents::HostKind;
use crate::agents::commands::register;
use crate::bounds;
use crate::text::is_name;

/// Bytes that the number behind a pool's key takes at most: `_` and five digits.
const SUFFIX: usize = 6;

/// The first rule a pool's description breaks.
pub(crate) fn broken_rule(spec: &PoolSpec) -> Option<&'static str> {
    let rules = [
        (
            is_name(&spec.key) && spec.key.len() + SUFFIX <= bounds::NAME_BYTES,
            "the key must have 1 to 250 bytes without control characters",
        ),
        (spec.min <= spec.max, "min must be at most max"),
        (
            (1..=bounds::AGENTS as u32).contains(&spec.max),
            "max must be 1 to 10,000",
        ),
        (
            spec.scale_up_ppm <= 1_000_000 && spec.scale_down_ppm < spec.scale_up_ppm,
            "scale_down_ppm must be below scale_up_ppm, and that at most 1,000,000",
        ),
        (
            spec.template.host != HostKind::Remote,
            "a remote agent starts by itself, so that a pool cannot start it",
        ),
    ];
    let broken = rules.iter().find(|(kept, _)| !kept).map(|(_, rule)| *rule);
    broken.or_else(|| register::broken_rule(&register::named(&spec.template, &spec.key)))
}
