# The commands a newcomer types. Each works alone in a clean clone and is quick when there is nothing to do.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
PYTHON := .venv/bin/python
PROBLEMS ?= main_job groupby join tpch out_of_core bags arrays

# What CMake says while it configures matters only if it fails.
configure_and_build = mkdir -p build; cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }; \
	cmake --build --preset release -j $(JOBS) --target $(1)

# Into .venv; what has not changed is left as it is.
install_package = cmake --install build/release --component python --strip \
	--prefix "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" >build/install.log

.PHONY: help setup build install test demo bench lint clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

setup: ## install what is missing: Debian packages, and .venv with Arrow
	@tools/setup.sh build

build: setup ## everything in build/release
	@$(call configure_and_build,all)

install: setup ## leave build/release/treadle and, in .venv, `import treadle` ready to use
	@$(call configure_and_build,treadle_app treadle_python)
	@$(install_package)
	@echo "ready: build/release/treadle, and import treadle in .venv/bin/python"

test: ## build, and run all tests
	@tools/setup.sh test
	@$(MAKE) --no-print-directory build
	@$(PYTHON) -m unittest discover --start-directory tools --pattern '*_test.py'
	@ctest --preset release -j $(JOBS)
	@$(PYTHON) -m pytest -q tests/oracle
	@$(PYTHON) -m pytest -q tests/bad_input
	@$(install_package)
	@$(PYTHON) -m pytest -q tests/python
	@$(PYTHON) -m pytest -q tests/capabilities

demo: install ## the main job on 336,776 real flights
	@$(PYTHON) tools/flights.py data/flights
	@build/release/treadle run examples/flights.json --format table

bench: build ## every problem against its peers, or those of PROBLEMS="..."; an hour
	@tools/setup.sh bench
	@$(install_package)
	@for problem in $(PROBLEMS); do \
		if [ -e bench/$$problem.py ]; then $(PYTHON) bench/$$problem.py; else $(PYTHON) bench/questions.py $$problem; fi; \
	done

lint: ## formatting, clang-tidy on changed files, Python linters, the layer rule
	@tools/setup.sh ci
	@tools/lint.sh

clean: ## remove build/; data and virtual environments stay
	@rm -rf build
