#!/usr/bin/env bash
# Brings the cargo tools of the wasm suite into .cache/tools, unoptimised because compiling them is what takes long.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=$PWD/.cache/tools

install() { # crate, version, program, extra arguments
  local crate=$1 version=$2 program=$3; shift 3
  if [ -x "$tools/bin/$program" ] && "$tools/bin/$program" --version 2>/dev/null | grep -qF "$version"; then return; fi
  echo "building $crate $version"
  # Outside the repository's target folder, whose profiles are made for other things.
  CARGO_TARGET_DIR="$tools/target" CARGO_PROFILE_DEV_DEBUG=false cargo install --quiet --debug --root "$tools" "$crate" --version "$version" "$@"
}

install wasm-bindgen-cli 0.2.130 wasm-bindgen-test-runner
install wasm-pack 0.15.1 wasm-pack --locked
rm -rf "$tools/target"
