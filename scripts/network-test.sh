#!/usr/bin/env bash
# Tests agents with real processes: sites behind NAT, bad lines, proxies in front, programs that are killed.
# network-test.sh [PYTEST OPTION...]; EDGEWRIGHT_BIN and EDGEWRIGHT_AGENT_BIN name other binaries than the debug build's.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" test
export EDGEWRIGHT_BIN=${EDGEWRIGHT_BIN:-$root/.build/debug/edgewright}
export EDGEWRIGHT_AGENT_BIN=${EDGEWRIGHT_AGENT_BIN:-${EDGEWRIGHT_BIN%/*}/edgewright-agent}
for binary in "$EDGEWRIGHT_BIN" "$EDGEWRIGHT_AGENT_BIN"; do
    [ -x "$binary" ] || die "$binary is not there; run swift build first."
done

if [ "$(id -u)" != 0 ]; then
    say "left out: the networks between sites and platform can be made by root alone"
    exit 0
fi
if ! unshare --net --mount --pid --fork ip link >/dev/null 2>&1 || [ ! -c /dev/net/tun ]; then
    die "This machine gives root no networks of its own: unshare --net --mount --pid, ip or /dev/net/tun fails."
fi

# All of it in a network, with processes and names of namespaces of its own: whatever happens, nothing is left of it, and
# no address of the machine's is ever used. This network is the tests' cloud, where the platform is.
export PYTHONPATH="$root/scripts" PYTHONDONTWRITEBYTECODE=1 EDGEWRIGHT_NETWORK_TEST=yes
# shellcheck disable=SC2016  # for the inner shell, which stays to gather orphans
exec unshare --net --mount --pid --fork --mount-proc --kill-child bash -ec '
    ip link set lo up
    mkdir -p /run/netns
    mount -t tmpfs edgewright-netns /run/netns
    "$@"
    exit' _ "$root/.venv/bin/python" -m pytest -q -p no:cacheprovider "$@" "$root/Tests/network"
