#!/usr/bin/env bash
# The tests of the bindings inside wasm: in Node, then in headless Chromium.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/ci/tools.sh
sysroot=$(rustc --print sysroot)
export PATH="$PWD/.cache/tools/bin:$sysroot/bin:$PATH" WASM_BINDGEN_TEST_TIMEOUT=120
driver=$(command -v chromedriver || true)
output=$(mktemp); trap 'rm -f "$output"' EXIT
code=0

crates="bindings/kernel bindings/policies"
for crate in $crates; do
  wasm-pack test --node --mode no-install "$crate" 2>&1 | tee -a "$output" || code=1
done
if [ -n "$driver" ]; then
  for crate in $crates; do
    wasm-pack test --headless --chrome --chromedriver "$driver" --mode no-install "$crate" 2>&1 |
      tee -a "$output" || code=1
  done
elif [ "${CI:-}" = true ]; then
  echo "chromedriver is missing: apt install chromium-driver"; code=1
else
  echo "skipped: headless Chromium, because chromedriver is not installed (apt install chromium-driver)"
fi

awk '/^test result:/ { for (i = 1; i < NF; i++) { if ($(i+1) ~ /^passed/) p += $i; if ($(i+1) ~ /^failed/) f += $i } }
     END { printf "%d passed, %d failed\n", p, f }' "$output"
exit $code
