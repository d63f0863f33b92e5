#!/usr/bin/env bash
# Builds the web console into Web/dist: checks the types, bundles, names files by their content, compresses.
# build-web.sh --check only checks the types and the messages.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" web
cd "$root/Web"
# Debian's Node modules.
export NODE_PATH=/usr/share/nodejs

check() {
    tsc --project tsconfig.json
    node --test test/ >"$log" 2>&1 || {
        cat "$log" >&2
        die "The console's own tests failed; what they said is above."
    }
}

bundle() {
    local out=$1
    shift
    esbuild "$@" --bundle --minify --log-level=warning --target=es2021 --jsx=automatic --outdir="$out" \
        --entry-names='[name]-[hash]' --chunk-names='[name]-[hash]' --asset-names='[name]-[hash]' \
        --define:process.env.NODE_ENV='"production"' --legal-comments=none
}

build() {
    local made
    made=$(mktemp -d "$root/Web/.dist.XXXXXX")
    # shellcheck disable=SC2064  # the folder is known now
    trap "rm -rf '$made' '$log'" EXIT
    bundle "$made/assets" src/main.tsx --format=esm --splitting
    # Runs before the first paint, so it is a classic script of its own.
    bundle "$made/assets" src/boot.ts --format=iife
    node build/finish.mjs "$made"
    chmod 755 "$made"
    rm -rf dist
    mv "$made" dist
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
check
if [ "${1:-}" = --check ]; then exit 0; fi
build
say "the console is in Web/dist: $(find dist/assets -name '*.gz' -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f kB", sum / 1000 }') compressed"
