//! Identity of everything that lives in a journal.
//!
//! Inside, an entity is the sequence number of the event that made it: unique, ordered, eight bytes. Outside it is a
//! TypeID: a prefix and a UUIDv7 in 26 base32 characters. The UUID's random part is a keyed permutation of partition and
//! sequence number, so ids never collide, cannot be guessed without the seed, and lead back to their entity and its home.

mod permutation;
mod text;

pub use permutation::IdSpace;
pub use text::{ParseIdError, TypeId};

macro_rules! ids {
    ($($(#[doc = $docs:literal])* $name:ident = $prefix:literal),* $(,)?) => {$(
        $(#[doc = $docs])*
        #[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub u64);

        impl $name {
            /// What the text form begins with.
            pub const PREFIX: &'static str = $prefix;
        }

        impl crate::state::Key for $name {
            fn number(self) -> u64 {
                self.0
            }
            fn of(number: u64) -> Self {
                Self(number)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}#{}", $prefix, self.0)
            }
        }

        impl polyphon_wire::Wire for $name {
            fn encode(&self, writer: &mut polyphon_wire::Writer) {
                writer.uint(self.0);
            }
            fn read(reader: &mut polyphon_wire::Reader<'_>) -> Self {
                Self(reader.read_uint())
            }
            fn shape(registry: &mut polyphon_wire::schema::Registry) -> polyphon_wire::schema::Shape {
                registry.named(stringify!($name), concat!($($docs, "\n"),*), |_| {
                    polyphon_wire::schema::Body::Alias(polyphon_wire::schema::Shape::Uint)
                })
            }
        }
    )*};
}

ids! {
    /// An orchestration and its state.
    SessionId = "session",
    /// A task of a plan.
    TaskId = "task",
    /// An agent.
    AgentId = "agent",
    /// A pool of agents.
    PoolId = "pool",
    /// A question to a human.
    EscalationId = "escalation",
    /// A condition that somebody should know of.
    AlertId = "alert",
    /// A durable effect.
    EffectId = "effect",
    /// A queue of messages.
    QueueId = "queue",
    /// A message of a queue: its number in the partition, counted from 1.
    MessageId = "message",
    /// The right of one holder to report on one attempt: the sequence of the grant.
    Fence = "fence",
}
