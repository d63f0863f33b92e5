#!/usr/bin/env bash
# Tests a running platform against its OpenAPI document: no server error, nothing undocumented.
# contract-test.sh [BINARY]: the debug build's binary without an argument.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" test
binary=${1:-$root/.build/debug/edgewright}
[ -x "$binary" ] || die "$binary is not there; run swift build first."

# In a network of its own where that is allowed: made-up endpoints of services then lead nowhere.
alone=()
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
    alone=(unshare --net)
elif unshare --map-root-user --net true 2>/dev/null; then
    alone=(unshare --map-root-user --net)
fi
export PYTHONPATH="$root/scripts" PYTHONDONTWRITEBYTECODE=1
exec "${alone[@]}" "$root/.venv/bin/python" "$root/Tests/contract/run.py" "$binary"
