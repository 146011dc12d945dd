# `make help` lists the targets from their comments.  CI runs the same targets (.ci/run).
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all airgap check docs bench

PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
READY := .venv/ready

# Hundreds of tests start a process; where byte code is not kept (many containers set this),
# each compiles the whole package once more.
unexport PYTHONDONTWRITEBYTECODE

# Four workers on two cores, for many tests wait; see tests/workers.py.
SHARED := -n 4 --dist loadfile --no-loadscope-reorder

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv and install tocsin with all that demo and tests need

# Redone only when pyproject.toml changes.  The first Python that runs and is new enough is
# taken; a name on the path may be a shim for a version that is not there.
$(READY): pyproject.toml
	@for python in $(PYTHON) none; do \
	  test $$python != none || { \
	    echo "tocsin needs Python 3.11 or newer; tried: $(PYTHON)." >&2; \
	    echo "Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }; \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  $$python -m venv --clear .venv || { \
	    echo "$$python cannot make .venv; on Debian and Ubuntu install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable ".[dev]"
	@# Byte code of all that was installed, on every core: without, the first run takes seconds more.
	@# Some packages carry templates that are no Python: they are left as they are.
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib src/tocsin || true
	@touch $@

demo: setup ## run the example cases and print where their dossiers are
	$(BIN)/tocsin demo

test: setup ## run the tests (some minutes)
	$(BIN)/python -m pytest $(SHARED)

test-all: setup ## run every test with full counts (long)
	TOCSIN_FULL=1 $(BIN)/python -m pytest $(SHARED) -m ""

airgap: setup ## build the offline archive and install it where there is no network
	$(BIN)/python -m pytest -m airgap tests/deploy

check: setup ## lint, formatting, types, contracts between rooms, docs
	$(BIN)/python builders/build_web.py --check --quick
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zensical build --strict --clean

docs: setup ## build the documentation into site/
	$(BIN)/zensical build --strict --clean
	@echo "open site/index.html, or with its search: $(BIN)/python -m http.server -d site"

bench: setup ## time find, smoother, posterior, watch and a whole case beside peers; try the calibration
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev,bench]" || \
	  echo "without the peers that cannot be installed here" >&2
	$(BIN)/python benchmarks/find_passages.py
	$(BIN)/python benchmarks/smoother.py
	$(BIN)/python benchmarks/posterior.py
	$(BIN)/python benchmarks/reference_case.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/calibration.py --tracks 60
