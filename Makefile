# Two commands are all there is to set up: `make demo` and `make test`.
# Each makes its own .venv from the lock file. Nothing else is installed without a yes.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin

# Without compiled modules, every start of Django takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test faults faults-long saleor matrix check docs pictures format clean

help: ## Show this list.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'
	@echo
	@cat .ci/installs

demo: .venv/.demo ## Sell in all three modes on a real Oscar shop (ONCE=1: then end).
	@$(BIN)/clover demo $(if $(ONCE),--once)

test: .venv/.dev ## Check everything: format, lint, types, imports, tests, docs.
	@cat .ci/installs
	@.ci/setup
	@$(BIN)/python .ci/checks.py

faults: .venv/.dev ## Break everything that can break, and print what held.
	@.ci/setup
	@CLOVER_FAULTS=table $(BIN)/python -m pytest -q tests/faults

faults-long: .venv/.dev ## The same with 100,000 histories and 1,000 kills.
	@.ci/setup
	@CLOVER_FAULTS=long $(BIN)/python -m pytest -q --timeout 3600 tests/faults

saleor: .venv/.dev ## Drive a real Saleor (SALEOR_DIR=its source SALEOR_PYTHON=its python).
	@SALEOR_DIR="$(SALEOR_DIR)" SALEOR_PYTHON="$(SALEOR_PYTHON)" PATH="$(CURDIR)/$(BIN):$$PATH" \
	  $(BIN)/python -m pytest -q --timeout 1500 tests/real_saleor/drive_*.py

check: .venv/.dev ## Only format, lint, types and imports.
	@$(BIN)/python .ci/checks.py static

matrix: .venv/.dev ## Run the shops' tests on every version that is claimed.
	@.ci/setup
	@rm -rf .nox/results
	@$(BIN)/nox -f .ci/noxfile.py

docs: .venv/.dev ## Build the documentation into docs/_build/html, without warnings.
	@$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

pictures: .venv/.dev ## Take the pictures of docs/images anew, of the running demo.
	@.ci/setup
	@$(BIN)/python -m tests.browser.take_pictures

format: .venv/.dev ## Format the code.
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove what was built, the environment included.
	rm -rf .venv .nox .demo dist build docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.demo: .ci/requirements-demo.txt .ci/requirements-build.txt .ci/install pyproject.toml
	@.ci/install .ci/requirements-demo.txt
	@touch $@

.venv/.dev: .ci/requirements.txt .ci/requirements-build.txt .ci/install pyproject.toml
	@.ci/install .ci/requirements.txt
	@touch $@ .venv/.demo
