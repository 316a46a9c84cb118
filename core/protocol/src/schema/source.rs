use crate::error::Result;
use crate::value::Value;
use crate::{json, msgpack};
use std::borrow::Cow;

/// A value that is read piece by piece, so that nothing is built that no rule asks for. Payloads are checked when they
/// are made: what is passed over here is well-formed.
pub(super) trait Source<'a>: Sized {
    /// The type of the next value.
    fn type_name(&mut self) -> &'static str;
    /// Passes over the next value.
    fn pass(&mut self) -> Result<()>;
    /// The next value, which is neither a list nor a map.
    fn scalar(&mut self) -> Result<Value<'a>>;
    /// The next value, a map, pair by pair; `pair` takes the value.
    fn pairs(&mut self, pair: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()>;
    /// The next value, a list, item by item; `item` takes it.
    fn items(&mut self, item: impl FnMut(&mut Self) -> Result<()>) -> Result<()>;
}

impl<'a> Source<'a> for json::Reader<'a> {
    fn type_name(&mut self) -> &'static str {
        json::Reader::type_name(self)
    }

    fn pass(&mut self) -> Result<()> {
        json::Reader::pass(self)
    }

    fn scalar(&mut self) -> Result<Value<'a>> {
        self.value()
    }

    fn pairs(&mut self, pair: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.map(pair)
    }

    fn items(&mut self, item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.list(item)
    }
}

impl<'a> Source<'a> for polyphon_wire::Reader<'a> {
    fn type_name(&mut self) -> &'static str {
        msgpack::type_name(self)
    }

    fn pass(&mut self) -> Result<()> {
        Ok(self.skip()?)
    }

    fn scalar(&mut self) -> Result<Value<'a>> {
        msgpack::read_value(self, 0)
    }

    fn pairs(&mut self, mut pair: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        for _ in 0..self.map()? {
            let key = self.str()?;
            pair(self, Cow::Borrowed(key))?;
        }
        Ok(())
    }

    fn items(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        (0..self.array()?).try_for_each(|_| item(self))
    }
}
