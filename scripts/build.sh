#!/usr/bin/env bash
# Builds the release binaries, .build/release/edgewright and .build/release/edgewright-agent, with Swift's libraries in
# them, and the web console, Web/dist. A small copy of the agent is what the platform offers for download.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" build web
"$root/scripts/build-web.sh"
cd "$root"
say "building (the first time takes several minutes)"
# What static linking takes from an archive nobody outside the program sees, and a malloc that libc does not use as well is
# worse than none: so jemalloc goes in as one object.
allocator=.build/allocator
mkdir -p "$allocator"
cc -O2 -fPIC -c -o "$allocator/settings.o" scripts/allocator.c
ld -r -o "$allocator/jemalloc.new" "$allocator/settings.o" \
    --whole-archive "$(cc -print-file-name=libjemalloc_pic.a)"
# Named after what is in it: the linker would not be asked again for another one of the same name.
object=$root/$allocator/jemalloc-$(sha256sum "$allocator/jemalloc.new" | cut -c 1-16).o
mv -f "$allocator/jemalloc.new" "$object"
# Exclusive access to memory is checked in the builds that are tested; here it is a twentieth of what a request costs.
for product in edgewright edgewright-agent; do
    swift build -c release --static-swift-stdlib --product "$product" \
        -Xswiftc -enforce-exclusivity=unchecked -Xlinker "$object"
done

# Beside the program, where it looks for what it serves at /agent/; put in its place whole, it may be serving it now.
download=.build/release/agent/edgewright-agent-$(uname -m)
mkdir -p "${download%/*}"
strip --strip-all -o "$download.new" .build/release/edgewright-agent
chmod 755 "$download.new"
mv -f "$download.new" "$download"
say "$download has $(($(stat -c %s "$download") / 1000000)) MB"
