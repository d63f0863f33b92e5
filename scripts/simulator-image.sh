#!/usr/bin/env bash
# simulator-image.sh TAG [VERSION]: an image of one simulated NeuronEX for the Docker engine that DOCKER_HOST names.
#
# It answers at port 8085 and tells VERSION. The binary is EDGEWRIGHT_BIN, or the debug build, or the release build; what it
# links is put beside it.
# SIMULATOR_COMMAND replaces what the container runs.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

[ $# -ge 1 ] || die "usage: simulator-image.sh TAG [VERSION]"
tag=$1
version=${2:-3.6.0}
binary=${EDGEWRIGHT_BIN:-$root/.build/debug/edgewright}
[ -x "$binary" ] || [ -n "${EDGEWRIGHT_BIN:-}" ] || binary=$root/.build/release/edgewright
[ -x "$binary" ] || die "There is no $binary: build it first."
have docker || die "Docker's client is not installed."

# The same binary makes the same first layer: its size and time name it.
base=edgewright-simulator-base:$(stat -Lc '%Y-%s' "$binary")
if ! docker image inspect "$base" >/dev/null 2>&1; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    mkdir -p "$folder/usr/bin" "$folder/opt/neuronex/etc" "$folder/opt/neuronex/data" "$folder/tmp" "$folder/etc"
    objcopy --strip-all "$binary" "$folder/usr/bin/edgewright" 2>/dev/null || cp "$binary" "$folder/usr/bin/edgewright"
    # Libraries where the binary looks for them, the loader among them.
    ldd "$binary" | grep -oE '/[^ ]+' | sort -u | while read -r library; do
        mkdir -p "$folder$(dirname "$library")"
        cp -L "$library" "$folder$library"
    done
    echo 'root:x:0:0:root:/:/usr/bin/edgewright' >"$folder/etc/passwd"
    tar -C "$folder" -c . | docker import --change 'EXPOSE 8085' - "$base" >/dev/null
fi

command=${SIMULATOR_COMMAND:-'["/usr/bin/edgewright", "simulate", "--count", "1", "--host", "0.0.0.0", "--base-port", "8085",
    "--jwt-keys", "/opt/neuronex/etc", "--fault", "*:version='$version'"]'}
printf 'FROM %s\nCMD %s\n' "$base" "$(tr -d '\n' <<<"$command")" | docker build --quiet --tag "$tag" - >/dev/null
say "$tag is there, and tells version $version"
