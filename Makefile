# The one door for commands. `make` lists them; the first call of any makes the environment in .venv/.
# It needs Python 3.11 or later with venv, and nothing else.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PACKAGES := schemas nodes streams agents gateway ops
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate -q

.DEFAULT_GOAL := list
.PHONY: list up web web-check pictures test check lint types imports fix docs docs-check bench chaos run kafka kafka-stop lock clean

list: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.made:
	@test -n "$(PYTHON)" || { echo "millrace needs Python 3.11 or later with venv (Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "making the environment in .venv (once)"
	@$(PYTHON) -m venv .venv || { echo "could not make .venv (Debian: apt install python3-venv)" >&2; exit 1; }
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml .venv/.made
	@echo "installing what Millrace needs (once)"
	@$(PIP) install -q --require-hashes -r requirements.lock
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "installing what the tests need (once)"
	@$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

# A real Redis, a real browser and bubblewrap: Debian's packages, where this may install them; elsewhere the tests skip with a word.
.venv/.tools: .venv/.made
	@if [ "$(TOOLS)" != no ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& ! { command -v redis-server && command -v chromium && command -v bwrap; } >/dev/null; then \
		echo "installing Debian's redis-server, chromium and bubblewrap for the tests (once; TOOLS=no leaves them out)"; \
		export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
		{ apt-get update -qq; apt-get install -y -qq --no-install-recommends redis-server chromium bubblewrap; } \
			>.venv/tools.log 2>&1 || echo "they could not be installed (.venv/tools.log): some tests skip"; \
	fi
	@touch $@

up: .venv/.runtime ## start Millrace on http://127.0.0.1:5680
	@$(BIN)/python -m ops.web --lenient
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@exec $(BIN)/python -m ops up

web: .venv/.runtime ## build the web app into gateway/static (with the system's Node, else one from PyPI)
	@$(BIN)/python -m ops.web

run: .venv/.runtime ## run workflow files to their end: make run FILES="a.json b.json"
	@exec $(BIN)/python -m ops run $(FILES)

test: .venv/.dev .venv/.tools ## run all tests: make test ARGS="tests/ops -k up"
	@$(BIN)/python -m ops.web --lenient
	@$(BIN)/python -m pytest $(ARGS)

check: lint types imports docs-check web-check ## run every linter

lint: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/.dev
	@$(BIN)/mypy

imports: .venv/.dev
	@$(BIN)/lint-imports

fix: .venv/.dev ## mend what the linters can mend by themselves
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

web-check: .venv/.dev
	@$(BIN)/python -m ops.web --check

docs: .venv/.runtime ## write the generated pages of docs/
	@$(BIN)/python -m ops.docs

docs-check: .venv/.runtime
	@$(BIN)/python -m ops.docs --check

pictures: .venv/.dev .venv/.tools ## take the pictures of docs/web-app.md anew
	@$(BIN)/python -m ops.web
	@MILLRACE_TEST_SHOTS=docs/pictures $(BIN)/python -m pytest -q tests/browser/test_pictures.py

bench: .venv/.runtime ## measure, print and write bench-report/index.html: make bench ARGS="--seconds 10"
	@$(BIN)/python -m ops.bench $(ARGS)

chaos: .venv/.dev ## kill, freeze and fill disks under load, count what is lost or happens twice: make chaos ARGS="--seconds 60 --most 20"
	@$(BIN)/python -m ops.chaos $(ARGS)

kafka: .venv/.dev ## start a real Kafka on 127.0.0.1:9092 and stay: make kafka ARGS="--brokers 3"
	@exec $(BIN)/python -m ops.kafka start $(ARGS)

kafka-stop: .venv/.dev ## stop it from elsewhere
	@exec $(BIN)/python -m ops.kafka stop $(ARGS)

lock: .venv/.made ## renew the lock files from pyproject.toml (fetches uv)
	@test -x $(BIN)/uv || $(PIP) install -q uv
	@$(COMPILE) --group build -o requirements.lock
	@$(subst pyproject.toml,,$(COMPILE)) --group pyproject.toml:web -o requirements-web.lock
	@$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

clean: ## throw away caches and reports, not the environment or the data
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage bench-report build dist
