# Everything in one place: make demo, make test. Needs Python 3.11 (or 3.12), pip and make; installs into .venv alone.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/pip-compile --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --quiet

# matplotlib would make a folder among the user's settings
export MPLCONFIGDIR := $(CURDIR)/$(VENV)/matplotlib

.PHONY: demo test test-system workshop bundle docs pictures bench lock clean help
.DEFAULT_GOAL := help

help:
	@echo "make demo    install, then run history against no_ban: results/demo/report.html"
	@echo "make test    install what the tests need, then style, imports and tests"
	@echo "make test-system  the long tests: 200 kills, a full disk, a real Slurm; needs root on Debian"
	@echo "make workshop  the page for workshops, in a browser"
	@echo "make bundle  a folder that installs the page on computers without internet: dist/bundle"
	@echo "make bench   speed, memory, peers and paired seeds: some twenty minutes"
	@echo "make docs    the reference pages, from the tables and classes of the program"
	@echo "make pictures  the pictures of the page of policies, from runs: a minute"
	@echo "make lock    renew the locked requirements"
	@echo "make clean   remove the environment and everything that was built"

demo: $(STAMP)-project
	$(BIN)/sim compare scenario=history against=no_ban name=demo

test: $(STAMP)-project $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile

test-system: $(STAMP)-project $(STAMP)-dev
	$(BIN)/python -m pytest -m system

workshop: $(STAMP)-project $(STAMP)-workshop
	$(BIN)/sim workshop

bundle: $(STAMP)-project $(STAMP)-workshop
	$(BIN)/python release/make_bundle.py

bench: $(STAMP)-project
	$(BIN)/python -m benchmarks

docs: $(STAMP)-project
	$(BIN)/python docs/make_tables.py
	$(BIN)/python docs/make_policies.py

pictures: $(STAMP)-project
	$(BIN)/python docs/make_policy_pictures.py

# The steps of an installation, each with a stamp, so that a second call is quick. Nothing is installed that is not locked.
$(STAMP)-venv:
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 13) else "error: Python 3.11 or 3.12 is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(STAMP)-build: requirements-build.txt | $(STAMP)-venv
	$(INSTALL) --require-hashes -r requirements-build.txt
	touch $@

$(STAMP)-core: requirements.txt $(STAMP)-build
	$(INSTALL) --require-hashes --no-build-isolation -r requirements.txt
	touch $@

$(STAMP)-workshop: requirements-workshop.txt $(STAMP)-core
	$(INSTALL) --require-hashes --no-build-isolation -r requirements-workshop.txt
	touch $@

$(STAMP)-dev: requirements-dev.txt $(STAMP)-core
	$(INSTALL) --require-hashes --no-build-isolation -r requirements-dev.txt
	touch $@

$(STAMP)-project: pyproject.toml $(STAMP)-core
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

lock: $(STAMP)-dev
	$(LOCK) --allow-unsafe --output-file=requirements-build.txt requirements-build.in
	$(LOCK) --output-file=requirements.txt pyproject.toml
	$(LOCK) --allow-unsafe --extra=dev --extra=calibrate --extra=sweep --extra=workshop --constraint=requirements.txt --constraint=requirements-build.txt --output-file=requirements-dev.txt pyproject.toml
	$(LOCK) --extra=workshop --constraint=requirements.txt --constraint=requirements-dev.txt --output-file=requirements-workshop.txt pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .ruff_cache .mypy_cache
	find sim tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
