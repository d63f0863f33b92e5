#!/usr/bin/env bash
# Removes what was built and measured. Keeps data/, which is the user's.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

cd "$root"
rm -rf .build .venv Web/dist console-failures bench-out .schemathesis .hypothesis
