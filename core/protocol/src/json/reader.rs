use super::{number, text};
use crate::error::{Code, ProtocolError, Result};
use crate::limits::{DEPTH, KEYS};
use crate::value::Value;
use std::borrow::Cow;

/// Reads JSON from a slice; text without escapes is borrowed.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    strict: bool,
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    ///
    /// # Errors
    /// `PROTOCOL_MALFORMED` when they are not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        match std::str::from_utf8(bytes) {
            Ok(_) => Ok(Self {
                bytes,
                at: 0,
                depth: 0,
                strict: false,
            }),
            Err(_) => Err(malformed("must be UTF-8", "other bytes")),
        }
    }

    /// The same reader, which looks at what it passes over too: for bytes that were not checked.
    #[must_use]
    pub fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Passes over the next value, looking at it if this reader is strict.
    ///
    /// # Errors
    /// As [`super::parse`].
    pub fn pass(&mut self) -> Result<()> {
        if self.strict { self.skip() } else { self.hop() }.map(drop)
    }

    /// The next value.
    ///
    /// # Errors
    /// As [`super::parse`].
    pub fn value(&mut self) -> Result<Value<'a>> {
        match self.peek()? {
            b'{' => {
                let mut pairs = Vec::new();
                self.map(|reader, key| {
                    pairs.push((key, reader.value()?));
                    Ok(())
                })?;
                Ok(Value::Map(pairs))
            }
            b'[' => {
                let mut items = Vec::new();
                self.list(|reader| {
                    items.push(reader.value()?);
                    Ok(())
                })?;
                Ok(Value::List(items))
            }
            b'"' => self.text().map(Value::Text),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => number::value(self.number()?),
        }
    }

    /// Passes over the next value, checking it; gives its bytes.
    ///
    /// # Errors
    /// As [`super::parse`].
    pub fn skip(&mut self) -> Result<&'a [u8]> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'{' => self.skip_map()?,
            b'[' => self.skip_list()?,
            b'"' => self.at = text::check(self.bytes, self.at)?,
            b't' => self.word("true", ())?,
            b'f' => self.word("false", ())?,
            b'n' => self.word("null", ())?,
            _ => drop(self.number()?),
        }
        Ok(&self.bytes[start..self.at])
    }

    fn skip_map(&mut self) -> Result<()> {
        self.enter(b'{', "a map")?;
        if self.peek()? == b'}' {
            return self.leave();
        }
        for _ in 0..KEYS {
            if self.peek()? != b'"' {
                return Err(self.expected("a key"));
            }
            self.at = text::check(self.bytes, self.at)?;
            if self.peek()? != b':' {
                return Err(self.expected("a colon"));
            }
            self.at += 1;
            self.skip()?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => return self.leave(),
                _ => return Err(self.expected("a comma or the end of a map")),
            }
        }
        Err(ProtocolError::limit("value", "a map has at most 10000 keys"))
    }

    fn skip_list(&mut self) -> Result<()> {
        self.enter(b'[', "a list")?;
        if self.peek()? == b']' {
            return self.leave();
        }
        loop {
            self.skip()?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => return self.leave(),
                _ => return Err(self.expected("a comma or the end of a list")),
            }
        }
    }

    /// Passes over the next value by its brackets and quotes alone, without looking at what is between them.
    ///
    /// # Errors
    /// `PROTOCOL_MALFORMED` when the bytes end before the value does.
    pub fn hop(&mut self) -> Result<&'a [u8]> {
        let first = self.peek()?;
        let start = self.at;
        if !matches!(first, b'{' | b'[') {
            return self.skip();
        }
        let mut open = 0_usize;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at = text::end(self.bytes, self.at)?;
                    continue;
                }
                Some(b'{' | b'[') => open += 1,
                Some(b'}' | b']') => open -= 1,
                Some(_) => {}
                None => return Err(self.expected("the end of a value")),
            }
            self.at += 1;
            if open == 0 {
                return Ok(&self.bytes[start..self.at]);
            }
        }
    }

    /// Reads a map: calls `pair` with each key, which must take the value.
    ///
    /// # Errors
    /// As [`super::parse`], and what `pair` answers.
    pub fn map(&mut self, mut pair: impl FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.pairs(&mut pair)
    }

    /// One loop for every kind of map: a copy of it for each would be a tenth of this crate's WebAssembly.
    fn pairs(&mut self, pair: &mut dyn FnMut(&mut Self, Cow<'a, str>) -> Result<()>) -> Result<()> {
        self.enter(b'{', "a map")?;
        let mut keys = 0;
        if self.peek()? == b'}' {
            return self.leave();
        }
        loop {
            keys += 1;
            if keys > KEYS {
                return Err(ProtocolError::limit("value", "a map has at most 10000 keys"));
            }
            if self.peek()? != b'"' {
                return Err(self.expected("a key"));
            }
            let key = self.text()?;
            if self.peek()? != b':' {
                return Err(self.expected("a colon"));
            }
            self.at += 1;
            pair(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => return self.leave(),
                _ => return Err(self.expected("a comma or the end of a map")),
            }
        }
    }

    /// The next text.
    ///
    /// # Errors
    /// As [`super::parse`].
    pub fn text(&mut self) -> Result<Cow<'a, str>> {
        let (value, end) = text::read(self.bytes, self.at)?;
        self.at = end;
        Ok(value)
    }

    /// # Errors
    /// `PROTOCOL_MALFORMED` when something follows.
    pub fn end(&mut self) -> Result<()> {
        self.space();
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(self.expected("the end"))
        }
    }

    /// First byte of the next token, without taking it.
    ///
    /// # Errors
    /// `PROTOCOL_MALFORMED` at the end.
    pub fn peek(&mut self) -> Result<u8> {
        self.space();
        self.bytes
            .get(self.at)
            .copied()
            .ok_or_else(|| self.expected("more"))
    }

    /// The type of the next value, as errors give it.
    pub fn type_name(&mut self) -> &'static str {
        match self.peek() {
            Ok(b'{') => "map",
            Ok(b'[') => "list",
            Ok(b'"') => "text",
            Ok(b't' | b'f') => "boolean",
            Ok(b'n') => "null",
            Ok(_) => "number",
            Err(_) => "nothing",
        }
    }

    /// Bytes passed so far.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Reads a list: calls `item` for each, which must take it.
    ///
    /// # Errors
    /// As [`super::parse`], and what `item` answers.
    pub fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.items(&mut item)
    }

    fn items(&mut self, item: &mut dyn FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.enter(b'[', "a list")?;
        if self.peek()? == b']' {
            return self.leave();
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => return self.leave(),
                _ => return Err(self.expected("a comma or the end of a list")),
            }
        }
    }

    fn enter(&mut self, bracket: u8, what: &'static str) -> Result<()> {
        if self.peek()? != bracket {
            return Err(self.expected(what));
        }
        if self.depth == DEPTH {
            return Err(ProtocolError::limit("value", "at most 64 levels of nesting"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) -> Result<()> {
        self.depth -= 1;
        self.at += 1;
        Ok(())
    }

    fn word<T>(&mut self, word: &'static str, value: T) -> Result<T> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.expected(word));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<&'a str> {
        let end = number::end(self.bytes, self.at).ok_or_else(|| self.expected("a value"))?;
        let digits = &self.bytes[self.at..end];
        self.at = end;
        // Digits, signs, points and exponents are ASCII.
        Ok(std::str::from_utf8(digits).unwrap_or_default())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn expected(&self, what: &'static str) -> ProtocolError {
        let found = if self.at < self.bytes.len() {
            "something else"
        } else {
            "the end"
        };
        malformed(format!("must have {what} at byte {}", self.at), found)
    }
}

fn malformed(rule: impl Into<Cow<'static, str>>, found: &'static str) -> ProtocolError {
    ProtocolError::new(Code::Malformed, "value", rule, found)
}
