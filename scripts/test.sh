#!/usr/bin/env bash
# Everything that must hold, on a fresh machine as well: format, build without warnings, tests on both stores, contract.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

cd "$root"
started=$SECONDS
# What the Swift tests say, until they have passed.
said=$(mktemp)
# shellcheck disable=SC2317  # called by the trap
report() {
    local status=$?
    if [ "$status" = 0 ]; then say "all passed in $(duration $((SECONDS - started)))"; else
        # Among thousands of lines nobody finds what has failed.
        if [ -s "$said" ]; then grep -aE '✘|Fatal error|unexpected signal' "$said" || true; fi
        say "FAILED in step '$step' after $(duration $((SECONDS - started)))"
    fi
    rm -f "$said"
}
trap report EXIT

step='set up'
scripts/setup.sh build test
step='check'
scripts/check.sh
step='tests'
say "tests, with PostgreSQL beside SQLite"
# So many at a time as two cores get done: more only wait for each other, and for the time limits that some are about.
scripts/with-postgres.sh swift test --skip-build --disable-xctest --experimental-maximum-parallelization-width 8 \
    2>&1 | tee "$said"
: >"$said"
step='console'
say "console: a real browser against a running platform"
scripts/console-test.sh
step='network'
say "agents: sites behind NAT, bad lines, proxies in front, programs that are killed"
scripts/network-test.sh
step='contract'
say "contract: the running platform against its OpenAPI document"
scripts/contract-test.sh
