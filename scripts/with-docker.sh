#!/usr/bin/env bash
# with-docker.sh COMMAND...: runs the command with a Docker engine of its own, gone when the command ends.
# with-docker.sh hold: says the engine's address and keeps it until standard input ends.
#
# DOCKER_HOST is its address. Images of simulated services are in it: edgewright-sim:3.6.0 and :3.7.0, :mute that answers
# nothing, :crashing that ends at once. With EDGEWRIGHT_DOCKER_TLS=PORT:FOLDER it also listens there on 127.0.0.1, with
# ca.pem, server.pem and server.key of the folder, for clients with a certificate of that authority. With
# EDGEWRIGHT_DOCKER_SIZE its disk is a file system of that size, such as 900m, in memory; it is beside its socket, at data.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || die "usage: with-docker.sh COMMAND..."
[ "$(id -u)" = 0 ] || die "A Docker engine of one's own needs root."
have dockerd || die "Docker is not installed; run scripts/setup.sh test."

folder=$(mktemp -d /tmp/ew-docker.XXXXXX)
engine=''
# A network of its own and no rules of the machine's firewall, which all engines would share: those beside each other do not
# get in each other's way. Published ports go through the engine's own proxy.
bridge=ew$(($$ % 60000))
subnet=10.$((64 + $$ / 256 % 64)).$(($$ % 256))

# shellcheck disable=SC2317  # called by the trap
finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$engine" ]; then
        docker ps --quiet 2>/dev/null | xargs --no-run-if-empty docker kill >/dev/null 2>&1 || true
        kill -TERM "$engine" 2>/dev/null || true
        wait "$engine" 2>/dev/null || true
    fi
    ip link delete "$bridge" 2>/dev/null || true
    umount -R "$folder"/data/* 2>/dev/null || true
    umount "$folder/data" 2>/dev/null || true
    rm -rf "$folder" 2>/dev/null || true
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

export DOCKER_HOST=unix://$folder/engine.sock
ip link add name "$bridge" type bridge
ip address add "$subnet.1/24" dev "$bridge"
ip link set "$bridge" up

if [ -n "${EDGEWRIGHT_DOCKER_SIZE:-}" ]; then
    mkdir "$folder/data"
    mount -t tmpfs -o "size=$EDGEWRIGHT_DOCKER_SIZE" edgewright-docker "$folder/data"
fi
encrypted=()
if [ -n "${EDGEWRIGHT_DOCKER_TLS:-}" ]; then
    cp -r "${EDGEWRIGHT_DOCKER_TLS#*:}" "$folder/tls"
    encrypted=(--host "tcp://127.0.0.1:${EDGEWRIGHT_DOCKER_TLS%%:*}" --tlsverify --tlscacert "$folder/tls/ca.pem"
        --tlscert "$folder/tls/server.pem" --tlskey "$folder/tls/server.key")
    unset EDGEWRIGHT_DOCKER_TLS
fi
setpriv --pdeathsig TERM dockerd --host "$DOCKER_HOST" "${encrypted[@]}" --data-root "$folder/data" --exec-root "$folder/exec" \
    --pidfile "$folder/pid" --bridge "$bridge" --iptables=false --insecure-registry 127.0.0.0/8 >"$folder/log" 2>&1 </dev/null &
engine=$!
for _ in $(seq 1 300); do
    docker info >/dev/null 2>&1 && break
    kill -0 "$engine" 2>/dev/null || { tail -5 "$folder/log" >&2; die "dockerd did not start."; }
    sleep 0.1
done
docker info >/dev/null 2>&1 || { tail -5 "$folder/log" >&2; die "dockerd did not answer in time."; }

make_image() { DOCKER_BUILDKIT=0 "$root/scripts/simulator-image.sh" "$@" >/dev/null 2>"$folder/image.log" ||
    { cat "$folder/image.log" >&2; die "an image could not be made."; }; }
make_image edgewright-sim:3.6.0 3.6.0
make_image edgewright-sim:3.7.0 3.7.0
SIMULATOR_COMMAND='["/usr/bin/edgewright", "simulate", "--count", "1", "--port", "9999"]' make_image edgewright-sim:mute
SIMULATOR_COMMAND='["/usr/bin/edgewright", "simulate", "--count", "2", "--base-port", "65535"]' make_image edgewright-sim:crashing

if [ "$1" = hold ]; then
    echo "$DOCKER_HOST"
    exec 1>&2
    cat >/dev/null
    exit 0
fi
"$@" <&0 &
child=$!
status=0
wait "$child" || status=$?
exit "$status"
