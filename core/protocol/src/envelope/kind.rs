/// A choice with a text and a number for each of its values.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $value:ident = $number:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name { $($(#[$each])* $value = $number,)* }

        impl $name {
            /// Every value, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$value,)*];

            /// The text in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)* }
            }

            /// The number in MessagePack, Protobuf and packets.
            pub fn number(self) -> u8 {
                self as u8
            }

            /// The value of a text.
            pub fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }

            /// The value of a number.
            pub fn from_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Self::$value),)* _ => None }
            }
        }
    };
}
pub(crate) use choice;

choice! {
    /// What a message is; each kind has a schema of its own.
    Kind {
        /// Do something.
        Command = 1 "command",
        /// Answer something.
        Query = 2 "query",
        /// The answer to a command or a query, or one of several.
        Response = 3 "response",
        /// Something happened.
        Event = 4 "event",
        /// The sender is alive.
        Heartbeat = 5 "heartbeat",
        /// Something failed.
        Error = 6 "error",
        /// Data without a meaning of its own, such as a chunk of a transfer.
        Data = 7 "data",
        /// Something a person may want to know.
        Notification = 8 "notification",
    }
}

choice! {
    /// How urgent a message is.
    Priority {
        /// After everything else.
        Low = 1 "low",
        /// The default.
        Medium = 2 "medium",
        /// Before what is medium.
        High = 3 "high",
        /// Before everything else.
        Critical = 4 "critical",
    }
}

choice! {
    /// How the bytes of a payload are to be read. They are never changed on the way, whatever codec carries them.
    Encoding {
        /// One JSON document.
        Json = 1 "json",
        /// One MessagePack value.
        Msgpack = 2 "msgpack",
        /// Bytes nobody but the receiver reads.
        Bytes = 3 "bytes",
    }
}
