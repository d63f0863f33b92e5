# Every target is one script in scripts/, so that each can be run and read by itself.
.DEFAULT_GOAL := help
.PHONY: help run build test check bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start a control plane with a simulated fleet in it
	@scripts/run.sh

build: ## Build the release binary
	@scripts/build.sh

test: ## Everything that must hold: format, build, tests on both stores, API contract
	@scripts/test.sh

check: ## Format, scripts, file lengths, and a build without warnings
	@scripts/check.sh

bench: ## Measure against the targets and write docs/benchmarks.md
	@scripts/bench.sh

clean: ## Remove what was built and measured; keeps data/
	@scripts/clean.sh
