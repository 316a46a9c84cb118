//! From a script that defines one global to an ES module that exports a factory.

/// Name the generated script gives its one global.
pub(crate) const GLOBAL: &str = "bindings";

const SCRIPT_HEAD: &str = "let bindings = (function(exports) {\n";
const SCRIPT_TAIL: &str = "})({ __proto__: null });";
const TYPES_HEAD: &str = "declare namespace bindings {\n";
const TYPES_TAIL: &str = "\n}\n";

/// The script as a module whose state is made anew by each `instantiate`.
pub(crate) fn module(script: &str, name: &str) -> Result<String, String> {
    let body = script
        .trim()
        .strip_prefix(SCRIPT_HEAD)
        .and_then(|rest| rest.strip_suffix(SCRIPT_TAIL))
        .ok_or("the generated script has another frame than expected; was wasm-bindgen updated?")?;
    Ok(format!(
        "// Generated from bindings/{name}. Do not edit.\n\
         function bind(exports) {{\n{body}}}\n\n\
         export function instantiate(module) {{\n\
         \x20   const bindings = bind({{ __proto__: null }});\n\
         \x20   const {{ memory }} = bindings.initSync({{ module }});\n\
         \x20   return Object.assign(bindings, {{ memory }});\n\
         }}\n"
    ))
}

/// The declarations that go with [`module`].
pub(crate) fn declarations(types: &str, name: &str) -> Result<String, String> {
    let body = types
        .split_once(TYPES_HEAD)
        .and_then(|(_, rest)| rest.split_once(TYPES_TAIL))
        .map(|(body, _)| body)
        .ok_or("the generated types have another frame than expected; was wasm-bindgen updated?")?;
    let aliases: String = body
        .lines()
        .filter_map(declared_type)
        .map(|declared| format!("export type {declared} = bindings.{declared};\n"))
        .collect();
    Ok(format!(
        "// Generated from bindings/{name}. Do not edit.\n\
         {TYPES_HEAD}{body}{TYPES_TAIL}\n\
         {aliases}\n\
         /** What one instance of the module offers. */\n\
         export type Bindings = typeof bindings & {{ readonly memory: WebAssembly.Memory }};\n\n\
         /** A fresh instance with its own memory; one that panicked is dropped and replaced by another. */\n\
         export declare function instantiate(module: WebAssembly.Module): Bindings;\n"
    ))
}

/// Name of the type a line at the top level of the namespace declares, if it is not generic.
fn declared_type(line: &str) -> Option<&str> {
    let declaration = line.strip_prefix("    export ")?;
    let (keyword, rest) = declaration.split_once(' ')?;
    if !matches!(keyword, "class" | "interface" | "type" | "enum") {
        return None;
    }
    rest.split([' ', '<', '=', '{'])
        .next()
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_becomes_a_factory() {
        let script = format!("{SCRIPT_HEAD}    let wasm;\n    return exports;\n{SCRIPT_TAIL}\n");
        let module = module(&script, "kernel").unwrap();
        assert!(module.contains("function bind(exports) {\n    let wasm;\n    return exports;\n}\n"));
        assert!(module.contains("export function instantiate(module)"));
        assert!(!module.contains("let bindings = (function"));
    }

    #[test]
    fn declared_types_are_exported_and_functions_are_not() {
        let types = format!(
            "{TYPES_HEAD}    export class RawKernel {{\n        free(): void;\n    }}\n    export function f(): void;\n    \
             export interface Limits {{ }}{TYPES_TAIL}declare type InitInput = string;\n"
        );
        let declarations = declarations(&types, "kernel").unwrap();
        assert!(declarations.contains("export type RawKernel = bindings.RawKernel;"));
        assert!(declarations.contains("export type Limits = bindings.Limits;"));
        assert!(!declarations.contains("export type f "));
        assert!(!declarations.contains("InitInput"));
    }

    #[test]
    fn an_unknown_frame_is_refused() {
        assert!(
            module("var other = 1;", "kernel")
                .unwrap_err()
                .contains("wasm-bindgen")
        );
        assert!(
            declarations("declare module x {}", "kernel")
                .unwrap_err()
                .contains("wasm-bindgen")
        );
    }
}
