//! Writes what other languages need from the Rust sources of truth.
//!
//! usage: `polyphon-codegen [ROOT]`: the TypeScript codec and error union under `ROOT/npm/src`, the error pages under
//! `ROOT/docs/errors`. A file that would not change is not touched.

mod codec;
mod errors;
mod names;
mod schema;

use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

fn main() {
    let root = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    if let Err(error) = run(&root) {
        eprintln!("polyphon-codegen: {error}");
        process::exit(1);
    }
}

fn run(root: &Path) -> io::Result<()> {
    write(
        &root.join("npm/src/wasm/codec.generated.ts"),
        &codec::typescript(),
    )?;
    write(
        &root.join("npm/src/errors/codes.generated.ts"),
        &errors::typescript(),
    )?;
    write(&root.join("npm/src/errors/cures.generated.ts"), &errors::cures())?;
    write(
        &root.join("npm/src/protocol/direct/schema.generated.ts"),
        &schema::typescript(),
    )?;
    let pages = root.join("docs/errors");
    for (name, text) in errors::pages() {
        write(&pages.join(name), &text)?;
    }
    errors::remove_stale(&pages)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
