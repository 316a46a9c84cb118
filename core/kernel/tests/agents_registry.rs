//! Who is known, what they can do, and whether that is enough.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a test ends at what it did not expect, and its names are its words"
)]

mod common;

use common::agents::pool_spec;
use common::{Lab, agent_spec, demand, task};
use polyphon_kernel::agents::commands::AgentCommand;
use polyphon_kernel::agents::{
    AgentQuery, AgentSpec, Catalog, DemandFit, Discovery, Misfit, Permission, PlanFit, UnservedReports,
};
use polyphon_kernel::tasks::Demand;
use polyphon_kernel::{AgentId, Resources, View};
use polyphon_wire::{Wire, from_bytes};

fn view<T: Wire>(lab: &Lab, view: &View) -> T {
    from_bytes(&lab.kernel.view(view)).unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn coder(key: &str) -> AgentSpec {
    AgentSpec {
        agent_type: "coder".to_owned(),
        ..agent_spec(key, 1)
    }
}

fn needs(capabilities: &[&str]) -> Demand {
    Demand {
        needs: names(capabilities),
        ..demand()
    }
}

#[test]
fn an_agent_of_a_well_known_type_has_its_capabilities() {
    let mut lab = Lab::new();
    let agent = lab.register(coder("ada"));
    assert!(
        lab.entry(agent)
            .spec
            .capabilities
            .contains(&"code_generation".to_owned())
    );
    let other = lab.register(AgentSpec {
        capabilities: names(&["juggling"]),
        ..coder("bob")
    });
    assert_eq!(lab.entry(other).spec.capabilities, ["juggling"]);
    lab.check_replay();
}

#[test]
fn an_agent_that_comes_back_keeps_its_id_and_brings_its_news() {
    let mut lab = Lab::new();
    let agent = lab.register(coder("ada"));
    lab.started(agent);
    let again = lab.register(AgentSpec {
        version: "2".to_owned(),
        ..coder("ada")
    });
    assert_eq!(again, agent);
    assert_eq!(lab.entry(agent).spec.version, "2");
    lab.check_replay();
}

#[test]
fn descriptions_that_break_a_rule_are_refused() {
    let mut lab = Lab::new();
    type Change = fn(&mut AgentSpec);
    let changes: [Change; 12] = [
        |spec| spec.key.clear(),
        |spec| spec.key = "x".repeat(257),
        |spec| spec.key = "a\nb".to_owned(),
        |spec| spec.agent_type.clear(),
        |spec| spec.capabilities = (0..65).map(|number| format!("c{number:02}")).collect(),
        |spec| spec.capabilities = names(&["b", "a"]),
        |spec| spec.capabilities = names(&["a", "a"]),
        |spec| spec.capabilities = names(&["@ada"]),
        |spec| spec.capabilities = names(&[""]),
        |spec| spec.max_load = 0,
        |spec| spec.heartbeat_ms = 86_400_001,
        |spec| spec.pool = Some(polyphon_kernel::PoolId(1)),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut spec = agent_spec("worker", 1);
        change(&mut spec);
        let refusal = lab.refuse(AgentCommand::RegisterAgent { spec });
        assert_eq!(refusal.code, "AGENT_INVALID", "change {number}");
    }
    assert!(lab.kernel.durable().agents.is_empty());
}

#[test]
fn agents_are_found_by_type_and_capability() {
    let mut lab = Lab::new();
    let (ada, bob) = (lab.register(coder("ada")), lab.register(coder("bob")));
    let eve = lab.register(AgentSpec {
        capabilities: names(&["testing"]),
        ..agent_spec("eve", 1)
    });
    [bob, eve].into_iter().for_each(|agent| lab.started(agent));
    let find = |lab: &Lab, agent_type: Option<&str>, needs: &[&str], in_service| {
        let query = AgentQuery {
            agent_type: agent_type.map(str::to_owned),
            needs: names(needs),
            in_service,
        };
        view::<Discovery>(lab, &View::Agents { query }).agents
    };
    assert_eq!(
        find(&lab, Some("coder"), &[], false),
        [bob, ada],
        "whoever has room first"
    );
    assert_eq!(find(&lab, None, &["testing"], true), [bob, eve]);
    assert_eq!(find(&lab, None, &["@eve"], false), [eve]);
    assert_eq!(find(&lab, Some("planner"), &[], false), [] as [AgentId; 0]);
}

#[test]
fn the_catalog_grows_with_what_the_team_can_do() {
    let mut lab = Lab::new();
    let catalog: Catalog = view(&lab, &View::Catalog {});
    assert_eq!((catalog.categories.len(), catalog.types.len()), (6, 8));
    let mut spec = pool_spec("jugglers", 0, 1);
    spec.template.capabilities = names(&["juggling", "testing"]);
    lab.pool(spec);
    let catalog: Catalog = view(&lab, &View::Catalog {});
    let custom = catalog.categories.last().unwrap();
    assert_eq!(
        (custom.name.as_str(), &custom.members),
        ("custom", &names(&["juggling"]))
    );
}

#[test]
fn a_demand_says_what_is_missing_for_it() {
    let mut lab = Lab::new();
    lab.configure(|settings| {
        settings.totals = Some(Resources {
            memory_mb: 100,
            cpu_milli: 1_000,
            disk_mb: 0,
        });
    });
    let ada = lab.register(AgentSpec {
        permission: Permission::Limited,
        capabilities: names(&["code_review"]),
        ..coder("ada")
    });
    lab.started(ada);
    let mut spec = pool_spec("testers", 0, 1);
    spec.template.capabilities = names(&["testing"]);
    spec.template.permission = Permission::Limited;
    lab.pool(spec);
    let questions = [
        (needs(&["code_review"]), None),
        (needs(&["testing"]), None),
        (needs(&["@ada"]), None),
        (needs(&["code_review", "testing"]), Some(Misfit::Combination {})),
        (
            needs(&["juggling"]),
            Some(Misfit::Capability {
                capability: "juggling".to_owned(),
            }),
        ),
        (
            Demand {
                agent_type: Some("coder".to_owned()),
                ..needs(&["testing"])
            },
            Some(Misfit::Capability {
                capability: "testing".to_owned(),
            }),
        ),
        (
            Demand {
                agent_type: Some("planner".to_owned()),
                ..demand()
            },
            Some(Misfit::AgentType {
                agent_type: "planner".to_owned(),
            }),
        ),
        (
            Demand {
                permission: Permission::Full,
                ..demand()
            },
            Some(Misfit::Permission {
                permission: Permission::Full,
            }),
        ),
        (
            Demand {
                resources: Resources {
                    memory_mb: 101,
                    cpu_milli: 0,
                    disk_mb: 0,
                },
                ..demand()
            },
            Some(Misfit::Resources {}),
        ),
    ];
    let demands = questions.iter().map(|(demand, _)| demand.clone()).collect();
    let fit: DemandFit = view(&lab, &View::DemandFit { demands });
    let found: Vec<(u32, Misfit)> = fit
        .misfits
        .into_iter()
        .map(|misfit| (misfit.index, misfit.misfit))
        .collect();
    let expected: Vec<(u32, Misfit)> = (0u32..)
        .zip(&questions)
        .filter_map(|(index, (_, misfit))| Some((index, misfit.clone()?)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_plan_nobody_can_do_is_reported_and_taken_back_when_somebody_comes() {
    let mut lab = Lab::new();
    lab.agent("worker", 1);
    let mut juggle = task("juggle", &[]);
    juggle.demand = needs(&["juggling"]).into();
    let session = lab.orchestrate(vec![task("walk", &[]), juggle]);
    let fit: PlanFit = view(&lab, &View::PlanFit { session });
    assert_eq!(fit.misfits.len(), 1);
    assert_eq!(fit.misfits[0].key, "juggle");
    lab.live(4_999);
    assert_eq!(lab.count("DemandUnserved"), 0, "somebody may still come");
    lab.live(1);
    assert_eq!(lab.count("DemandUnserved"), 1);
    lab.live(600_000);
    assert_eq!(lab.count("DemandUnserved"), 1, "it is said once");
    let open: UnservedReports = view(&lab, &View::Unserved {});
    assert_eq!(open.reports[0].unserved.demand, needs(&["juggling"]));
    lab.check_replay();
    let juggler = lab.register(AgentSpec {
        capabilities: names(&["juggling"]),
        ..agent_spec("juggler", 1)
    });
    lab.started(juggler);
    assert_eq!(lab.count("DemandServed"), 1);
    assert!(lab.running().contains(&"juggle".to_owned()));
    lab.check_replay();
}

#[test]
fn a_report_is_closed_when_nobody_demands_it_any_more() {
    let mut lab = Lab::new();
    let mut juggle = task("juggle", &[]);
    juggle.demand = needs(&["juggling"]).into();
    let session = lab.orchestrate(vec![juggle]);
    lab.live(5_000);
    assert_eq!(lab.count("DemandUnserved"), 1);
    lab.accept(
        polyphon_kernel::sessions::commands::SessionCommand::CancelSession {
            session,
            reason: "no jugglers".to_owned(),
        },
    );
    assert_eq!(lab.count("DemandServed"), 1);
    lab.check_replay();
}

#[test]
fn work_can_be_addressed_to_one_agent() {
    let mut lab = Lab::new();
    let (ada, bob) = (lab.agent("ada", 4), lab.agent("bob", 4));
    let mut tasks: Vec<_> = (0..3).map(|number| task(&format!("T{number}"), &[])).collect();
    tasks
        .iter_mut()
        .for_each(|task| task.demand = needs(&["@bob"]).into());
    lab.orchestrate(tasks);
    assert_eq!((lab.entry(ada).load, lab.entry(bob).load), (0, 3));
}
