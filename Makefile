# `make run` needs Python 3.11 or newer and nothing else. See README.md.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?= -n auto --dist worksteal

.PHONY: run serve dev setup install install-dev build openapi lint test test-tools advisories bench clean

run: setup  ## the demo, or the real thing when APIFY_API_KEY is set, at http://localhost:8000
	@exec $(BIN)/python scripts/serve.py --demo

serve: setup  ## the production server, as the environment says
	@exec $(BIN)/python scripts/serve.py

dev: setup  ## hot reload, pages at http://localhost:3000
	@exec $(BIN)/reflex run

setup: install build

install:
	@$(PYTHON) scripts/install.py requirements.txt

install-dev: install
	@$(PYTHON) scripts/install.py requirements-dev.txt

build: install
	@$(BIN)/python scripts/build.py

openapi: install  ## docs/openapi.json, after a change of the API
	@$(BIN)/python scripts/openapi.py

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/find_secrets.py

test: install-dev build test-tools
	$(BIN)/pytest $(PYTEST_ARGS)

test-tools: install-dev
	@sh scripts/test_tools.sh

advisories: install  ## known holes in everything that is installed; asks the internet, so it is no part of lint
	@$(PYTHON) -m venv .build/advisories && .build/advisories/bin/pip install --quiet pip-audit==2.10.1
	.build/advisories/bin/pip-audit --path "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')"

bench: install-dev build test-tools
	$(BIN)/python -m benchmarks

clean:  ## what was built; the virtual environment and data/ stay
	rm -rf .web .build .states .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
