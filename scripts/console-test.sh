#!/usr/bin/env bash
# Tests the web console in a real browser against a running platform with a simulated fleet.
# console-test.sh [PYTEST OPTION...]; EDGEWRIGHT_BIN names another binary than the debug build's,
# EDGEWRIGHT_AGENT_BIN another agent than the one beside it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" test
export EDGEWRIGHT_BIN=${EDGEWRIGHT_BIN:-$root/.build/debug/edgewright}
[ -x "$EDGEWRIGHT_BIN" ] || die "$EDGEWRIGHT_BIN is not there; run swift build first."
"$root/scripts/build-web.sh"
rm -rf "$root/console-failures"
# Containers bring and take network interfaces, and a browser breaks off what it loads when an address comes or goes: as root
# all of it runs in a network of its own, where interfaces get no address by themselves. One pair lets it count as a network.
alone=()
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
    # shellcheck disable=SC2016  # for the inner shell
    alone=(unshare --net bash -ec 'ip link set lo up
        echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
        ip link add ew-outer type veth peer name ew-inner
        ip address add 192.0.2.1/24 dev ew-outer
        ip link set ew-outer up
        ip link set ew-inner up
        exec "$@"' _)
fi
export PYTHONPATH="$root/scripts" PYTHONDONTWRITEBYTECODE=1
exec "${alone[@]}" "$root/.venv/bin/python" -m pytest -q -p no:cacheprovider "$@" "$root/Tests/console"
