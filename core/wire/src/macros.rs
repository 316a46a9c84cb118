/// Declares a wire type: the type itself, its codec and its schema.
///
/// ```
/// polyphon_wire::wire! {
///     /// A point.
///     struct Point { x: u32, y: u32 }
/// }
/// polyphon_wire::wire! {
///     /// What to draw.
///     enum Drawing {
///         /// A line.
///         1 => Line { from: Point, to: Point },
///         /// Nothing.
///         2 => Nothing {},
///     }
/// }
/// polyphon_wire::wire! {
///     /// A colour.
///     #[derive(Copy)]
///     choice Colour { 0 => Red, 1 => Green }
/// }
/// let line = Drawing::Line { from: Point { x: 1, y: 2 }, to: Point { x: 3, y: 4 } };
/// assert_eq!(polyphon_wire::to_bytes(&line), [0x93, 1, 0x92, 1, 2, 0x92, 3, 4]);
/// ```
#[macro_export]
macro_rules! wire {
    ($(#[doc = $docs:literal])* $(#[derive($($derive:ident),*)])? $vis:vis struct $name:ident {
        $($(#[doc = $field_docs:literal])* $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[doc = $docs])*
        #[allow(missing_docs, reason = "a field whose name says it all needs no words")]
        #[derive(Clone, Debug, Eq, PartialEq $($(, $derive)*)?)]
        $vis struct $name { $($(#[doc = $field_docs])* pub $field: $type),* }

        impl $crate::Wire for $name {
            fn encode(&self, writer: &mut $crate::Writer) {
                writer.array($crate::wire!(@count $($field)*));
                $($crate::Wire::encode(&self.$field, writer);)*
            }
            #[allow(unused_mut, unused_variables, reason = "a type without fields needs neither")]
            fn read(reader: &mut $crate::Reader<'_>) -> Self {
                let mut left = reader.read_array();
                let value = Self { $($field: $crate::wire!(@field reader left $type)),* };
                reader.read_rest(left);
                value
            }
            #[allow(unused_variables, reason = "a type without fields needs none")]
            fn shape(registry: &mut $crate::schema::Registry) -> $crate::schema::Shape {
                registry.named(stringify!($name), concat!($($docs, "\n"),*), |registry| {
                    $crate::schema::Body::Struct(vec![$($crate::wire!(@schema registry $field $type, $($field_docs)*)),*])
                })
            }
        }
    };

    ($(#[doc = $docs:literal])* $(#[derive($($derive:ident),*)])? $vis:vis enum $name:ident {
        $($(#[doc = $variant_docs:literal])* $tag:literal => $variant:ident {
            $($(#[doc = $field_docs:literal])* $field:ident: $type:ty),* $(,)?
        }),* $(,)?
    }) => {
        $(#[doc = $docs])*
        #[allow(missing_docs, reason = "a field whose name says it all needs no words")]
        #[derive(Clone, Debug, Eq, PartialEq $($(, $derive)*)?)]
        $vis enum $name { $($(#[doc = $variant_docs])* $variant { $($(#[doc = $field_docs])* $field: $type),* }),* }

        impl $name {
            /// Tag and name of every variant.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub const VARIANTS: &'static [(u64, &'static str)] = &[$(($tag, stringify!($variant))),*];

            /// The tag this value is written with.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub fn tag(&self) -> u64 {
                match self { $(Self::$variant { .. } => $tag),* }
            }

            /// The variant's name.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => stringify!($variant)),* }
            }
        }

        impl $crate::Wire for $name {
            fn encode(&self, writer: &mut $crate::Writer) {
                match self {
                    $(Self::$variant { $($field),* } => {
                        writer.array(1 + $crate::wire!(@count $($field)*));
                        writer.uint($tag);
                        $($crate::Wire::encode($field, writer);)*
                    })*
                }
            }
            #[allow(unused_mut, unused_variables, reason = "a type without fields needs neither")]
            fn read(reader: &mut $crate::Reader<'_>) -> Self {
                let error = reader.error(concat!("a known variant of ", stringify!($name)));
                let (mut tag, mut left) = reader.read_tag(error.expected);
                loop {
                    let value = match tag {
                        $($tag => Self::$variant { $($field: $crate::wire!(@field reader left $type)),* },)*
                        _ => {
                            // Some value has to be answered; nobody looks at it.
                            reader.fail_with(error.clone());
                            tag = Self::VARIANTS[0].0;
                            continue;
                        }
                    };
                    reader.read_rest(left);
                    return value;
                }
            }
            fn shape(registry: &mut $crate::schema::Registry) -> $crate::schema::Shape {
                registry.named(stringify!($name), concat!($($docs, "\n"),*), |registry| {
                    $crate::schema::Body::Enum(vec![$($crate::schema::Variant {
                        name: stringify!($variant),
                        docs: String::from(concat!($($variant_docs, "\n"),*)),
                        tag: $tag,
                        fields: vec![$($crate::wire!(@schema registry $field $type, $($field_docs)*)),*],
                    }),*])
                })
            }
        }
    };

    ($(#[doc = $docs:literal])* $(#[derive($($derive:ident),*)])? $vis:vis choice $name:ident {
        $($(#[doc = $variant_docs:literal])* $tag:literal => $variant:ident),* $(,)?
    }) => {
        $(#[doc = $docs])*
        #[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Copy)]
        $vis enum $name { $($(#[doc = $variant_docs])* $variant),* }

        impl $name {
            /// Every value, in the order they are declared.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The tag this value is written with.
            pub fn tag(self) -> u64 {
                match self { $(Self::$variant => $tag),* }
            }
        }

        impl $crate::Wire for $name {
            fn encode(&self, writer: &mut $crate::Writer) {
                writer.uint(self.tag());
            }
            fn read(reader: &mut $crate::Reader<'_>) -> Self {
                let error = reader.error(concat!("a known value of ", stringify!($name)));
                match reader.read_uint() {
                    $($tag => Self::$variant,)*
                    _ => {
                        reader.fail_with(error);
                        Self::ALL[0]
                    }
                }
            }
            fn shape(registry: &mut $crate::schema::Registry) -> $crate::schema::Shape {
                registry.named(stringify!($name), concat!($($docs, "\n"),*), |_| {
                    $crate::schema::Body::Choice(vec![$($crate::schema::Variant {
                        name: stringify!($variant),
                        docs: String::from(concat!("", $($variant_docs, "\n"),*)),
                        tag: $tag,
                        fields: Vec::new(),
                    }),*])
                })
            }
        }
    };

    ($(#[doc = $docs:literal])* $vis:vis union $name:ident {
        $($(#[doc = $part_docs:literal])* $first:literal..=$last:literal => $part:ident($type:ty)),* $(,)?
    }) => {
        $(#[doc = $docs])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        $vis enum $name { $($(#[doc = $part_docs])* $part($type)),* }

        $(impl From<$type> for $name {
            fn from(part: $type) -> Self {
                Self::$part(part)
            }
        })*

        impl $name {
            /// Tag and name of every variant of every part.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub fn variants() -> impl Iterator<Item = (u64, &'static str)> {
                [$(<$type>::VARIANTS),*].into_iter().flatten().copied()
            }

            /// The tag this value is written with.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub fn tag(&self) -> u64 {
                match self { $(Self::$part(part) => part.tag()),* }
            }

            /// The variant's name.
            #[allow(dead_code, reason = "not every declared type is asked for it")]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$part(part) => part.name()),* }
            }
        }

        impl $crate::Wire for $name {
            fn encode(&self, writer: &mut $crate::Writer) {
                match self { $(Self::$part(part) => $crate::Wire::encode(part, writer)),* }
            }
            fn read(reader: &mut $crate::Reader<'_>) -> Self {
                let tag = reader.peek_tag();
                match reader.or_fail(tag) {
                    $($first..=$last => Self::$part(<$type as $crate::Wire>::read(reader)),)*
                    #[allow(unreachable_patterns, reason = "parts may cover every tag")]
                    _ => {
                        reader.fail(concat!("a known part of ", stringify!($name)));
                        $crate::wire!(@first reader $($part $type,)*)
                    }
                }
            }
            fn shape(registry: &mut $crate::schema::Registry) -> $crate::schema::Shape {
                registry.named(stringify!($name), concat!($($docs, "\n"),*), |registry| {
                    $crate::schema::Body::Union(vec![$(<$type as $crate::Wire>::shape(registry)),*])
                })
            }
        }
    };

    (@count) => { 0usize };
    (@count $head:ident $($tail:ident)*) => { 1usize + $crate::wire!(@count $($tail)*) };

    (@field $reader:ident $left:ident $type:ty) => {
        $crate::field::<$type>($reader, &mut $left)
    };

    (@first $reader:ident $part:ident $type:ty, $($rest:tt)*) => {
        Self::$part(<$type as $crate::Wire>::read($reader))
    };

    (@schema $registry:ident $field:ident $type:ty, $($docs:literal)*) => {
        $crate::schema::Field {
            name: stringify!($field),
            docs: String::from(concat!("", $($docs, "\n"),*)),
            shape: <$type as $crate::Wire>::shape($registry),
        }
    };
}
