//! The fields of the kinds' payloads, for what TypeScript checks by itself.

use polyphon_protocol::Kind;
use polyphon_protocol::schema::{Field, Rule, of_kind};
use std::fmt::Write as _;

const HEAD: &str = r#"// Generated from core/protocol/src/schema by polyphon-codegen. Do not edit.
import type { MessageKind } from "../envelope.ts";

/** What a field must be; `left` is what TypeScript does not check by itself. */
export type Rule =
  | { readonly is: "any" | "bool" | "count" | "map" | "left" }
  /** 1 to this many bytes. */
  | { readonly is: "text"; readonly bytes: number }
  | { readonly is: "oneOf"; readonly texts: readonly string[] }
  | { readonly is: "number"; readonly least: number; readonly most: number };

/** A field of a payload. */
export interface FieldRule {
  readonly name: string;
  readonly required: boolean;
  readonly rule: Rule;
}

/** The fields of each kind's payload; `null` where any payload will do. */
export const FIELDS: Readonly<Record<MessageKind, readonly FieldRule[] | null>> = {
"#;

pub(crate) fn typescript() -> String {
    let mut out = HEAD.to_owned();
    for kind in Kind::ALL.iter().copied() {
        let Some(fields) = of_kind(kind) else {
            let _ = writeln!(out, "  {}: null,", kind.as_str());
            continue;
        };
        let _ = writeln!(out, "  {}: [", kind.as_str());
        fields.iter().for_each(|field| write_field(&mut out, field));
        out.push_str("  ],\n");
    }
    out.push_str("};\n");
    out
}

fn write_field(out: &mut String, field: &Field) {
    let rule = match field.rule {
        Rule::Any => "{ is: \"any\" }".to_owned(),
        Rule::Bool => "{ is: \"bool\" }".to_owned(),
        Rule::Count => "{ is: \"count\" }".to_owned(),
        Rule::Text(bytes) => format!("{{ is: \"text\", bytes: {bytes} }}"),
        Rule::OneOf(texts) => format!("{{ is: \"oneOf\", texts: {texts:?} }}"),
        Rule::Number(least, most) => format!("{{ is: \"number\", least: {least}, most: {most} }}"),
        Rule::Map([]) => "{ is: \"map\" }".to_owned(),
        _ => "{ is: \"left\" }".to_owned(),
    };
    let Field { name, required, .. } = field;
    let _ = writeln!(
        out,
        "    {{ name: \"{name}\", required: {required}, rule: {rule} }},"
    );
}
