# make demo and make test do all the set-up themselves; a second call skips what is done.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
DEMO ?= logs/demo
DEMO_OPTIONS ?=
STEP ?= 1
MATRIX_OPTIONS ?=
COVERED ?=
FLOORS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
SOURCES := src tests benchmarks docs examples .ci
AGORA := $(BIN)/agora

.PHONY: help
help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.11 ...")'
	@echo "Making an environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# One stamp for each set of packages: newer than pyproject.toml and constraints.txt means installed.
$(VENV)/.has-test: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing the package and its test tools"
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.has-local: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing the package, torch and transformers (minutes, and hundreds of megabytes or more)"
	@$(PIP) install -c constraints.txt -e '.[local]'
	@touch $@

$(VENV)/.has-servers: $(VENV)/.has-local
	@echo "Installing the servers that the tests start: llama.cpp's, and transformers serve"
	@$(PIP) install -c constraints.txt --only-binary=xllamacpp -e '.[test-servers]'
	@touch $@

$(VENV)/.has-cluster: $(VENV)/.has-test
	@echo "Installing Ray and the trackers of experiments"
	@$(PIP) install -c constraints.txt -e '.[ray,mlflow,wandb]'
	@touch $@

$(VENV)/.has-train: $(VENV)/.has-local
	@echo "Installing what trains a model: TRL and PEFT"
	@$(PIP) install -c constraints.txt -e '.[train]'
	@touch $@

$(VENV)/.has-browser: $(VENV)/.has-test
	@echo "Installing what drives a browser (Debian's Chromium)"
	@$(PIP) install -c constraints.txt -e '.[test-browser]'
	@touch $@

$(VENV)/.has-docs: $(VENV)/.has-test
	@echo "Installing what builds the documentation's site and runs its notebooks"
	@$(PIP) install -c constraints.txt -e '.[docs]'
	@touch $@

.PHONY: demo
demo: $(VENV)/.has-local  ## Fetch the language model, run the three regimes, verify the logs, show the report.
	$(AGORA) models pull smollm2
	$(AGORA) run campaigns/cournot-three-regimes.yaml --out $(DEMO) --anew $(DEMO_OPTIONS)
	$(AGORA) log verify $(DEMO)
	$(AGORA) report $(DEMO)

.PHONY: lint
lint: $(VENV)/.has-test  ## Formatting, lint, types, import layers.
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: lint  ## The checks above and the tests.
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not long and not pages and not browser" --durations=40

# Tracing every line makes the tests two to three times as long, so it is not part of `make test`.
.PHONY: coverage
coverage: $(VENV)/.has-test  ## The same tests with coverage, and its floors (COVERED="tests/logs" FLOORS=logs: a part).
	COVERAGE_FILE=$(VENV)/.coverage $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not long and not pages and not browser" $(COVERED) --cov --cov-report=json:$(VENV)/coverage.json $(if $(COVERED),--cov-fail-under=0)
	$(BIN)/python .ci/coverage_floors.py $(VENV)/coverage.json $(FLOORS)

.PHONY: test-pages
test-pages: $(VENV)/.has-test $(VENV)/.has-docs  ## Every block of README, CONTRIBUTING and docs/ that is marked to be run.
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests/docs -m pages

.PHONY: test-model
test-model: $(VENV)/.has-test $(VENV)/.has-local $(VENV)/.has-servers  ## The tests of what needs torch or a server: engines, PPO, the embedded model.
	$(AGORA) models pull smollm2
	$(BIN)/python -m pytest tests/models tests/learning tests/policies/test_ppo.py -m "not long"

.PHONY: test-train
test-train: $(VENV)/.has-test $(VENV)/.has-train  ## The tests of what trains a language model, on tiny random ones.
	$(BIN)/python -m pytest tests/training tests/models/local/test_adapter.py tests/cli/test_train_on_scenario.py -m "not long"

.PHONY: test-cluster
test-cluster: $(VENV)/.has-cluster  ## The tests of what runs on a Ray cluster, and of trackers of experiments.
	$(BIN)/python -m pytest tests/campaigns/cluster tests/tracking -m "not long"

.PHONY: page
page:  ## Build the viewer's page anew from web/, with the pinned npm packages.
	cd web && npm ci --no-audit --no-fund && npm run build

.PHONY: test-page
test-page:  ## Types and tests of the page's sources, and that the page in the package is their build.
	cd web && npm ci --no-audit --no-fund && npm run check && npm test
	rm -rf build/page && cd web && npx vite build --outDir ../build/page --emptyOutDir --logLevel warn && npx vite build --mode bundle --outDir ../build/page --logLevel warn
	diff -r build/page src/agoranomos/viewer/page

.PHONY: test-browser
test-browser: $(VENV)/.has-browser  ## The viewer in Chromium; pictures of each page go to screenshots/.
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests/viewer/browser -m "not long"

.PHONY: site
site: $(VENV)/.has-docs  ## The documentation as a site, in site/; fails on any warning.
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

.PHONY: long
long: $(VENV)/.has-test $(VENV)/.has-local  ## The tests that take minutes each.
	$(AGORA) models pull smollm2
	$(BIN)/python -m pytest -m long --durations=0

.PHONY: fault-matrix
fault-matrix: $(VENV)/.has-test  ## Let every fault strike everywhere (STEP=1), and write docs/measurements/fault_matrix.json.
	$(BIN)/python -m benchmarks.fault_matrix --step $(STEP) $(MATRIX_OPTIONS)

.PHONY: tamper-matrix
tamper-matrix: $(VENV)/.has-test  ## Make every forgery (STEP=1), and write docs/measurements/tamper_matrix.json.
	$(BIN)/python -m benchmarks.tamper_matrix --step $(STEP) $(MATRIX_OPTIONS)

.PHONY: mutants
mutants: $(VENV)/.has-test  ## Change what verifies a log in every small way (MATRIX_OPTIONS="--only keys"); tests must fail.
	$(BIN)/python -m benchmarks.mutants --step $(STEP) --jobs $(JOBS) $(MATRIX_OPTIONS)

.PHONY: frontier
frontier: $(VENV)/.has-test  ## What cartels keep against how many innocents are accused: twenty minutes, one page.
	$(BIN)/python benchmarks/frontier.py --runs 2000 --certify --out docs/measurements/frontier.json --figure docs/images/frontier.png

.PHONY: bench
bench: $(VENV)/.has-test  ## Measure, and write docs/performance.json and docs/performance.md.
	$(BIN)/python -m benchmarks
	$(BIN)/python docs/generate.py

.PHONY: docs
docs: $(VENV)/.has-test  ## Write the generated pages anew: commands, schemas.
	$(BIN)/python docs/generate.py

.PHONY: constraints
constraints: $(VENV)/.has-test $(VENV)/.has-local $(VENV)/.has-servers $(VENV)/.has-cluster $(VENV)/.has-train  ## Pin what this environment holds.
	$(BIN)/python .ci/pins.py > constraints.new
	mv constraints.new constraints.txt

.PHONY: clean
clean:  ## Remove the environment, the caches and the demo's logs. Other logs stay.
	rm -rf $(VENV) logs/demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
