//! Two agents talk through the kernel, and a second manager goes on from the journal of the first. No wasm, no I/O.
//!
//! Run: `cargo run -p polyphon-kernel --example agent_manager`
//! You should see the analyst's figures reach the writer, a refused call with its code, and the recovered state.

use std::error::Error;

use polyphon_kernel::agents::{AgentKind, AgentSpec, HostKind, Permission, catalog};
use polyphon_kernel::manager::{Agent, AgentManager, Done, MemoryJournal, Message, Work};
use polyphon_kernel::{AgentId, Now};

/// Adds up what it is sent and passes the sum on.
struct Analyst;

impl Agent for Analyst {
    fn spec(&self) -> AgentSpec {
        spec("ada", "analyst")
    }

    fn perform(&mut self, work: &Work) -> Result<Done, String> {
        let text = String::from_utf8_lossy(&work.input);
        let figures = text.split_whitespace().map(str::parse::<i64>);
        let sum: i64 = figures.sum::<Result<_, _>>().map_err(|error| error.to_string())?;
        println!("ada: {} sent {text:?}, which is {sum}", work.from);
        let body = format!("the sum is {sum}").into_bytes();
        let messages = vec![Message {
            to: "will".to_owned(),
            body,
        }];
        Ok(Done {
            output: sum.to_string().into_bytes(),
            messages,
        })
    }
}

/// Writes down what it is told.
struct Writer;

impl Agent for Writer {
    fn spec(&self) -> AgentSpec {
        spec("will", "writer")
    }

    fn perform(&mut self, work: &Work) -> Result<Done, String> {
        println!(
            "will: {} says {:?}",
            work.from,
            String::from_utf8_lossy(&work.input)
        );
        Ok(Done::default())
    }
}

fn spec(key: &str, agent_type: &str) -> AgentSpec {
    AgentSpec {
        key: key.to_owned(),
        agent_type: agent_type.to_owned(),
        capabilities: catalog::defaults(agent_type),
        permission: Permission::Limited,
        kind: AgentKind::Specialized,
        host: HostKind::Function,
        priority: 0,
        max_load: 1,
        version: "1".to_owned(),
        pool: None,
        heartbeat_ms: 0,
    }
}

/// Time enters the kernel with each step; this is where it is read.
#[allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the example is the shell around the kernel"
)]
fn clock() -> impl FnMut() -> Now {
    let start = std::time::Instant::now();
    move || Now {
        mono_ms: start.elapsed().as_millis() as u64,
        wall_ms: std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_millis() as u64),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut team = AgentManager::open(MemoryJournal::default(), 42, clock())?;
    let ada = team.register_agent(Box::new(Analyst))?;
    let will = team.register_agent(Box::new(Writer))?;
    team.start_agent(ada)?;

    // The writer is not there yet: what the analyst tells it waits, durably.
    team.send_message(will, ada, b"18 4 20")?;
    team.run()?;
    let refused = team
        .start_agent(AgentId(999))
        .map_err(|error| error.code().to_owned());
    println!("starting somebody unknown: {refused:?}");

    // This process ends here. Another one opens the journal and goes on.
    let journal = team.into_journal();
    let mut team = AgentManager::open(journal, 42, clock())?;
    let ada = team.register_agent(Box::new(Analyst))?;
    let will = team.register_agent(Box::new(Writer))?;
    team.start_agent(will)?;
    team.start_agent(ada)?;
    team.stop_agent(ada)?;
    team.stop_agent(will)?;
    for (_, agent) in team.kernel().durable().agents.iter() {
        println!(
            "{} is {} after {} tasks",
            agent.spec.key,
            agent.status.name(),
            agent.completed
        );
    }
    Ok(())
}
