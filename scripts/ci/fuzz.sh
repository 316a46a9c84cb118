#!/usr/bin/env bash
# Fuzzes everything that reads bytes of others: the decoders of the protocol and the function behind the kernel's step.
# `scripts/ci/fuzz.sh [SECONDS] [--keep]`: 15 for each target unless told otherwise, two targets at a time. It begins with
# fuzz/corpus; what it learns stays in .cache/fuzz/corpus, and with --keep the least of it that reaches as much goes to
# fuzz/corpus. What breaks something is in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=15 keep=
for argument in "$@"; do
  case $argument in --keep) keep=yes ;; *) seconds=$argument ;; esac
done
nightly=nightly-2026-05-20
tools=$PWD/.cache/tools work=$PWD/.cache/fuzz
host=$(rustc -vV | sed -n 's/^host: //p')

rustup toolchain list | grep -q "^$nightly" || rustup toolchain install "$nightly" --profile minimal
if ! "$tools/bin/cargo-fuzz" --version 2>/dev/null | grep -qF 0.13.2; then
  CARGO_TARGET_DIR="$tools/target" CARGO_PROFILE_DEV_DEBUG=false \
    cargo install --quiet --debug --root "$tools" cargo-fuzz --version 0.13.2 --locked
  rm -rf "$tools/target"
fi
export PATH="$tools/bin:$PATH"
# core has no unsafe code for a sanitizer to look at; without one the build takes a third, and each input half.
cargo "+$nightly" fuzz build --sanitizer none --target-dir "$work/target" >&2
node scripts/ci/fuzz-corpus.mjs unpack

fuzz() { # target
  local target=$1 log=$work/$1.log
  mkdir -p "fuzz/artifacts/$target"
  if "$work/target/$host/release/$target" "$work/corpus/$target" -artifact_prefix="fuzz/artifacts/$target/" \
    -max_total_time="$seconds" -max_len=8192 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 >"$log" 2>&1; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
    touch "$work/$target.passed"
  else
    tail -n 40 "$log"
    echo "$target: failed"
  fi
}

targets=$(cargo "+$nightly" fuzz list)
rm -f "$work"/*.passed
for target in $targets; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
  fuzz "$target" &
done
wait
passed=0; failed=0
for target in $targets; do
  if [ -e "$work/$target.passed" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done

if [ -n "$keep" ]; then
  for target in $targets; do
    rm -rf "$work/least/$target"; mkdir -p "$work/least/$target"
    "$work/target/$host/release/$target" -merge=1 -max_len=8192 "$work/least/$target" "$work/corpus/$target" \
      >"$work/$target.merge.log" 2>&1 || tail -n 5 "$work/$target.merge.log"
  done
  node scripts/ci/fuzz-corpus.mjs pack
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
