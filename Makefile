# Two commands do everything, set-up included: make demo, make test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
STACK ?= dev
FORMAT ?= text
ENGINE ?= duckdb
VENV := .venv
BIN := $(VENV)/bin
UV_PIN := $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
UV_COMPILE := $(UV_PIN) --universal --python-version 3.11
# For Lambda's platform; the runtime brings boto3, and with it what only boto3 needs.
UV_COMPILE_LAMBDA := $(UV_PIN) --python-version 3.13 --python-platform aarch64-manylinux2014 \
  $(addprefix --no-emit-package ,boto3 botocore s3transfer python-dateutil six)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile

BENCHMARKS := convert crossover growth costs bytes_per_row query start scan demo landing poll_handler archive judging rule_shares simulator_response_time
export BENCH_SIZE
# Many images set it for their builds; here it would have every command compile all of its modules again.
unexport PYTHONDONTWRITEBYTECODE

# Folders too: their time changes when a module is removed.
code = $(shell find $(1) -name __pycache__ -prune -o \( -type d -o -type f \) -print) pyproject.toml LICENSE
PACKAGING := $(wildcard infra/package/*.py)

.PHONY: help demo spark test test-all reliability bench engines check lint types format docs lock package plan smoke audit secrets clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The build tools are installed first: a newer pip, which is faster, and what --no-build-isolation uses, so that every
# package is checked against its hash.
# The warnings that are silenced are setuptools' advice to authors about editable installations.
$(VENV)/.local: requirements/build.txt requirements/local.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "flightlake needs Python 3.11 or later, this is %d.%d: make PYTHON=python3.13 ..." % v[:2])'
	@echo "set-up: $(VENV), packages"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -r requirements/build.txt
	@$(PIP_INSTALL) -r requirements/local.txt
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.spark: $(VENV)/.local requirements/spark.txt cli/spark/set_up.sh
	@echo "set-up: Spark (built from source, about a minute)"
	@$(PIP_INSTALL) --no-build-isolation -r requirements/spark.txt
	@bash cli/spark/set_up.sh $(VENV)
	@$(BIN)/python -m cli.spark.class_archive
	@touch $@

$(VENV)/.dev: $(VENV)/.spark requirements/dev.txt
	@echo "set-up: packages for tests and checks"
	@$(PIP_INSTALL) --no-build-isolation -r requirements/dev.txt
	@touch $@

$(VENV)/.infra: $(VENV)/.local requirements/infra.txt
	@echo "set-up: packages for the deployment"
	@$(PIP_INSTALL) -r requirements/infra.txt
	@touch $@

# An engine that cannot be fetched or built is named and is no error here: its tests are skipped and say so.
$(VENV)/.engines: $(VENV)/.dev $(wildcard tests/engines/*)
	@bash tests/engines/set_up.sh $(VENV)/engines && touch $@ || true

demo: $(VENV)/$(if $(filter spark,$(ENGINE)),.spark,.local)  ## the whole lake on this machine, from simulated polls to a report: ENGINE=duckdb, or spark
	@$(BIN)/python -m cli.demo --engine $(ENGINE)

spark:  ## set up Spark; again after a Java was installed or removed
	@rm -f $(VENV)/.spark
	@$(MAKE) --no-print-directory $(VENV)/.spark

test: $(VENV)/.dev  ## every test that needs neither account, token, Docker nor network
	@$(BIN)/pytest -m "not slow" --numprocesses 2 --dist worksteal --durations=10

test-all: $(VENV)/.dev $(VENV)/.engines  ## the slower tests too: experiments, real engines, recorded data, a real browser
	@$(BIN)/pytest -m "slow or experiment" --size ci --numprocesses 2 --dist worksteal --durations=25

reliability: $(VENV)/.dev $(VENV)/.engines  ## every experiment at its full size, and their table in docs/reliability.md
	@$(BIN)/pytest -m experiment --size full --numprocesses 2 --dist worksteal
	@$(BIN)/python tests/support/experiments.py

# A separate environment, so that nothing here depends on packages that only the peers need.
$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@$(PYTHON) -m venv $(VENV)/bench
	@$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/bench.txt
	@touch $@

# A benchmark that fails leaves its older figures on the page; the others still run.
bench: $(VENV)/.bench  ## this project beside its peers, measured, and docs/performance.md; a trial of minutes: BENCH_SIZE=small
	@failed=0; for name in $(BENCHMARKS); do $(BIN)/python -m benchmarks.$$name || failed=1; done; \
	  $(BIN)/python -m benchmarks.page && exit $$failed

engines: $(VENV)/.engines  ## real engines for the tests: an S3 server, Hadoop's S3 client, DynamoDB Local, Trino

check: lint types test  ## everything that must pass before a change is merged

lint: $(VENV)/.dev  ## style, import rules between packages, SQL
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports
	@$(BIN)/sqlfluff lint sql

types: $(VENV)/.dev  ## strict types
	@$(BIN)/mypy

format: $(VENV)/.dev  ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: $(VENV)/.local  ## write the data dictionary from the contract
	@$(BIN)/python -m flightlake.data_dictionary > docs/data-dictionary.md

lock: $(VENV)/.dev  ## pin every package again, with hashes, for every platform
	@$(UV_COMPILE) --group build -o requirements/build.txt
	@$(UV_COMPILE) --group bench -o requirements/bench.txt
	@$(UV_COMPILE) --extra lambda --extra local -o requirements/local.txt pyproject.toml
	@$(UV_COMPILE) --extra spark --group java -c requirements/local.txt -o requirements/spark.txt pyproject.toml
	@$(UV_COMPILE_LAMBDA) --extra lambda -c requirements/local.txt -o requirements/lambda.txt pyproject.toml
	@$(UV_COMPILE) --extra infra -c requirements/local.txt -o requirements/infra.txt pyproject.toml
	@$(UV_COMPILE) --extra lambda --extra local --extra spark --extra infra --extra dev \
	  -c requirements/local.txt -c requirements/spark.txt -c requirements/infra.txt -o requirements/dev.txt pyproject.toml

package: dist/poller.zip dist/glue.zip  ## build what is deployed, the same bytes from the same commit: Lambda zip, Glue library
	@$(BIN)/python -m infra.package.build show poller glue

dist/poller.zip: requirements/lambda.txt $(call code,flightlake ingestion) $(PACKAGING) | $(VENV)/.local
	@$(BIN)/python -m infra.package.build build poller

dist/glue.zip: $(call code,flightlake glue_jobs) $(PACKAGING) | $(VENV)/.local
	@$(BIN)/python -m infra.package.build build glue

plan: $(VENV)/.infra dist/poller.zip dist/glue.zip  ## a stack's resources, permissions and costs, without an account: STACK=dev FORMAT=text
	@$(BIN)/python -m infra.plan.show $(STACK) --format $(FORMAT)

smoke: $(VENV)/.infra  ## check that a deployed stack works: STACK=dev
	@pulumi stack output --json --stack $(STACK) | $(BIN)/python -m infra.smoke

audit: $(VENV)/.dev  ## known vulnerabilities in the pinned packages; asks PyPI
	@for file in requirements/*.txt; do $(BIN)/pip-audit --require-hashes --disable-pip -r $$file || exit 1; done

secrets: $(VENV)/.dev  ## secrets committed by mistake
	@cp .secrets.baseline $(VENV)/secrets.baseline  # the hook updates line numbers in it, which is no change to commit
	@$(BIN)/detect-secrets-hook --baseline $(VENV)/secrets.baseline $$(git ls-files ':!.secrets.baseline') || [ $$? -eq 3 ]

clean:  ## remove everything that make writes: environment, packages, demo lake, report
	@rm -rf $(VENV) dist demo-lake report.html .coverage .pytest_cache .mypy_cache .ruff_cache
