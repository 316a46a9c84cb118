//! `polyphon-bundle INPUT.wasm NAME FOLDER`: writes `FOLDER/NAME.js`, `NAME.d.ts` and `NAME.wasm`.
//!
//! The JavaScript exports one function, `instantiate(module)`, and keeps nothing at module level: two runtimes
//! live in one process, and a poisoned instance is thrown away and made anew.
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use wasm_bindgen_cli_support::Bindgen;

mod factory;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, name, folder] = arguments.as_slice() else {
        eprintln!("usage: polyphon-bundle INPUT.wasm NAME FOLDER");
        return ExitCode::from(2);
    };
    match bundle(Path::new(input), name, Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("polyphon-bundle: {input}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bundle(input: &Path, name: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .no_modules(true)?
        .no_modules_global(factory::GLOBAL)?;
    let mut output = bindgen
        .out_name(name)
        .typescript(true)
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .generate_output()?;
    if output.snippets().values().any(|parts| !parts.is_empty()) || !output.local_modules().is_empty() {
        return Err("a binding crate brings JavaScript of its own; bindings translate bytes only".into());
    }
    // `emit` also lays the text out; the factory relies on that layout.
    output.emit(folder)?;
    let file = |suffix: &str| folder.join(format!("{name}{suffix}"));
    let module = factory::module(&fs::read_to_string(file(".js"))?, name)?;
    let declarations = factory::declarations(&fs::read_to_string(file(".d.ts"))?, name)?;
    fs::write(file(".js"), module)?;
    fs::write(file(".d.ts"), declarations)?;
    fs::rename(file("_bg.wasm"), file(".wasm"))?;
    fs::remove_file(file("_bg.wasm.d.ts"))?;
    Ok(())
}
