# One Python environment in .venv, installed from requirements.lock; everything below runs in it.

PY := .venv/bin/python
# Two workers, a file at a time each: what the smallest machine has cores for.
PYTEST_ARGS ?= -n 2 --dist loadfile
UV ?= uv
LOCK_ARGS ?=

DISTRIBUTIONS := proto sdk/python services/ledger services/witness
TYPED := proto/src sdk/python/src services/ledger/src services/witness/src tests $(wildcard sdk/python/examples)

# The stamp's name depends on this folder's path: scripts and editable installs hold it,
# so a copied or moved clone installs anew instead of running the old folder's code.
INSTALLED := .venv/installed-$(shell pwd | cksum | cut -d ' ' -f 1)
INTEROP := tests/interop/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help install interop demo run test check lint bench lock clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## everything into .venv, from requirements.lock

demo: $(INSTALLED) ## the main job once: ledger, firms, chains, answers; results in build/demo
	@$(PY) sdk/python/examples/demo.py

run: $(INSTALLED) ## the ledger with the demo's data, until Ctrl-C; keys in build/run
	@$(PY) sdk/python/examples/demo.py --serve

test: $(INSTALLED) interop ## the whole suite; PYTEST_ARGS="-k balance" narrows it
	@$(PY) -m pytest $(PYTEST_ARGS)

check: lint test ## what CI runs: format, lint, types, import directions, tests

lint: $(INSTALLED) ## all of check but the tests
	@$(PY) -m ruff format --check --quiet . || { echo 'ruff format: run ".venv/bin/ruff format ."'; exit 1; }
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy --no-error-summary $(TYPED)
	@mkdir -p build
	@.venv/bin/lint-imports > build/lint-imports.txt || { cat build/lint-imports.txt; exit 1; }
	@echo 'format, lint, types, imports: ok'

bench: $(INSTALLED) ## ingest against the peer a user would write instead; fails below its goals
	@$(PY) tests/bench/run.py

lock: ## the *.lock files from requirements/*.in, with uv; LOCK_ARGS=--upgrade renews
	@command -v $(UV) > /dev/null || { echo 'make lock needs uv: pip install uv'; exit 1; }
	@for pair in all:requirements.lock ledger:deploy/requirements.lock build:deploy/build.lock; do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-package provenite-proto --no-emit-package provenite \
	    --no-emit-package provenite-ledger --no-emit-package provenite-witness $(LOCK_ARGS) \
	    requirements/$${pair%%:*}.in -o $${pair#*:} || exit 1; \
	done

clean: ## removes all that make has made: .venv, build, caches, Node packages
	@rm -rf .venv build tests/interop/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock $(DISTRIBUTIONS:%=%/pyproject.toml)
	@test -e $@ || { \
	  for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
	    $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && break; \
	    python=; \
	  done; \
	  test -n "$$python" || { echo 'Needs Python 3.11 or newer with its venv module (Debian: python3 and python3-venv); PYTHON=/path/to/python names one.'; exit 1; }; \
	  echo "Installing into .venv with $$($$python --version): about a minute, once."; \
	  $$python -m venv --clear .venv; \
	}
	@$(PY) -m pip install -qq --require-hashes -r requirements.lock
	@$(PY) -m pip install -qq --no-deps --no-build-isolation $(DISTRIBUTIONS:%=-e %)
	@touch $@

# Node packages for the tests that let others read our statements and our API. A newcomer
# without npm, or without network, has those tests skipped; CI has to have them.
interop:
	@if command -v npm > /dev/null; then $(MAKE) --silent $(INTEROP); fi

$(INTEROP): tests/interop/package-lock.json
	@echo 'Installing the Node packages of tests/interop'
	@npm ci --prefix tests/interop --silent --no-audit --no-fund && touch $@ || \
	  { echo 'npm ci failed in tests/interop'; test -z "$$CI"; }
