# `make run` needs Python 3.11 or newer and nothing else. See README.md; `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?= -n auto --dist worksteal

.DEFAULT_GOAL := run
.PHONY: help run serve dev setup install install-dev build openapi fix lint check test test-tools advisories bench clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## serve the demo, or real tracking when APIFY_API_KEY is set, at http://localhost:8000
	@exec $(BIN)/python scripts/serve.py --demo

serve: setup  ## serve in production, as the environment says
	@exec $(BIN)/python scripts/serve.py

dev: setup  ## serve with hot reload, pages at http://localhost:3000
	@exec $(BIN)/reflex run

setup: install build  ## install what the app needs and build the pages

install:
	@$(PYTHON) scripts/install.py requirements.txt

install-dev: install
	@$(PYTHON) scripts/install.py requirements-dev.txt

build: install
	@$(BIN)/python scripts/build.py

openapi: install  ## write docs/openapi.json, after a change of the API
	@$(BIN)/python scripts/openapi.py

fix: install-dev  ## format, and fix what the linter can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: install-dev  ## check style, types, layers and secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python scripts/find_secrets.py
	$(BIN)/mypy

check: lint  ## run what CI runs, the quick parts first
	@$(MAKE) --no-print-directory test

test: install-dev build test-tools  ## run all tests; PYTEST_ARGS="tests/unit -q" runs a part
	$(BIN)/pytest $(PYTEST_ARGS)

test-tools: install-dev
	@sh scripts/test_tools.sh

advisories: install  ## ask the internet for known vulnerabilities of everything installed
	@$(PYTHON) -m venv .build/advisories && .build/advisories/bin/pip install --quiet pip-audit==2.10.1
	.build/advisories/bin/pip-audit --path "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')"

bench: install-dev build test-tools  ## run the benchmarks
	$(BIN)/python -m benchmarks

clean:  ## remove what was built; the virtual environment and data/ stay
	rm -rf .web .build .states .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
