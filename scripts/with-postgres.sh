#!/usr/bin/env bash
# with-postgres.sh COMMAND...: runs the command with a PostgreSQL server of its own, gone when the command ends.
# with-postgres.sh hold: says the server's URL and keeps it until standard input ends.
#
# EDGEWRIGHT_TEST_POSTGRES is its URL (by Unix socket, no password); EDGEWRIGHT_TEST_POSTGRES_TCP the one by TCP on
# 127.0.0.1, with the password. Commits are not written through to the disk, which tests do not need; with
# POSTGRES_DURABLE=yes they are, as measurements want it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || die "usage: with-postgres.sh COMMAND..."
bin=$(postgres_bin) || die "PostgreSQL is not installed; run scripts/setup.sh test."

# Short, and not in a folder of the user's: a socket's path may have 107 bytes, and the server runs as another user.
folder=$(mktemp -d /tmp/ew-postgres.XXXXXX)
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
server='' child=''

# PostgreSQL refuses to run as root. An array and not a function: `$!` must be the server, not a shell around it.
as_postgres=(env)
if [ "$(id -u)" = 0 ]; then
    as_postgres=(setpriv --reuid postgres --regid postgres --clear-groups --inh-caps=-all)
fi

# shellcheck disable=SC2317  # called by the traps
finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    if [ -n "$server" ]; then
        # QUIT: at once, without a checkpoint; the folder goes anyway.
        kill -QUIT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

printf '%s' "$password" >"$folder/password"
chmod 600 "$folder/password"
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || die "There is no user postgres; install Debian's postgresql package."
    chown -R postgres:postgres "$folder"
fi
cd "$folder"

"${as_postgres[@]}" "$bin/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" \
    --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256 --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; die "initdb failed."; }

settings=(-c "unix_socket_directories=$folder" -c listen_addresses=127.0.0.1 -c max_connections=300
    -c log_min_messages=warning -c log_min_error_statement=panic)
if [ "${POSTGRES_DURABLE:-no}" != yes ]; then
    settings+=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
fi

# A free port can be taken before the server has it: try a few.
start_server() {
    local port attempt
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 10000))
        if port_taken 127.0.0.1 "$port"; then continue; fi
        # The server goes when this script is killed without a chance to stop it.
        "${as_postgres[@]}" setpriv --pdeathsig QUIT "$bin/postgres" -D "$folder/data" -p "$port" "${settings[@]}" \
            >"$folder/server.log" 2>&1 </dev/null &
        server=$!
        for _ in $(seq 1 150); do
            if "$bin/pg_isready" -q -h "$folder" -p "$port" -U postgres; then
                EDGEWRIGHT_TEST_POSTGRES="postgres://postgres@localhost:$port/postgres?host=$folder"
                EDGEWRIGHT_TEST_POSTGRES_TCP="postgres://postgres:$password@127.0.0.1:$port/postgres"
                export EDGEWRIGHT_TEST_POSTGRES EDGEWRIGHT_TEST_POSTGRES_TCP
                return
            fi
            kill -0 "$server" 2>/dev/null || break
            sleep 0.1
        done
        kill -QUIT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=''
    done
    cat "$folder/server.log" >&2
    die "PostgreSQL did not start after $attempt attempts; its log is above."
}
start_server

cd "$OLDPWD"
if [ "$1" = hold ]; then
    echo "$EDGEWRIGHT_TEST_POSTGRES"
    exec 1>&2
    cat >/dev/null
    exit 0
fi
# In the background, so that a signal to this script is acted upon at once.
"$@" <&0 &
child=$!
status=0
wait "$child" || status=$?
child=''
exit "$status"
