#!/usr/bin/env bash
# agent-image.sh TAG: an image of the agent for the Docker engine that DOCKER_HOST names, made without a registry.
#
# The binary is EDGEWRIGHT_AGENT_BIN, or the one that scripts/build.sh has made for download, or the debug build; what it
# links is put beside it. Its key is in /var/lib/edgewright-agent: give it a volume.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

[ $# = 1 ] || die "usage: agent-image.sh TAG"
tag=$1
binary=${EDGEWRIGHT_AGENT_BIN:-$root/.build/release/agent/edgewright-agent-$(uname -m)}
[ -x "$binary" ] || [ -n "${EDGEWRIGHT_AGENT_BIN:-}" ] || binary=$root/.build/debug/edgewright-agent
[ -x "$binary" ] || die "There is no $binary: build it first, with scripts/build.sh."
have docker || die "Docker's client is not installed."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/usr/local/bin" "$folder/etc/ssl/certs" "$folder/tmp" "$folder/var/lib/edgewright-agent"
chmod 1777 "$folder/tmp"
chmod 700 "$folder/var/lib/edgewright-agent"
strip --strip-all -o "$folder/usr/local/bin/edgewright-agent" "$binary" 2>/dev/null ||
    cp "$binary" "$folder/usr/local/bin/edgewright-agent"
chmod 755 "$folder/usr/local/bin/edgewright-agent"
# Libraries where the binary looks for them, the loader among them.
ldd "$binary" | grep -oE '/[^ ]+' | sort -u | while read -r library; do
    mkdir -p "$folder$(dirname "$library")"
    cp -L "$library" "$folder$library"
done
# What the platform's certificate is checked against, and where names are looked up.
if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
fi
echo 'hosts: files dns' >"$folder/etc/nsswitch.conf"
echo 'root:x:0:0:root:/:/usr/local/bin/edgewright-agent' >"$folder/etc/passwd"

tar -C "$folder" -c . | docker import \
    --change 'ENTRYPOINT ["/usr/local/bin/edgewright-agent"]' --change 'CMD ["run"]' \
    --change 'VOLUME /var/lib/edgewright-agent' \
    --change 'HEALTHCHECK --interval=60s --timeout=15s --start-period=30s CMD ["/usr/local/bin/edgewright-agent", "status"]' \
    - "$tag" >/dev/null
say "$tag is there"
