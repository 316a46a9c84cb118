//! The wire types as TypeScript: a type, a writer and a reader each.

use polyphon_kernel::{
    Effect, Recorded, Request, StepOutput, View, agents, alerts, escalations, journal, leases, outbox,
    queues, sessions, tasks,
};
use polyphon_wire::Wire;
use polyphon_wire::schema::{Body, Definition, Field, Registry, Shape, Variant};

use crate::names::{camel, docs, snake};

const HEAD: &str = "\
// Generated from the wire types of core/ by polyphon-codegen. Do not edit.
import type { Reader, Writer } from \"./msgpack.ts\";

const uint = (r: Reader): number => r.uint();
const int = (r: Reader): number => r.int();
const str = (r: Reader): string => r.str();
const writeUint = (w: Writer, value: number): void => w.uint(value);
const writeStr = (w: Writer, value: string): void => w.str(value);

";

pub(crate) fn typescript() -> String {
    let mut registry = Registry::default();
    Request::shape(&mut registry);
    StepOutput::shape(&mut registry);
    Recorded::shape(&mut registry);
    Effect::shape(&mut registry);
    View::shape(&mut registry);
    journal::Node::shape(&mut registry);
    journal::Remembered::shape(&mut registry);
    leases::Lease::shape(&mut registry);
    agents::Agent::shape(&mut registry);
    agents::AgentState::shape(&mut registry);
    agents::AgentVitals::shape(&mut registry);
    agents::Discovery::shape(&mut registry);
    agents::PoolView::shape(&mut registry);
    agents::UnservedReports::shape(&mut registry);
    agents::DemandFit::shape(&mut registry);
    agents::PlanFit::shape(&mut registry);
    agents::Catalog::shape(&mut registry);
    sessions::Session::shape(&mut registry);
    sessions::Value::shape(&mut registry);
    sessions::LockWait::shape(&mut registry);
    leases::Hold::shape(&mut registry);
    tasks::Plan::shape(&mut registry);
    tasks::Task::shape(&mut registry);
    tasks::SessionProgress::shape(&mut registry);
    tasks::SessionResults::shape(&mut registry);
    tasks::WaitReason::shape(&mut registry);
    tasks::SessionWaits::shape(&mut registry);
    escalations::Escalation::shape(&mut registry);
    alerts::Alert::shape(&mut registry);
    outbox::OpenEffect::shape(&mut registry);
    queues::Queue::shape(&mut registry);
    queues::DeadLetters::shape(&mut registry);
    queues::ScheduleList::shape(&mut registry);
    queues::StreamView::shape(&mut registry);
    queues::StreamPage::shape(&mut registry);
    queues::Cursor::shape(&mut registry);
    let types: String = registry
        .types
        .iter()
        .map(|(name, definition)| emit(name, definition, &registry))
        .collect();
    format!("{HEAD}{types}")
}

fn emit(name: &str, definition: &Definition, registry: &Registry) -> String {
    let about = docs(&definition.docs, "");
    match &definition.body {
        Body::Alias(shape) => format!("{about}export type {name} = {};\n\n", type_of(shape)),
        Body::Struct(fields) => structure(name, &about, fields, registry),
        Body::Enum(variants) => enumeration(name, &about, variants, registry),
        Body::Choice(variants) => choice(name, &about, variants),
        Body::Union(parts) => union(name, &about, parts, registry),
    }
}

fn structure(name: &str, about: &str, fields: &[Field], registry: &Registry) -> String {
    let members: String = fields.iter().map(|field| member(field, "  ")).collect();
    let writes: String = fields
        .iter()
        .map(|field| write_field(field, registry, "  "))
        .collect();
    let reads: String = fields
        .iter()
        .map(|field| read_field(field, registry, "  "))
        .collect();
    format!(
        "{about}export interface {name} {{\n{members}}}\n\n\
         export function write{name}(w: Writer, v: {name}): void {{\n  w.array({});\n{writes}}}\n\n\
         export function read{name}(r: Reader): {name} {{\n  let left = r.array();\n{reads}  \
         for (; left > 0; left--) r.skip();\n  return {};\n}}\n\n{}",
        fields.len(),
        made(name, None, fields),
        class(name, None, fields),
    )
}

/// What lives as long as the work it is about. V8 makes literals in old space when many lived long once, and each that has
/// ended there keeps what it refers to until the whole heap is collected; instances of classes are always made young.
const LASTING: [&str; 5] = ["Report", "Resources", "Usage", "Payload.Inline", "Effect.Run"];

/// The name of the class of a type or variant that has one.
fn class_name(name: &str, variant: Option<&str>) -> Option<String> {
    let path = variant.map_or_else(|| name.to_owned(), |variant| format!("{name}.{variant}"));
    LASTING
        .contains(&path.as_str())
        .then(|| format!("Young{}", path.replace('.', "")))
}

/// An expression that makes an object of the fields, whose values stand in variables.
fn made(name: &str, variant: Option<&str>, fields: &[Field]) -> String {
    if let Some(class) = class_name(name, variant) {
        let values: Vec<String> = fields.iter().map(|field| variable(field.name)).collect();
        return format!("new {class}({})", values.join(", "));
    }
    let tag = variant.map(|variant| format!("type: \"{variant}\""));
    let members: Vec<String> = tag
        .into_iter()
        .chain((!fields.is_empty()).then(|| names(fields)))
        .collect();
    format!("{{ {} }}", members.join(", "))
}

/// The class of a type or variant that has one.
fn class(name: &str, variant: Option<&str>, fields: &[Field]) -> String {
    let Some(class) = class_name(name, variant) else {
        return String::new();
    };
    let tag = variant.map_or_else(String::new, |variant| {
        format!("  readonly type = \"{variant}\";\n")
    });
    let each = |write: &dyn Fn(String, String, String) -> String| -> String {
        let values = fields.iter().map(|field| {
            let (member, value) = (camel(field.name), variable(field.name));
            write(member, value, type_of(&field.shape))
        });
        values.collect()
    };
    let members = each(&|member, _, shape| format!("  readonly {member}: {shape};\n"));
    let parameters = each(&|_, value, shape| format!("{value}: {shape}, "));
    let writes = each(&|member, value, _| format!("    this.{member} = {value};\n"));
    let parameters = parameters.trim_end_matches(", ");
    format!("class {class} {{\n{tag}{members}\n  constructor({parameters}) {{\n{writes}  }}\n}}\n\n")
}

fn enumeration(name: &str, about: &str, variants: &[Variant], registry: &Registry) -> String {
    let types: String = variants
        .iter()
        .map(|variant| {
            let members: String = variant
                .fields
                .iter()
                .map(|field| member(field, "      "))
                .collect();
            let about = docs(&variant.docs, "    ");
            format!(
                "{about}  | {{\n      readonly type: \"{}\";\n{members}    }}\n",
                variant.name
            )
        })
        .collect();
    let writes: String = variants
        .iter()
        .map(|variant| {
            let fields: String = variant
                .fields
                .iter()
                .map(|field| write_field(field, registry, "      "))
                .collect();
            let len = variant.fields.len() + 1;
            format!(
                "    case \"{}\":\n      w.array({len});\n      w.uint({});\n{fields}      return;\n",
                variant.name, variant.tag
            )
        })
        .collect();
    let reads: String = variants
        .iter()
        .map(|variant| {
            let fields: String = variant
                .fields
                .iter()
                .map(|field| read_field(field, registry, "      "))
                .collect();
            let made = made(name, Some(variant.name), &variant.fields);
            format!(
                "    case {}: {{\n{fields}      for (; left > 0; left--) r.skip();\n      return {made};\n    }}\n",
                variant.tag
            )
        })
        .collect();
    let classes: String = variants
        .iter()
        .map(|variant| class(name, Some(variant.name), &variant.fields))
        .collect();
    format!(
        "{about}export type {name} =\n{types};\n\n\
         export function write{name}(w: Writer, v: {name}): void {{\n  switch (v.type) {{\n{writes}  }}\n}}\n\n\
         export function read{name}(r: Reader): {name} {{\n  return read{name}As(r, r.array() - 1, r.uint());\n}}\n\n\
         export function read{name}As(r: Reader, fields: number, tag: number): {name} {{\n  let left = fields;\n  \
         switch (tag) {{\n{reads}    default:\n      \
         throw new RangeError(`{name} has no variant ${{tag}}`);\n  }}\n}}\n\n{classes}"
    )
}

fn choice(name: &str, about: &str, variants: &[Variant]) -> String {
    let values: Vec<String> = variants
        .iter()
        .map(|variant| format!("\"{}\"", snake(variant.name)))
        .collect();
    let cases: String = variants
        .iter()
        .zip(&values)
        .map(|(variant, value)| format!("  {value}: {},\n", variant.tag))
        .collect();
    let back: String = variants
        .iter()
        .zip(&values)
        .map(|(variant, value)| format!("  [{}, {value}],\n", variant.tag))
        .collect();
    let constant = camel(&snake(name));
    format!(
        "{about}export type {name} = {};\n\n\
         const {constant}Tags: Readonly<Record<{name}, number>> = {{\n{cases}}};\n\n\
         const {constant}Values: ReadonlyMap<number, {name}> = new Map<number, {name}>([\n{back}]);\n\n\
         export function write{name}(w: Writer, v: {name}): void {{\n  w.uint({constant}Tags[v]);\n}}\n\n\
         export function read{name}(r: Reader): {name} {{\n  const tag = r.uint();\n  \
         const value = {constant}Values.get(tag);\n  \
         if (value === undefined) throw new RangeError(`{name} has no value ${{tag}}`);\n  return value;\n}}\n\n",
        values.join(" | ")
    )
}

fn union(name: &str, about: &str, parts: &[Shape], registry: &Registry) -> String {
    let parts: Vec<&'static str> = parts
        .iter()
        .filter_map(|part| {
            if let Shape::Named(name) = part {
                Some(*name)
            } else {
                None
            }
        })
        .collect();
    let variants = |part: &str| match registry.types.get(part).map(|definition| &definition.body) {
        Some(Body::Enum(variants)) => variants.as_slice(),
        _ => &[],
    };
    let writes: String = parts
        .iter()
        .map(|part| {
            let cases: String = variants(part)
                .iter()
                .map(|variant| format!("    case \"{}\":\n", variant.name))
                .collect();
            format!("{cases}      return write{part}(w, v);\n")
        })
        .collect();
    let reads: String = parts
        .iter()
        .map(|part| {
            let last = variants(part)
                .iter()
                .map(|variant| variant.tag)
                .max()
                .unwrap_or(0);
            // Each part owns a hundred tags, or the range its first tag begins.
            format!(
                "  if (tag <= {}) return read{part}As(r, left, tag);\n",
                last / 100 * 100 + 99
            )
        })
        .collect();
    format!(
        "{about}export type {name} = {};\n\n\
         export function write{name}(w: Writer, v: {name}): void {{\n  switch (v.type) {{\n{writes}  }}\n}}\n\n\
         export function read{name}(r: Reader): {name} {{\n  const left = r.array() - 1;\n  const tag = r.uint();\n\
         {reads}  throw new RangeError(`{name} has no variant ${{tag}}`);\n}}\n\n",
        parts.join(" | ")
    )
}

fn member(field: &Field, indent: &str) -> String {
    let about = docs(&field.docs, indent);
    format!(
        "{about}{indent}readonly {}: {};\n",
        camel(field.name),
        type_of(&field.shape)
    )
}

/// The members of an object whose values stand in variables.
fn names(fields: &[Field]) -> String {
    let member = |field: &Field| {
        let (name, variable) = (camel(field.name), variable(field.name));
        if name == variable {
            name
        } else {
            format!("{name}: {variable}")
        }
    };
    fields.iter().map(member).collect::<Vec<_>>().join(", ")
}

/// The field's name as a variable: words of the language get a line behind them.
fn variable(name: &str) -> String {
    let name = camel(name);
    let words = [
        "class", "default", "delete", "function", "in", "new", "return", "switch", "with",
    ];
    if words.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

fn type_of(shape: &Shape) -> String {
    match shape {
        Shape::Uint | Shape::Int => "number".to_owned(),
        Shape::Bool => "boolean".to_owned(),
        Shape::Str => "string".to_owned(),
        Shape::Bin => "Uint8Array".to_owned(),
        Shape::Optional(inner) => format!("{} | null", type_of(inner)),
        Shape::List(inner) => match **inner {
            Shape::Optional(_) => format!("readonly ({})[]", type_of(inner)),
            Shape::List(_) | Shape::Pair(..) => format!("readonly ({})[]", type_of(inner)),
            _ => format!("readonly {}[]", type_of(inner)),
        },
        Shape::Pair(first, second) => format!("readonly [{}, {}]", type_of(first), type_of(second)),
        Shape::Named(name) => (*name).to_owned(),
    }
}

fn write_field(field: &Field, registry: &Registry, indent: &str) -> String {
    format!(
        "{indent}{}\n",
        write(&field.shape, &format!("v.{}", camel(field.name)), registry, 0)
    )
}

/// A statement that writes `value`.
fn write(shape: &Shape, value: &str, registry: &Registry, depth: usize) -> String {
    match shape {
        Shape::Uint => format!("w.uint({value});"),
        Shape::Int => format!("w.int({value});"),
        Shape::Bool => format!("w.bool({value});"),
        Shape::Str => format!("w.str({value});"),
        Shape::Bin => format!("w.bin({value});"),
        Shape::Optional(inner) => {
            format!(
                "if ({value} === null) w.nil(); else {{ {} }}",
                write(inner, value, registry, depth)
            )
        }
        Shape::List(inner) => {
            let item = format!("item{depth}");
            let body = write(inner, &item, registry, depth + 1);
            match &**inner {
                Shape::Named(name) if !is_alias(name, registry) => format!("w.list({value}, write{name});"),
                _ if body == format!("w.uint({item});") => format!("w.list({value}, writeUint);"),
                _ if body == format!("w.str({item});") => format!("w.list({value}, writeStr);"),
                _ => format!("w.list({value}, (w, {item}) => {{ {body} }});"),
            }
        }
        Shape::Pair(first, second) => {
            let first = write(first, &format!("{value}[0]"), registry, depth);
            let second = write(second, &format!("{value}[1]"), registry, depth);
            format!("w.array(2); {first} {second}")
        }
        Shape::Named(name) => match registry.types.get(name).map(|definition| &definition.body) {
            Some(Body::Alias(shape)) => write(shape, value, registry, depth),
            _ => format!("write{name}(w, {value});"),
        },
    }
}

fn is_alias(name: &str, registry: &Registry) -> bool {
    matches!(
        registry.types.get(name).map(|definition| &definition.body),
        Some(Body::Alias(_))
    )
}

fn read_field(field: &Field, registry: &Registry, indent: &str) -> String {
    let name = variable(field.name);
    let value = read(&field.shape, registry);
    let type_name = type_of(&field.shape);
    match absent(&field.shape, registry) {
        Some(absent) => format!("{indent}const {name}: {type_name} = left-- > 0 ? {value} : {absent};\n"),
        None => format!("{indent}left--;\n{indent}const {name}: {type_name} = {value};\n"),
    }
}

/// An expression that reads a value.
fn read(shape: &Shape, registry: &Registry) -> String {
    match shape {
        Shape::Uint => "r.uint()".to_owned(),
        Shape::Int => "r.int()".to_owned(),
        Shape::Bool => "r.bool()".to_owned(),
        Shape::Str => "r.str()".to_owned(),
        Shape::Bin => "r.bin()".to_owned(),
        Shape::Optional(inner) => format!("r.nil() ? null : {}", read(inner, registry)),
        Shape::List(inner) => format!("r.list({})", reader(inner, registry)),
        Shape::Pair(first, second) => {
            format!(
                "r.pair({}, {})",
                reader(first, registry),
                reader(second, registry)
            )
        }
        Shape::Named(name) => match registry.types.get(name).map(|definition| &definition.body) {
            Some(Body::Alias(shape)) => read(shape, registry),
            _ => format!("read{name}(r)"),
        },
    }
}

/// A function that reads a value: one that is there already, where it can be, since a closure is an object at each call.
fn reader(shape: &Shape, registry: &Registry) -> String {
    match shape {
        Shape::Uint => "uint".to_owned(),
        Shape::Int => "int".to_owned(),
        Shape::Str => "str".to_owned(),
        Shape::Optional(_) => format!("(r) => ({})", read(shape, registry)),
        Shape::Named(name) => match registry.types.get(name).map(|definition| &definition.body) {
            Some(Body::Alias(shape)) => reader(shape, registry),
            _ => format!("read{name}"),
        },
        _ => format!("(r) => {}", read(shape, registry)),
    }
}

/// What an absent field takes, as the Rust side has it.
fn absent(shape: &Shape, registry: &Registry) -> Option<String> {
    let value = match shape {
        Shape::Uint | Shape::Int => "0",
        Shape::Bool => "false",
        Shape::Str => "\"\"",
        Shape::Bin => "new Uint8Array(0)",
        Shape::Optional(_) => "null",
        Shape::List(_) => "[]",
        Shape::Pair(..) => return None,
        Shape::Named(name) => match registry.types.get(name).map(|definition| &definition.body) {
            Some(Body::Alias(shape)) => return absent(shape, registry),
            _ => return None,
        },
    };
    Some(value.to_owned())
}
