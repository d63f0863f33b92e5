#!/usr/bin/env bash
# Starts a control plane with a simulated fleet in it; Ctrl-C stops both. What it makes stays in data/.
#
# EDGEWRIGHT_LISTEN    host:port of the control plane (127.0.0.1:8080)
# SIM_PORT, SIM_COUNT  port and size of the simulated fleet (7300, 200; kept from the first run on)
# SIM_AGENTS           so many more services are reached through agents (12; on the port after SIM_PORT)
# EDGEWRIGHT_DATA_DIR  where everything is kept (data)
# EDGEWRIGHT_BIN       a binary to use instead of building one
# Functions here are called by a trap and by wait_for.
# shellcheck disable=SC2317
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

listen=${EDGEWRIGHT_LISTEN:-127.0.0.1:8080}
email=${EDGEWRIGHT_ADMIN_EMAIL:-admin@edgewright.local}
data=${EDGEWRIGHT_DATA_DIR:-$root/data}
sim_agents=${SIM_AGENTS:-12}
serve='' fleet='' sites='' note=''

main() {
    [[ $listen =~ ^.*:[0-9]+$ ]] || die "EDGEWRIGHT_LISTEN must be HOST:PORT, not '$listen'."
    mkdir -p "$data"
    # Absolute, and for its owner alone: the keys and the first password are in it.
    data=$(cd "$data" && pwd -P)
    chmod 700 "$data"
    mkdir -p "$data/demo" "$data/logs"
    remember_fleet
    # Before the build: whoever must choose another port should not wait for it.
    refuse_taken_ports
    binary=${EDGEWRIGHT_BIN:-}
    if [ -z "$binary" ]; then
        "$root/scripts/build.sh"
        binary=$root/.build/release/edgewright
        refuse_taken_ports
    fi
    prepare_account
    trap stop EXIT
    trap 'exit 0' INT TERM HUP PIPE
    start_fleet
    start_platform
    if ! make_demo; then note='The demo project is not complete: see data/logs/demo.log.'; fi
    if [ "$sim_agents" -gt 0 ]; then start_sites; fi
    show_box
    watch
}

# The imported services have the fleet's port in their addresses, so it stays what it was at first.
remember_fleet() {
    local kept="$data/demo/fleet" port='' count=''
    if [ -f "$kept" ]; then read -r port count <"$kept"; fi
    sim_port=${SIM_PORT:-${port:-7300}}
    sim_count=${SIM_COUNT:-${count:-200}}
    [[ $sim_port =~ ^[0-9]+$ && $sim_count =~ ^[0-9]+$ && $sim_agents =~ ^[0-9]+$ ]] ||
        die "SIM_PORT, SIM_COUNT and SIM_AGENTS must be numbers."
    if [ -n "$port" ] && [ "$port" != "$sim_port" ]; then
        note="The demo's services were imported on port $port, so they show as offline on $sim_port."
    fi
    if [ ! -f "$kept" ]; then printf '%s %s\n' "$sim_port" "$sim_count" >"$kept"; fi
}

refuse_taken_ports() {
    if port_taken "$(reachable_host)" "${listen##*:}"; then
        die "Something already listens on $listen." \
            "Stop it, or choose another address: EDGEWRIGHT_LISTEN=127.0.0.1:8081 make run"
    fi
    if port_taken 127.0.0.1 "$sim_port" || { [ "$sim_agents" -gt 0 ] && port_taken 127.0.0.1 "$((sim_port + 1))"; }; then
        die "Something already listens on port $sim_port or the next one, which the simulated fleet needs." \
            "Stop it, or choose another port: SIM_PORT=7400 make run"
    fi
}

# Where the platform is reached from this machine.
reachable_host() {
    local host=${listen%:*}
    host=${host#[}
    host=${host%]}
    case $host in '' | 0.0.0.0 | '*') printf '127.0.0.1' ;; '::') printf '::1' ;; *) printf '%s' "$host" ;; esac
}

address() {
    local host
    host=$(reachable_host)
    case $host in *:*) host="[$host]" ;; esac
    printf 'http://%s:%s' "$host" "${listen##*:}"
}

# The platform takes the first password at its first start only; it is kept for whoever starts it.
prepare_account() {
    if [ -e "$data/edgewright.sqlite" ] || [ -e "$data/first-password" ]; then return; fi
    local password=${EDGEWRIGHT_ADMIN_PASSWORD:-$(od -An -N15 -tx1 /dev/urandom | tr -d ' \n')}
    (umask 077 && printf '%s\n' "$password" >"$data/first-password")
    printf '%s\n' "$email" >"$data/demo/account"
}

# Both in process groups of their own: Ctrl-C reaches this script alone, which stops them in order.
start_fleet() {
    rm -f "$data/demo/fleet.csv"
    set -m
    "$binary" simulate --count "$sim_count" --port "$sim_port" --imperfect --csv "$data/demo/fleet.csv" \
        >"$data/logs/simulate.log" 2>&1 </dev/null &
    fleet=$!
    set +m
    wait_for "the simulated fleet" "$fleet" simulate.log test -e "$data/demo/fleet.csv"
}

# The same agents each time: after the first run the platform knows them without the token.
start_sites() {
    local join=()
    if [ -s "$data/demo/agent-token" ]; then join=(--token "$(<"$data/demo/agent-token")"); fi
    set -m
    "$binary" simulate --count "$sim_agents" --port "$((sim_port + 1))" --seed 2 --agents-of "$(address)" "${join[@]}" \
        >"$data/logs/sites.log" 2>&1 </dev/null &
    sites=$!
    set +m
}

start_platform() {
    local password=''
    if [ -f "$data/first-password" ]; then password=$(<"$data/first-password"); fi
    set -m
    EDGEWRIGHT_ADMIN_EMAIL=$email EDGEWRIGHT_ADMIN_PASSWORD=$password \
        "$binary" serve --listen "$listen" --data-dir "$data" >"$data/logs/serve.log" 2>&1 </dev/null &
    serve=$!
    set +m
    wait_for "the control plane" "$serve" serve.log is_ready
}

is_ready() { answers_200 "$(reachable_host)" "${listen##*:}" /readyz; }

# Without curl, which running needs nowhere else.
answers_200() {
    local status=''
    exec 3<>"/dev/tcp/$1/$2" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$3" >&3
    read -r -t 5 _ status _ <&3 || true
    exec 3>&-
    [ "$status" = 200 ]
} 2>/dev/null

# wait_for WHAT PID LOG COMMAND...
wait_for() {
    local what=$1 process=$2 log=$data/logs/$3
    shift 3
    for _ in $(seq 1 600); do
        if ! kill -0 "$process" 2>/dev/null; then
            tail -n 20 "$log" >&2
            die "$what ended while starting; the end of $log is above."
        fi
        if "$@"; then return; fi
        sleep 0.1
    done
    tail -n 20 "$log" >&2
    die "$what did not start within a minute; the end of $log is above."
}

# Each step leaves a file behind, so that a run that was cut short is taken up where it was.
make_demo() {
    if [ -f "$data/demo/done" ]; then return 0; fi
    [ -f "$data/first-password" ] || return 0
    say "bringing the fleet into the project Plant"
    demo_steps >"$data/logs/demo.log" 2>&1
}

demo_steps() {
    # The user's own session stays as it is.
    export EDGEWRIGHT_CONFIG="$data/demo/session.yaml"
    unset EDGEWRIGHT_SERVER EDGEWRIGHT_TOKEN EDGEWRIGHT_PROJECT EDGEWRIGHT_PASSWORD
    local org project
    "$binary" login "$(address)" --email "$(<"$data/demo/account")" --password-stdin <"$data/first-password" &&
        org=$(kept org make_org) &&
        project=$(kept project make_project "$org") &&
        import_fleet "$project" &&
        kept agent-token make_agent_token "$project" >/dev/null &&
        touch "$data/demo/done" &&
        "$binary" logout
}

# A run that was killed may have made them without keeping their ids.
make_org() { "$binary" orgs create Demo --quiet || "$binary" orgs get Demo --quiet; }
make_project() { "$binary" projects create Plant --org "$1" --quiet || "$binary" projects get Plant --quiet; }

make_agent_token() {
    "$binary" enrollment-tokens create demo --project "$1" --uses 1000 --adopt-offers --tag behind-an-agent --quiet
}

# 2: some lines were refused, as all are that a run before this one brought in.
import_fleet() {
    local status=0
    "$binary" services import "$data/demo/fleet.csv" --project "$1" || status=$?
    [ "$status" = 0 ] || [ "$status" = 2 ]
}

# kept NAME COMMAND...: what the command prints, from the first time that it succeeded.
kept() {
    local file="$data/demo/$1" made
    shift
    if [ ! -s "$file" ]; then
        made=$("$@") || return 1
        printf '%s\n' "$made" >"$file"
    fi
    cat "$file"
}

show_box() {
    local password='the one you gave it'
    if [ -f "$data/first-password" ]; then
        password="in $data/first-password"
        if [ ! -f "$data/demo/shown" ]; then
            password="$(<"$data/first-password")   (kept in $data/first-password)"
            touch "$data/demo/shown"
        fi
    fi
    local account=$email
    if [ -f "$data/demo/account" ]; then account=$(<"$data/demo/account"); fi
    printf '\n  Edgewright is running\n\n'
    printf '    Address    %s\n' "$(address)"
    printf '    Account    %s\n' "$account"
    printf '    Password   %s\n' "$password"
    printf '    Fleet      %s simulated services in Demo / Plant\n' "$sim_count"
    if [ "$sim_agents" -gt 0 ]; then printf '    Agents     %s more, each behind an agent of its own\n' "$sim_agents"; fi
    printf '    Logs       %s\n' "$data/logs"
    if [ -n "$note" ]; then printf '\n  %s\n' "$note"; fi
    printf '\n  Ctrl-C stops it; make run goes on with the same data.\n\n'
}

# Returns only by a signal; ends everything when one of them ends by itself.
watch() {
    local programs=("$serve" "$fleet")
    if [ -n "$sites" ]; then programs+=("$sites"); fi
    wait -n "${programs[@]}" || true
    local log=serve.log
    if kill -0 "$serve" 2>/dev/null; then log=simulate.log; fi
    if kill -0 "$serve" 2>/dev/null && kill -0 "$fleet" 2>/dev/null; then log=sites.log; fi
    tail -n 20 "$data/logs/$log" >&2
    die "A program ended by itself; the end of $data/logs/$log is above."
}

stop() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP PIPE
    if [ "$status" = 0 ] && [ -n "$serve" ]; then printf '\n  Stopping\n' || true; fi
    stop_one "$serve"
    stop_one "$fleet"
    stop_one "$sites"
    exit "$status"
}

# Waits 12 seconds at most: the platform gives what is under way up to 10.
stop_one() {
    [ -n "$1" ] || return 0
    kill -TERM "$1" 2>/dev/null || return 0
    for _ in $(seq 1 120); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null || true
}

main
