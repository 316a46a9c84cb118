//! Every rule refuses, says which one it is, and leaves no trace. What is refused is listed in `cases`; the
//! tests here hold that list against the registry, the commands and the rules in the source.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod cases;
#[path = "../common/mod.rs"]
mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cases::Case;
use common::Lab;
use polyphon_kernel::{Command, Outcome, Request, bounds, registry};
use polyphon_wire::schema::{Body, Registry};
use polyphon_wire::{Wire, Writer};

/// A command that can always be followed.
const NEVER_REFUSED: &[&str] = &["StopAll"];

/// Files of the source that check what comes from outside.
const CHECKS: &[&str] = &[
    "settings.rs",
    "agents/settings.rs",
    "agents/commands/register.rs",
    "agents/commands/heartbeats.rs",
    "agents/commands/save_state.rs",
    "agents/pools/check.rs",
    "alerts/rules.rs",
    "queues/commands.rs",
    "queues/commands/ack_and_publish.rs",
    "queues/commands/consume.rs",
    "queues/commands/publish.rs",
    "queues/spec.rs",
    "sessions/commands/locks.rs",
    "sessions/commands/record_facts.rs",
    "sessions/commands/update_context.rs",
    "sessions/commands/write_values.rs",
    "tasks/commands/fail.rs",
    "tasks/graph/limits.rs",
    "tasks/graph/mod.rs",
    "tasks/recovery/matrix.rs",
];

#[test]
fn every_command_that_breaks_a_rule_is_refused_by_name_and_leaves_no_trace() {
    let mut missing: BTreeSet<&str> = Command::variants().map(|(_, name)| name).collect();
    for case in cases::all() {
        let mut lab = Lab::new();
        let commands = case.make(&mut lab);
        lab.settle();
        for command in commands {
            missing.remove(command.name());
            must_be_refused(&mut lab, &case, command);
        }
    }
    let never: BTreeSet<&str> = NEVER_REFUSED.iter().copied().collect();
    assert_eq!(missing, never, "commands without a refusal");
}

fn must_be_refused(lab: &mut Lab, case: &Case, command: Command) {
    let what = format!("{} ({})", command.name(), case.rule);
    let (before, frames) = (lab.kernel.state_hash(), lab.frames.len());
    let refusal = match lab.tell(command) {
        Outcome::Accepted { entity } => panic!("{what} is accepted as {entity}"),
        Outcome::Refused { refusal } => refusal,
    };
    assert_eq!(refusal.code, case.code, "{what}: {}", refusal.message);
    assert!(refusal.message.contains(case.rule), "{what}: {}", refusal.message);
    assert_eq!(lab.kernel.state_hash(), before, "{what} changes the state");
    assert_eq!(lab.frames.len(), frames, "{what} is written down");
}

#[test]
fn every_code_the_kernel_refuses_with_is_brought_about() {
    let met: BTreeSet<&str> = cases::all().iter().map(|case| case.code).collect();
    // These are about how a command is handed in, not about what it says; they have tests of their own below.
    let by_hand = ["COMMAND_INVALID", "COMMAND_MALFORMED", "IDEMPOTENCY_CONFLICT"];
    let source = sources(&root());
    let used = registry::entries().map(|entry| entry.code);
    let used = used.filter(|code| {
        source
            .iter()
            .any(|(_, text)| text.contains(&format!("\"{code}\"")))
    });
    let missing: Vec<&str> = used
        .filter(|code| !met.contains(code) && !by_hand.contains(code))
        .collect();
    assert!(missing.is_empty(), "nothing is refused with {missing:?}");
    let unknown: Vec<&&str> = met.iter().filter(|code| registry::find(code).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?} are not in the registry");
}

#[test]
fn every_rule_is_broken_by_somebody() {
    let broken: Vec<&str> = cases::all().iter().map(|case| case.rule).collect();
    for file in CHECKS {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let rules = rules(&text);
        assert!(!rules.is_empty(), "{file} has no rules any more");
        for rule in rules {
            let is_broken = broken.iter().any(|known| rule.contains(known));
            assert!(is_broken, "{file}: nobody breaks the rule {rule:?}");
        }
    }
}

#[test]
fn every_file_with_a_rule_is_checked() {
    for (file, text) in sources(&root()) {
        let has_rules = text.contains("(kept, _)| !kept") || text.contains("rule: \"");
        assert!(
            !has_rules || CHECKS.contains(&file.as_str()),
            "{file} has rules and is not in the list"
        );
    }
}

#[test]
fn a_command_of_every_kind_that_cannot_be_read_is_refused_and_the_next_one_is_not() {
    let mut shapes = Registry::default();
    Command::shape(&mut shapes);
    let variants = shapes.types.values().filter_map(|known| match &known.body {
        Body::Enum(variants) => Some(variants),
        _ => None,
    });
    let fields = |tag: u64, name: &str| {
        let found = variants.clone().flatten();
        let found = found
            .into_iter()
            .find(|known| known.tag == tag && known.name == name);
        found.unwrap().fields.len()
    };
    let mut lab = Lab::new();
    for (tag, name) in Command::variants() {
        let mut writer = Writer::default();
        writer.array(2);
        // A list stands for each field; none is a list of lists of lists.
        request(&mut writer, 7, |writer| {
            writer.array(1 + fields(tag, name));
            writer.uint(tag);
            (0..fields(tag, name)).for_each(|_| [1, 1, 1, 0].iter().for_each(|len| writer.array(*len)));
        });
        request(&mut writer, 8, |writer| lab_command().encode(writer));
        let output = lab.kernel.step(lab.now, writer.as_bytes());
        let codes: Vec<(u64, Option<String>)> = output
            .answers
            .into_iter()
            .map(|answer| match answer.outcome {
                Outcome::Accepted { .. } => (answer.id, None),
                Outcome::Refused { refusal } => (answer.id, Some(refusal.code)),
            })
            .collect();
        let malformed = Some("COMMAND_MALFORMED".to_owned());
        assert_eq!(codes, [(7, malformed), (8, None)], "{name}");
    }
}

#[test]
fn a_key_is_for_one_call_only() {
    let mut lab = Lab::new();
    let mut first = lab.request(lab_command());
    first.idempotency_key = Some("once".to_owned());
    let mut other = lab.request(
        common::tasks::resolve(Default::default(), polyphon_kernel::escalations::Decision::Abort).into(),
    );
    other.idempotency_key.clone_from(&first.idempotency_key);
    let output = lab.step_requests(&[first, other]);
    match &output.answers[1].outcome {
        Outcome::Refused { refusal } => assert_eq!(refusal.code, "IDEMPOTENCY_CONFLICT"),
        Outcome::Accepted { .. } => panic!("the second call is taken for the first"),
    }
}

#[test]
fn what_comes_with_a_command_is_bounded() {
    type Change = fn(&mut Request, String);
    let changes: [(&str, Change); 4] = [
        ("actor", |request, text| request.actor = text),
        ("tenant", |request, text| request.tenant = text),
        ("idempotency key", |request, text| {
            request.idempotency_key = Some(text);
        }),
        ("trace context", |request, text| request.traceparent = Some(text)),
    ];
    for (what, change) in changes {
        let mut lab = Lab::new();
        let mut longest = lab.request(lab_command());
        change(&mut longest, "x".repeat(bounds::NAME_BYTES));
        let mut too_long = lab.request(lab_command());
        change(&mut too_long, "x".repeat(bounds::NAME_BYTES + 1));
        let output = lab.step_requests(&[too_long, longest]);
        match &output.answers[0].outcome {
            Outcome::Refused { refusal } => {
                let message = format!("the {what} has more than 256 bytes");
                assert_eq!(
                    (refusal.code.as_str(), &refusal.message),
                    ("COMMAND_INVALID", &message)
                );
            }
            Outcome::Accepted { .. } => panic!("{what} of any length is taken"),
        }
        assert!(
            matches!(output.answers[1].outcome, Outcome::Accepted { .. }),
            "{what}"
        );
        assert_eq!(lab.kernel.durable().sessions.live(), 1, "{what}");
    }
}

/// A command that changes something whenever it is given.
fn lab_command() -> Command {
    polyphon_kernel::sessions::commands::SessionCommand::BeginPlan {
        plan: common::plan(),
        expected: 1,
        input: None,
    }
    .into()
}

fn request(writer: &mut Writer, id: u64, command: impl FnOnce(&mut Writer)) {
    writer.array(8);
    writer.uint(id);
    false.encode(writer);
    String::new().encode(writer);
    String::new().encode(writer);
    None::<String>.encode(writer);
    None::<u64>.encode(writer);
    None::<String>.encode(writer);
    command(writer);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of the kernel but its registry and the façade over it, without unit tests and comments.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && name != "registry" && name != "manager" {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && name != "manager.rs" {
            found.push((name, code(&fs::read_to_string(&path).unwrap())));
        }
    }
    found
}

fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What the rules of a file say: the texts of its tables of rules and of single refusals, or all of them.
fn rules(text: &str) -> Vec<String> {
    let code = code(text).replace("\\\"", "'");
    let tables = ["let rules = [", "let checks = ["].map(|begin| between(&code, begin, "];"));
    let singles = ["invalid(", "rule: "].map(|begin| between(&code, begin, ")"));
    let has_table = tables.iter().any(|table| !table.is_empty());
    let listed = if has_table {
        [tables.concat(), singles.concat()].concat()
    } else {
        vec![code.as_str()]
    };
    let texts = listed.iter().flat_map(|part| part.split('"').skip(1).step_by(2));
    let rules = texts.filter(|text| text.contains(' '));
    rules.map(|text| text.replace('\'', "\"")).collect()
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(begin).skip(1);
    parts.filter_map(|part| part.split(end).next()).collect()
}
