#!/usr/bin/env bash
# Measures the release build against its targets, everything on this machine and in one run.
# bench.sh [monitor|list|proxy|batches|installs|agents...]: all of them without an argument. Writes docs/benchmarks.md.
#
# BENCH_SERVICES   simulated services of monitor (10000)
# BENCH_LAYOUT     paths: all on one port below a base path each (default); ports: a port each
# BENCH_SECONDS    how long monitor measures (75)
# BENCH_AGENTS     simulated agents of agents (10000); BENCH_TLS_AGENTS of its second pass, with TLS (5000);
#                  BENCH_ROUND_SECONDS of each round of small requests (10), BENCH_IDLE_SECONDS of quiet (60),
#                  BENCH_AWAY_SECONDS that the platform stays away the second time (120)
# EDGEWRIGHT_BIN   a binary to use instead of building one
# EDGEWRIGHT_AGENT_BIN   the agent's, likewise (the one beside the binary)
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

cd "$root"
which=("$@")
if [ ${#which[@]} = 0 ]; then which=(monitor list proxy batches installs agents); fi
for name in "${which[@]}"; do
    case $name in
        monitor | list | proxy | batches | installs | agents) ;;
        *) die "bench.sh knows monitor, list, proxy, batches, installs and agents, not '$name'." ;;
    esac
done

scripts/setup.sh bench
binary=${EDGEWRIGHT_BIN:-}
if [ -z "$binary" ]; then
    scripts/build.sh
    binary=$root/.build/release/edgewright
fi
agent=${EDGEWRIGHT_AGENT_BIN:-$(dirname "$binary")/edgewright-agent}
# A connection for each of ten thousand services, and some.
ulimit -n "$(ulimit -Hn)"
PATH=$PATH:$(postgres_bin)
export PATH PYTHONPATH="$root/scripts" PYTHONDONTWRITEBYTECODE=1
mkdir -p bench-out

status=0
for name in "${which[@]}"; do
    say "measuring: $name"
    rm -f "bench-out/$name.json"
    command=(python3 "scripts/bench/$name.py" "$binary" "bench-out/$name.json")
    # Commits written through to the disk: anything else would flatter PostgreSQL.
    case $name in
        list | batches) command=(env POSTGRES_DURABLE=yes scripts/with-postgres.sh "${command[@]}") ;;
        agents) command=(env EDGEWRIGHT_AGENT_BIN="$agent" "${command[@]}") ;;
        installs) command=(env EDGEWRIGHT_BIN="$binary" scripts/with-docker.sh "${command[@]}") ;;
    esac
    "${command[@]}" || status=1
done
python3 scripts/bench/report.py docs/benchmarks.md bench-out "${which[@]}" || status=1
exit "$status"
