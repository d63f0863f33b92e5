#!/usr/bin/env bash
# setup.sh build|web|test|bench...: installs what is missing for it; quick when nothing is.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

missing=()

# need PACKAGE COMMAND...: the package is missing when the command fails.
need() {
    local package=$1
    shift
    if ! "$@" >/dev/null 2>&1; then missing+=("$package"); fi
}

need_build() {
    have swift || die "Swift is not installed." \
        "Install Swift 6.2 or newer (https://www.swift.org/install/linux/) and put it on the PATH."
    need git have git
    need g++ have g++
    need binutils have ld
    need pkg-config have pkg-config
    need libsqlite3-dev library sqlite3
    need libpq-dev library libpq
    need zlib1g-dev library zlib
    need libjemalloc-dev library_file libjemalloc_pic.a
}

need_web() {
    need nodejs have node
    need esbuild have esbuild
    need node-typescript have tsc
    need node-react node_module react
    need node-react-dom node_module react-dom
}

node_module() { [ -d "/usr/share/nodejs/$1" ]; }

need_test() {
    need_web
    need chromium have chromium
    need postgresql postgres_bin
    need_docker
    need_network
    need curl have curl
    need shellcheck have shellcheck
    need python3 have python3
    need python3-venv python3 -c 'import ensurepip, venv'
}

# An engine of one's own, and a registry; neither runs as a service.
need_docker() {
    need docker.io have dockerd
    need docker.io have docker
    need iptables have iptables
    need iproute2 have ip
    need docker-registry have docker-registry
    need binutils have objcopy
}

# What the tests of agents put between a site and the platform; none of it runs as a service.
need_network() {
    need nginx-light have nginx
    need haproxy have haproxy
    need tinyproxy-bin have tinyproxy
    need conntrack have conntrack
    need iptables have iptables
    need iproute2 have ip
    need openssl have openssl
    need libfaketime library_file faketime/libfaketime.so.1
}

need_bench() {
    need postgresql postgres_bin
    need_docker
    need curl have curl
    need python3 have python3
    need nginx-light have nginx
    need prometheus have prometheus
    need wrk have wrk
    need openssh-server have sshd
    need openssh-client have ssh
    need openssl have openssl
    need iproute2 have ss
}

library_file() { compgen -G "/usr/lib/*/$1"; }

library() { have pkg-config && pkg-config --exists "$1"; }

# sudo asks for a password on the terminal itself, so it may have its output elsewhere.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "Missing packages: ${missing[*]}" "Neither root nor sudo is there to install them."
    fi
}

install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    have apt-get || die "Missing: ${missing[*]} (names of Debian's packages), and there is no apt-get here." \
        "Install what corresponds to them and run this again."
    say "installing ${missing[*]}"
    keep_services_quiet
    local log
    log=$(mktemp)
    if ! { as_root apt-get update -qq && install_packages; } >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        die "apt-get could not install ${missing[*]}; what it said is above."
    fi
    rm -f "$log"
    allow_services
}

install_packages() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "${missing[@]}"
}

# Debian starts servers when it installs them. Ours are started when they are needed, so a policy forbids it meanwhile,
# and those that were not there before do not start with the machine either.
policy=/usr/sbin/policy-rc.d
policy_is_ours=no

keep_services_quiet() {
    [ ! -e "$policy" ] || return 0
    policy_is_ours=yes
    trap allow_services EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}

allow_services() {
    [ "$policy_is_ours" = yes ] || return 0
    policy_is_ours=no
    as_root rm -f "$policy"
    [ -d /run/systemd/system ] || return 0
    local package unit
    for package in "${missing[@]}"; do
        case $package in
            nginx-light) unit=nginx ;;
            openssh-server) unit=ssh ;;
            prometheus | postgresql | haproxy) unit=$package ;;
            *) continue ;;
        esac
        as_root systemctl disable -q "$unit" || true
    done
}

# Python tools live in .venv/, made anew when their pinned versions change.
make_venv() {
    local stamp="$root/.venv/requirements.txt"
    local wanted=("$root"/Tests/{contract,console,network}/requirements.txt)
    if [ -x "$root/.venv/bin/playwright" ] && cat "${wanted[@]}" | cmp -s - "$stamp"; then return; fi
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "Python 3.11 or newer is needed for the tests that are written in it." "This is $(python3 --version)."
    say "installing the tools of tests written in Python into .venv"
    rm -rf "$root/.venv"
    python3 -m venv "$root/.venv"
    "$root/.venv/bin/python" -m pip install -q --no-input --disable-pip-version-check \
        "${wanted[@]/#/-r}" </dev/null
    cat "${wanted[@]}" >"$stamp"
}

[ $# -gt 0 ] || die "usage: setup.sh build|web|test|bench..."
for purpose in "$@"; do
    case $purpose in
        build | web | test | bench) "need_$purpose" ;;
        *) die "setup.sh knows build, web, test and bench, not '$purpose'." ;;
    esac
done
install_missing
for purpose in "$@"; do
    if [ "$purpose" = test ]; then make_venv; fi
done
