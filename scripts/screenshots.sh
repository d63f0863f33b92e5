#!/usr/bin/env bash
# Makes the pictures of docs/images anew, with the release binary (or EDGEWRIGHT_BIN) and a simulated fleet.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" test
export EDGEWRIGHT_BIN=${EDGEWRIGHT_BIN:-$root/.build/release/edgewright}
[ -x "$EDGEWRIGHT_BIN" ] || die "$EDGEWRIGHT_BIN is not there; run make build first."
"$root/scripts/build-web.sh"
export PYTHONPATH="$root/scripts:$root/Tests/console" PYTHONDONTWRITEBYTECODE=1
exec "$root/.venv/bin/python" "$root/Tests/console/screenshots.py" "$root/docs/images"
