#!/usr/bin/env bash
# Tests the web console in a real browser against a running platform with a simulated fleet.
# console-test.sh [PYTEST OPTION...]; EDGEWRIGHT_BIN names another binary than the debug build's.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" test
export EDGEWRIGHT_BIN=${EDGEWRIGHT_BIN:-$root/.build/debug/edgewright}
[ -x "$EDGEWRIGHT_BIN" ] || die "$EDGEWRIGHT_BIN is not there; run swift build first."
"$root/scripts/build-web.sh"
rm -rf "$root/console-failures"
export PYTHONPATH="$root/scripts" PYTHONDONTWRITEBYTECODE=1
exec "$root/.venv/bin/python" -m pytest -q -p no:cacheprovider "$@" "$root/Tests/console"
