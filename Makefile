# `make run` needs Python 3.11 or newer and nothing else. See README.md.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?= -n auto --dist worksteal

.PHONY: run serve dev setup install install-dev build lint test test-tools bench clean

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

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install-dev build test-tools
	$(BIN)/pytest $(PYTEST_ARGS)

test-tools: install-dev
	@sh scripts/test_tools.sh

bench: install-dev build test-tools
	$(BIN)/python -m benchmarks

clean:  ## what was built; the virtual environment and data/ stay
	rm -rf .web .build .states .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
