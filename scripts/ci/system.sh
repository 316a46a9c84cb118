#!/usr/bin/env bash
# Brings what the suites need from the system: a browser with its driver, and the servers that benches compare with.
# With apt and root (or sudo) it installs what is missing; otherwise it says what is missing, and the suites that need
# it fail or skip by themselves.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null || [ -x "${3:-/nonexistent}" ] || missing+=("$2"); }
need chromium chromium
need chromedriver chromium-driver
need redis-server redis-server
need nats-server nats-server
need postgres postgresql-15 /usr/lib/postgresql/15/bin/postgres
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=(); [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  echo "not installed, and this user cannot install it: ${missing[*]}"
  exit 0
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
