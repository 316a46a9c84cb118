//! The error registry as a TypeScript union and as pages.

use std::path::Path;
use std::{fs, io};

use polyphon_kernel::registry::{self, Entry};

const NOTE: &str =
    "Generated from the error registry in core/kernel/src/registry by polyphon-codegen. Do not edit.";

pub(crate) fn typescript() -> String {
    let codes = sorted();
    let union: String = codes
        .iter()
        .map(|entry| format!("\n  | \"{}\"", entry.code))
        .collect();
    let facts: String = codes.iter().map(|entry| fact(entry)).collect();
    format!(
        "// {NOTE}\n\n/** Every error code. */\nexport type ErrorCode ={union};\n\n\
         /** What the registry says of a code. */\n\
         export interface ErrorFacts {{\n  \
         /** Whether the same call can succeed later. */\n  readonly retryable: boolean;\n  \
         /** Status of an HTTP answer. */\n  readonly http: number;\n  \
         /** Exit code of the command line. */\n  readonly exit: number;\n}}\n\n\
         export const errorFacts: Readonly<Record<ErrorCode, ErrorFacts>> = {{\n{facts}}};\n"
    )
}

fn fact(entry: &Entry) -> String {
    let Entry {
        code,
        retryable,
        http,
        exit,
        ..
    } = entry;
    format!("  {code}: {{ retryable: {retryable}, http: {http}, exit: {exit} }},\n")
}

/// The cures, apart from the other facts: only what talks to people carries their text.
pub(crate) fn cures() -> String {
    let cures: String = sorted()
        .iter()
        .map(|entry| format!("  {}: {:?},\n", entry.code, entry.cure))
        .collect();
    format!(
        "// {NOTE}\nimport type {{ ErrorCode }} from \"./codes.generated.ts\";\n\n\
         /** What to do about each error. */\n\
         export const errorCures: Readonly<Record<ErrorCode, string>> = {{\n{cures}}};\n"
    )
}

pub(crate) fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = sorted()
        .into_iter()
        .map(|entry| (format!("{}.md", entry.code), page(entry)))
        .collect();
    pages.push(("README.md".to_owned(), index()));
    pages
}

fn page(entry: &Entry) -> String {
    let Entry {
        code,
        title,
        cause,
        cure,
        retryable,
        http,
        exit,
    } = entry;
    let retry = if *retryable {
        "Yes, the same call can succeed later."
    } else {
        "No, the same call fails again."
    };
    format!(
        "<!-- {NOTE} -->\n# {code}\n\n{title}.\n\n| | |\n|---|---|\n| Cause | {cause} |\n| Cure | {cure} |\n\
         | Retry | {retry} |\n| HTTP status | {http} |\n| Exit code | {exit} |\n"
    )
}

fn index() -> String {
    let rows: String = sorted()
        .iter()
        .map(|entry| {
            let retry = if entry.retryable { "yes" } else { "no" };
            format!(
                "| [{0}]({0}.md) | {1} | {retry} | {2} | {3} |\n",
                entry.code, entry.title, entry.http, entry.exit
            )
        })
        .collect();
    format!(
        "<!-- {NOTE} -->\n# Errors\n\nTest on the code, never on the text. Codes are never renamed.\n\n\
         | code | what happened | retry | HTTP | exit |\n|---|---|---|---|---|\n{rows}"
    )
}

/// Removes pages of codes that are gone.
pub(crate) fn remove_stale(folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let code = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if code != "README" && registry::find(code).is_none() {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn sorted() -> Vec<&'static Entry> {
    let mut entries: Vec<&Entry> = registry::entries().collect();
    entries.sort_by_key(|entry| entry.code);
    entries
}
