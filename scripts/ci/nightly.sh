#!/usr/bin/env bash
# What takes too long for every change: 10 minutes of fuzzing for each target, or as many seconds as the argument says. It keeps
# what was learnt in fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts/ci/fuzz.sh "${1:-600}" --keep
