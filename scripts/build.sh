#!/usr/bin/env bash
# Builds the release binary, .build/release/edgewright, and the web console that it serves, Web/dist.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

"$root/scripts/setup.sh" build web
"$root/scripts/build-web.sh"
cd "$root"
say "building (the first time takes several minutes)"
swift build -c release --product edgewright
