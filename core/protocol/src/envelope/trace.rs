use super::id::hex;
use crate::error::{ProtocolError, Result};

/// Most members of a `tracestate`.
const STATE_MEMBERS: usize = 32;
/// Most bytes of a `tracestate`.
const STATE_BYTES: usize = 512;
/// Most members of a `baggage`.
const BAGGAGE_MEMBERS: usize = 64;
/// Most bytes of a `baggage`.
const BAGGAGE_BYTES: usize = 8192;

/// W3C trace context and baggage, as their HTTP headers write them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TraceContext {
    /// `00-<trace id>-<parent span id>-<flags>`.
    pub traceparent: String,
    /// Vendors' `key=value` list.
    pub tracestate: Option<String>,
    /// What the application carries along, `key=value` list.
    pub baggage: Option<String>,
}

impl TraceContext {
    /// The context of what follows from this message, done in the span `span_id`: same trace, new parent.
    #[must_use]
    pub fn child(&self, span_id: [u8; 8]) -> Self {
        let span: String = span_id.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut child = self.clone();
        if child.traceparent.is_char_boundary(36)
            && child.traceparent.is_char_boundary(52)
            && child.traceparent.len() >= 55
        {
            child.traceparent.replace_range(36..52, &span);
        }
        child
    }

    /// The 32 hexadecimal digits that name the trace.
    pub fn trace_id(&self) -> &str {
        self.traceparent.get(3..35).unwrap_or_default()
    }

    /// Whether the trace is recorded by who started it.
    pub fn is_sampled(&self) -> bool {
        self.traceparent
            .as_bytes()
            .get(54)
            .copied()
            .and_then(hex)
            .is_some_and(|flags| flags & 1 == 1)
    }

    pub(crate) fn check(&self) -> Result<()> {
        traceparent(&self.traceparent).ok_or_else(|| {
            ProtocolError::invalid(
                "trace_context.traceparent",
                "must be a W3C traceparent of version 00",
                "text",
            )
        })?;
        let lists = [
            (
                "trace_context.tracestate",
                &self.tracestate,
                STATE_MEMBERS,
                STATE_BYTES,
            ),
            (
                "trace_context.baggage",
                &self.baggage,
                BAGGAGE_MEMBERS,
                BAGGAGE_BYTES,
            ),
        ];
        for (field, text, members, bytes) in lists {
            let fits = text.as_ref().is_none_or(|text| list(text, members, bytes));
            if !fits {
                let rule = format!(
                    "must be at most {members} pairs `key=value` in {bytes} bytes of printable ASCII"
                );
                return Err(ProtocolError::invalid(field, rule, "text"));
            }
        }
        Ok(())
    }
}

fn traceparent(text: &str) -> Option<()> {
    let bytes = text.as_bytes();
    let dashes = bytes.len() == 55 && [2, 35, 52].iter().all(|at| bytes[*at] == b'-');
    let part = |from: usize, to: usize| text.get(from..to);
    dashes.then_some(())?;
    let (version, trace, span, flags) = (part(0, 2)?, part(3, 35)?, part(36, 52)?, part(53, 55)?);
    let digits = [version, trace, span, flags]
        .iter()
        .all(|part| part.bytes().all(|digit| hex(digit).is_some()));
    let zero = |part: &str| part.bytes().all(|digit| digit == b'0');
    (version == "00" && digits && !zero(trace) && !zero(span)).then_some(())
}

fn list(text: &str, members: usize, bytes: usize) -> bool {
    let printable = text
        .bytes()
        .all(|byte| (0x20..0x7f).contains(&byte) || byte == b'\t');
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    let whole = pairs.clone().all(|pair| {
        pair.split_once('=')
            .is_some_and(|(key, _)| !key.trim().is_empty())
    });
    !text.is_empty() && text.len() <= bytes && printable && whole && pairs.count() <= members
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn context(traceparent: &str) -> TraceContext {
        TraceContext {
            traceparent: traceparent.into(),
            ..TraceContext::default()
        }
    }

    #[test]
    fn a_child_keeps_the_trace_and_names_its_span() {
        let child = context(PARENT).child([1, 2, 3, 4, 5, 6, 7, 0xff]);
        assert_eq!(
            child.traceparent,
            "00-4bf92f3577b34da6a3ce929d0e0e4736-01020304050607ff-01"
        );
        assert_eq!(child.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(child.check().is_ok() && child.is_sampled());
    }

    #[test]
    fn broken_contexts_are_refused() {
        for text in [
            "",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
        ] {
            assert!(context(text).check().is_err(), "{text}");
        }
        let with = |tracestate: &str| TraceContext {
            tracestate: Some(tracestate.into()),
            ..context(PARENT)
        };
        assert!(with("congo=t61rcWkgMzE,rojo=00").check().is_ok());
        assert!(with("").check().is_err());
        assert!(with("novalue").check().is_err());
        assert!(with(&"a=b,".repeat(33)).check().is_err());
        assert!(with(&format!("a={}", "x".repeat(511))).check().is_err());
    }
}
