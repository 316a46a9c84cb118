//! A description of wire types, from which codecs of other languages are generated.

use std::collections::BTreeMap;

/// The shape of a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Shape {
    /// Unsigned integer below 2^53.
    Uint,
    /// Signed integer.
    Int,
    /// Boolean.
    Bool,
    /// UTF-8 text.
    Str,
    /// Bytes.
    Bin,
    /// `nil` or a value.
    Optional(Box<Self>),
    /// Any number of values.
    List(Box<Self>),
    /// Two values.
    Pair(Box<Self>, Box<Self>),
    /// A type of the registry.
    Named(&'static str),
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name in snake case.
    pub name: &'static str,
    /// Documentation.
    pub docs: String,
    /// Its shape.
    pub shape: Shape,
}

/// One variant of an enum.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Name in upper camel case.
    pub name: &'static str,
    /// Documentation.
    pub docs: String,
    /// First element of its array.
    pub tag: u64,
    /// Fields behind the tag.
    pub fields: Vec<Field>,
}

/// How a named type is made.
#[derive(Clone, Debug)]
pub enum Body {
    /// An array of fields.
    Struct(Vec<Field>),
    /// An array `[tag, …fields]`.
    Enum(Vec<Variant>),
    /// A tag.
    Choice(Vec<Variant>),
    /// A type that is encoded as another.
    Alias(Shape),
    /// One of several enums with tags of their own.
    Union(Vec<Shape>),
}

/// A named type.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Documentation.
    pub docs: String,
    /// How it is made.
    pub body: Body,
}

/// Named types by name.
#[derive(Debug, Default)]
pub struct Registry {
    /// Every type that was registered, in order of name.
    pub types: BTreeMap<&'static str, Definition>,
}

impl Registry {
    /// Registers `name` unless it is there; `define` may register the types it is made from.
    pub fn named(&mut self, name: &'static str, docs: &str, define: impl FnOnce(&mut Self) -> Body) -> Shape {
        if !self.types.contains_key(name) {
            // Entered first, so that a type that holds itself does not recurse for ever.
            self.types.insert(
                name,
                Definition {
                    docs: docs.to_owned(),
                    body: Body::Struct(Vec::new()),
                },
            );
            let body = define(self);
            self.types.insert(
                name,
                Definition {
                    docs: docs.to_owned(),
                    body,
                },
            );
        }
        Shape::Named(name)
    }
}
