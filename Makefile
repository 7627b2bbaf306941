# One word per thing to do; `make help` lists them.  Everything lands in .venv and in ignored folders.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
# Without it every command compiles all of us anew, and takes twice as long to start.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
STATIC := platform/src/kaocheng/web/static
VENDOR := $(STATIC)/vendor
PACKS := $(wildcard plugins/*/pyproject.toml)
# A pack without code is copied at installation, so its edits reach us only by another one.
PACK_DATA := $(wildcard plugins/*/src/*/*.toml plugins/*/src/*/templates/*.toml)
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PG15 := /usr/lib/postgresql/15/bin
# A file's tests stay together, each process has a PostgreSQL of its own; more of them gain nothing.
TESTS := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

comma := ,

# $(call step,what it does,command[,Chinese,English]): quiet when it goes well, with the time it took.
# When not: the sentence in both languages, if there is one, and under it all that the command said.
define step
@printf '%s … ' '$(1)'; began=$$SECONDS; said=$$(mktemp); \
if { $(2); } >"$$said" 2>&1 </dev/null; then echo "$$((SECONDS - began)) s"; rm -f "$$said"; \
else echo; $(if $(3),printf '%s\n' '$(3)' '$(4)'; sed 's/^/    /' "$$said",cat "$$said"); rm -f "$$said"; exit 1; fi
endef

FETCH_ZH := 没有取到:请核对网络、代理和下面所说的包源(pip 和 npm 各有自己的设置),再运行同一条命令,已做好的不会重做。
FETCH_EN := It could not be fetched: check network, proxy and the package source named below (pip and npm have settings of their own)$(comma) then run the same command again; what is done is kept.

# $(call need,test,Chinese,English)
define need
@{ $(1); } >/dev/null 2>&1 || { echo '$(2)'; echo '$(3)'; exit 1; }
endef

.PHONY: help setup demo test fast check bench fuzz clean test-tools test-machine

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENDOR)/.fetched $(VENV)/.installed ## the environment: .venv/bin/kaocheng, and what the pages load

demo: setup ## 云岭县 from its workbooks to published standings, served on 127.0.0.1:8000
	@exec $(BIN)/kaocheng demo

test: setup test-tools test-machine ## everything: unit, property, database and browser tests; the database also on PostgreSQL 15
	@KAOCHENG_TEST_FUZZ=$${KAOCHENG_TEST_FUZZ:-1000} $(TESTS)
	@if [ -x $(PG15)/postgres ]; then echo "PostgreSQL 15:"; \
		KAOCHENG_TEST_POSTGRES=$(PG15) $(BIN)/python -m pytest tests/db tests/record -m database; \
	else echo "PostgreSQL 15 is not installed here: the database tests ran on the embedded one only."; fi

fast: setup test-tools ## the inner loop, under 3 minutes: without browser, planted faults and kills; fewer random schemes
	@$(TESTS) -m "not browser and not slow"

check: setup test-tools ## format, lint, types, import contracts; less than a minute
	$(call step,format,$(BIN)/ruff format --check .)
	$(call step,lint,$(BIN)/ruff check .)
	$(call step,types,$(BIN)/mypy)
	$(call step,imports,$(BIN)/lint-imports --no-cache)

bench: setup test-tools ## speeds as ratios, each beside its goal; also as bench.json
	@$(BIN)/python -m tests.bench

fuzz: setup test-tools ## 100,000 random schemes through both evaluators, on every core; each seed that fails is named
	@nice -n 15 $(BIN)/python -m tests.reference.fuzz $(or $(N),100000) --from $(or $(FROM),0)

clean: ## removes what the steps above made; never kaocheng-data
	@rm -rf $(VENV) $(VENDOR) $(STATIC)/node_modules dist build bench.json screenshots \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# -- what the verbs stand on -----------------------------------------------------------------------

$(BIN)/python:
	$(call need,[ -n "$(PYTHON)" ],需要 Python 3.11 或更高版本:请安装后再试。,Python 3.11 or newer is needed: install it and try again.)
	$(call need,$(PYTHON) -c "import venv$(comma) ensurepip",这个 Python 缺少 venv 模块:请安装(Debian 上是 python3-venv)后再试。,This Python lacks the venv module: install it (python3-venv on Debian) and try again.)
	$(call step,environment,$(PYTHON) -m venv $(VENV))

$(VENV)/.installed: $(BIN)/python requirements.lock pyproject.toml $(PACKS) $(PACK_DATA)
	$(call step,locked dependencies,$(PIP) --require-hashes -r requirements.lock,$(FETCH_ZH),$(FETCH_EN))
	$(call step,kaocheng and its packs,$(PIP) --no-deps --no-build-isolation --no-index -e . $(PACKS:%/pyproject.toml=-e ./%))
	@touch $@

$(VENDOR)/.fetched: $(STATIC)/package-lock.json
	$(call need,command -v node && command -v npm && node -e "process.exit(+(parseInt(process.versions.node) < 20))",需要 Node.js 20 或更高版本(含 npm):请安装后再试。,Node.js 20 or newer with npm is needed: install it and try again.)
	$(call step,htmx and ECharts,npm ci --prefix $(STATIC) --ignore-scripts --no-audit --no-fund,$(FETCH_ZH),$(FETCH_EN))
	@rm -rf $(VENDOR) && mkdir -p $(VENDOR)
	@cp $(STATIC)/node_modules/htmx.org/dist/htmx.min.js $(STATIC)/node_modules/echarts/dist/echarts.min.js $(VENDOR)
	@cp $(STATIC)/node_modules/htmx.org/LICENSE $(VENDOR)/htmx.LICENSE
	@cp $(STATIC)/node_modules/echarts/LICENSE $(VENDOR)/echarts.LICENSE
	@rm -rf $(STATIC)/node_modules && touch $@

test-tools: $(VENV)/.testable

$(VENV)/.testable: $(VENV)/.installed requirements-test.lock
	$(call step,test tools,$(PIP) --require-hashes -r requirements-test.lock,$(FETCH_ZH),$(FETCH_EN))
	@touch $@

# Chromium, a Chinese font and a second PostgreSQL: installed where we may, named where we may not.
test-machine:
	@.ci/machine
