# Everything a person needs; each target sets up what it uses in .venv (and .venv-sam, .venv-checkov) by itself.
PYTHON ?= python3
BIN := .venv/bin
PIP := -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help demo test check test-slow faults bench generate lock build deploy stage clean

help: ## Show these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/tools.done ## Run the product sync three times against a sandbox shop
	@$(BIN)/nightshift demo

test: .venv/dev.done ## Run the tests (some ten minutes)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev.done ## Format, lint, types, manifest, template
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/nightshift check
	$(BIN)/nightshift generate --check
	$(BIN)/cfn-lint template.yaml

test-slow: .venv/dev.done .venv-sam/done .venv-checkov/done ## Build with SAM, scan the template, run under Lambda's emulator
	@$(BIN)/python -m pytest -m slow

faults: .venv/dev.done ## Faults at every request of a run, and the mutants that prove them (minutes)
	@$(BIN)/python -m pytest -m "faults or histories" --hypothesis-profile deep -n 2 --dist worksteal

bench: .venv/dev.done .venv-sam/done ## Measure against the limit, and write bench/RESULTS.md (15 minutes; BENCH=--quick: two)
	@PYTHONPATH=.:functions $(BIN)/python -m bench $(BENCH)

generate: .venv/dev.done ## Write the template's region and functions/manifest.json from schedules.yaml
	@$(BIN)/nightshift generate

build: .venv/dev.done .venv-sam/done ## sam build
	@.venv-sam/bin/sam build

deploy: stage .venv/tools.done .venv-sam/done ## Build, then deploy a stage: make deploy STAGE=dev [SCHEDULES=ENABLED]
	@$(BIN)/nightshift generate --check >/dev/null || { echo "run make generate first" >&2; exit 1; }
	@overrides=$$($(BIN)/python -m nightshift_tools.stages $(STAGE) $(if $(SCHEDULES),--schedules $(SCHEDULES))) \
		&& .venv-sam/bin/sam build \
		&& eval ".venv-sam/bin/sam deploy --config-env $(STAGE) --parameter-overrides $$overrides"
	@echo "docs/runbook.md has the first ten minutes after a deploy"

stage:
	@test -n "$(STAGE)" || { echo "say which stage of samconfig.toml: make deploy STAGE=dev" >&2; exit 2; }

lock: .venv/dev.done ## Renew the pinned requirements from the .in files
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@sh requirements/lock.sh

clean: ## Remove everything that was built or installed here
	rm -rf .venv .venv-sam .venv-checkov .aws-sam .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nightshift needs Python 3.11 or newer: make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/tools.done: .venv/created requirements/tools.txt pyproject.toml
	@echo "installing what the tools need into .venv ..."
	@$(BIN)/python $(PIP) -r requirements/tools.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@# Containers often forbid Python to keep bytecode; without it every command compiles what it imports.
	@$(BIN)/python -m compileall -q tools layers/nightshift/nightshift
	@touch $@

.venv/dev.done: .venv/tools.done requirements/dev.txt
	@echo "installing what the tests need into .venv ..."
	@$(BIN)/python $(PIP) -r requirements/dev.txt
	@touch $@

.venv-sam/done: requirements/sam.txt
	@echo "installing SAM into .venv-sam ..."
	@$(PYTHON) -m venv .venv-sam
	@# The lock is complete; older pips take the extra of boto3-stubs in it for a requirement without a pin.
	@.venv-sam/bin/python $(PIP) --no-deps -r requirements/sam.txt
	@touch $@

.venv-checkov/done: requirements/checkov.txt
	@echo "installing checkov into .venv-checkov ..."
	@$(PYTHON) -m venv .venv-checkov
	@.venv-checkov/bin/python $(PIP) --no-deps -r requirements/checkov.txt
	@touch $@
