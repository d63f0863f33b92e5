#!/usr/bin/env bash
# The house rules that a machine can see: formatting, lengths, sound scripts, a build without warnings.
# CHECK_BUILD=no leaves the build out; EDGEWRIGHT_BUILD_OPTIONS are for `swift build`.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/lib.sh"

cd "$root"
failures=0
fail() {
    printf 'check: %s\n' "$*" >&2
    failures=$((failures + 1))
}

check_format() {
    say "format"
    swift format lint --strict --parallel --recursive --configuration .swift-format Sources Tests Package.swift ||
        fail "The lines above are not formatted; 'swift format -i' mends most of them."
}

# Accessibility is left to the browser tests, which see the real page.
check_web() {
    say "console: format and lint"
    local biome=$root/.venv/bin/biome
    if [ -x "$biome" ]; then
        (cd Web && "$biome" check --log-level=warn src test build) ||
            fail "The console has findings; '(cd Web && ../.venv/bin/biome check --write src test build)' mends some."
    else
        say "left out: .venv/bin/biome is missing; scripts/setup.sh test installs it"
    fi
}

# 400 lines are the ceiling for what people read as code.
check_lengths() {
    say "file lengths"
    local file lines
    while IFS= read -r -d '' file; do
        lines=$(wc -l <"$file")
        if [ "$lines" -gt 400 ]; then fail "$file has $lines lines; 400 are the ceiling."; fi
    done < <(find Sources Tests scripts Web/src Web/test -type f \
        \( -name '*.swift' -o -name '*.sh' -o -name '*.py' -o -name '*.ts' -o -name '*.tsx' -o -name '*.css' \) -print0)
}

check_scripts() {
    say "scripts"
    local files=(scripts/*.sh .ci/run)
    if have shellcheck; then
        shellcheck --external-sources "${files[@]}" || fail "shellcheck has findings."
    else
        local file
        for file in "${files[@]}"; do bash -n "$file" || fail "$file is no valid script."; done
    fi
    local unsound='import ast, pathlib, sys
for name in sys.argv[1:]: ast.parse(pathlib.Path(name).read_text(), name)'
    find scripts Tests/contract Tests/console Tests/network -name '*.py' -exec python3 -c "$unsound" {} + || fail "A Python file does not parse."
}

# Every warning about our own files counts; those of the packages we depend on are theirs to mend. Whether the compiler
# says them depends on it compiling the file now, so only a build from scratch, as CI has it, finds all.
check_build() {
    say "build, with the tests"
    local log=.build/check-build.log warnings
    mkdir -p .build
    # shellcheck disable=SC2086  # several words
    swift build --build-tests ${EDGEWRIGHT_BUILD_OPTIONS:-} 2>&1 | tee "$log" | show_progress || {
        fail "The build failed."
        return
    }
    warnings=$(grep -E "^$root/(Sources|Tests)/[^:]+:[0-9]+:[0-9]+: warning: |^$root/Package.swift.* warning: |$ours" \
        "$log" | sort -u || true)
    if [ -n "$warnings" ]; then
        printf '%s\n' "$warnings" >&2
        fail "The build has warnings."
    fi
}

# What the package manager says of this package rather than of one it depends on.
ours="^warning: '$(basename "$root" | tr '[:upper:]' '[:lower:]')': "

# On a terminal everything; elsewhere no line for each of the thousands of files.
show_progress() { if [ -t 1 ]; then cat; else grep -vE '^\[[0-9]+/[0-9]+\] ' || true; fi; }

check_format
check_web
check_lengths
check_scripts
if [ "${CHECK_BUILD:-yes}" = yes ]; then check_build; fi
[ "$failures" = 0 ] || die "$failures checks failed."
