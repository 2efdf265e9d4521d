# Daytwo: `make` alone lists what there is. Every target is safe to repeat.

.DEFAULT_GOAL := help
.PHONY: help run build test check demo kill bench fuzz fmt audit setup clean clean-cache

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: ## From a fresh machine to the portal at http://127.0.0.1:3000, on SQLite in ./data
	@scripts/run.sh

build: ## The release, self-contained in dist/
	@scripts/setup.sh build
	@scripts/build.sh

test: ## From a fresh machine to all tests passed
	@scripts/setup.sh
	@scripts/test.sh

check: ## The quick loop: format, clippy, unit and integration tests
	@scripts/setup.sh
	@scripts/test.sh format clippy host

demo: ## The portal with the demonstration's shop and a year of history
	@scripts/demo.sh

kill: ## kill -9 under load, a hundred times (after make build)
	@scripts/kill.sh

bench: ## Measure the release under load, at loopback
	@scripts/bench.sh

fuzz: ## Fuzz each parser for DAYTWO_FUZZ_S seconds (600)
	@scripts/fuzz.sh

fmt: ## Format every source file
	@cargo fmt --all

audit: ## Licences, advisories and sources of the dependencies (needs the advisories' server)
	@scripts/audit.sh

setup: ## Install what building and testing need, without doing either
	@scripts/setup.sh

clean: ## Remove dist/ and what was compiled from this checkout; dependencies stay compiled
	@scripts/clean.sh

clean-cache: ## Remove every cache of Daytwo's, tools included
	@scripts/clean.sh --cache
