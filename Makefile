# Every target sets up what it needs: a virtual environment in .venv, filled from the locks with hash checking.
# Another Python, beside the first:   make test PYTHON=python3.13 VENV=.venv-3.13

# In a checkout that cannot be written to, the environment stands beside the other temporary files, one for each checkout.
ifndef VENV
VENV := $(shell test -w . && echo .venv || echo "$${TMPDIR:-/tmp}/sophiie-mock-$$(id -u)-$$(pwd | cksum | cut -d ' ' -f 1)")
endif
# Three on two processors: a third of the time a test waits for a process or a pause of its own.
WORKERS ?= 3
BIN := $(VENV)/bin

# What a person has set for other programs would lend ours foreign code, or another place to install to.
# PYTHONDONTWRITEBYTECODE would let each of the hundreds of processes of the tests compile everything anew.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE __PYVENV_LAUNCHER__ PYTEST_PLUGINS PYTEST_DISABLE_PLUGIN_AUTOLOAD
# The path of the checkout stands in .venv, and Python reads it in the letters of the locale. This one has no é; without
# it Python takes one that has.
ifneq ($(filter C POSIX,$(LC_ALL)),)
unexport LC_ALL
endif
# A variable wins over pip's configuration files, and an empty one over what they say. Where to download from stays.
PIP_HERE := PIP_USER=0 PIP_DRY_RUN=0 PIP_REQUIRE_HASHES=0 PIP_TARGET= PIP_PREFIX= PIP_ROOT= PIP_PYTHON= PIP_CONSTRAINT=
PIP := $(PIP_HERE) $(BIN)/python -m pip --disable-pip-version-check --quiet
# The resolver that can take the lowest versions; pip has no such way.
UV := .venv-uv/bin/uv
# The pip to install with: a version, or `newest`. Without it: what Python brings.
PIP_VERSION ?=

# A PYTHON that was asked for must be the one in use; otherwise the first on the path that is new enough serves.
ASKED := $(if $(filter undefined,$(origin PYTHON)),,$(PYTHON))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && exit; done; echo python3)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test test-slow browser coverage test-lowest test-newest beside test-setup test-commands schemathesis schemathesis-control clients mutation reliability webhooks power false-alarms lint format lock bench bench-check documents sbom clean FORCE docs docs-snippets

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.runtime ## start the server on http://127.0.0.1:4747 (more flags: make serve ARGS='--world busy')
	@exec $(BIN)/sophiie-mock serve $(ARGS)

# Of the plugins beside ours only those that the tests use: to load the others costs each worker seconds.
TEST_PLUGINS := --disable-plugin-autoload -p xdist.plugin -p anyio -p _hypothesis_pytestplugin

test: $(VENV)/.dev ## run the tests (some of them: make test ARGS='-k leads')
	@$(BIN)/python -m pytest $(TEST_PLUGINS) -n $(WORKERS) --dist loadgroup -m 'not slow' $(ARGS)

test-slow: $(VENV)/.dev ## the tests that take long: the wheel, types, whole runs of the suite, a sample of mutants, each goal of reliability at a small size
	@$(BIN)/python -m pytest $(TEST_PLUGINS) -n 2 --dist loadgroup -m slow $(ARGS)

coverage: $(VENV)/.dev ## measure which lines and branches of both packages the tests run (minutes)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m 'not slow' --cov --cov-report=term $(ARGS)
	@$(BIN)/python -m coverage report --include='contracts/*' --fail-under=95 --format=total

test-setup: $(VENV)/.dev ## set up and use a fresh copy, with an old pip and the newest (minutes)
	@$(BIN)/python tests/fresh_setup.py

test-commands: $(VENV)/.dev ## run the commands of the README and of the action from empty environments (minutes)
	@$(BIN)/python tests/fresh_commands.py

# Libraries in other versions than the locks have: what is beside the user's application. Each part of the suite below
# exercises some of them in earnest, most by hostile input: Starlette (admin, middleware, app), uvicorn, httptools and
# uvloop (server, protocol), jsonschema-rs (schema, explanation), orjson (hostile bodies), PyYAML (document, reader),
# aiohttp (egress, receivers, delivery), click and rich (cli), pytest and httpx (plugin, examples). Left out is what
# judges our own rules, and what needs the libraries of the contract suite: those are as narrow as schemathesis asks.
BESIDE_TESTS := tests/admin tests/cli tests/examples tests/middleware tests/plugin \
	tests/api/test_hostile_bodies.py tests/api/test_refusals.py tests/spec/test_schema.py tests/spec/test_validation_messages.py \
	tests/spec/test_document.py tests/webhooks/test_certificates.py tests/webhooks/test_egress.py \
	tests/webhooks/test_hostile_receivers.py tests/webhooks/test_delivery.py tests/test_app.py tests/http_protocol/test_parser_choice.py tests/http_protocol/test_protocol.py \
	tests/support/test_bounded_files.py tests/test_server.py
BESIDE_NOT := -m 'not slow' --ignore tests/cli/test_endings.py --ignore tests/admin/test_control_document.py \
	--deselect tests/cli/test_cli_verbs.py::test_every_verb_has_a_line_in_the_help_and_help_of_its_own \
	--deselect 'tests/test_server.py::test_state_outlives_the_server_that_is_entered_again[postgres]'
BESIDE_SHOWN := starlette|uvicorn|uvloop|httptools|jsonschema-rs|orjson|aiohttp|click|rich|pyyaml|pytest|httpx
BESIDE_TOOLS := hypothesis pytest-xdist standardwebhooks openapi-schema-validator

test-lowest: $(UV) ## run what leans on libraries with the oldest versions that pyproject.toml takes
	@$(call in_an_environment,--resolution lowest-direct --only-binary :all:)

test-newest: $(UV) ## the same with the newest ones, whatever the locks say
	@$(call in_an_environment,--upgrade)

beside: $(UV) ## install beside what applications pin, and run the examples there (one: make beside ARGS='FastAPI 0.128')
	@$(PYTHON) tests/beside.py $(if $(ARGS),'$(ARGS)')

define in_an_environment
rm -rf .venv-$@ && $(UV) venv --quiet --python $(PYTHON) .venv-$@ && export VIRTUAL_ENV=$(CURDIR)/.venv-$@ && \
$(UV) pip install --quiet $(1) --requirement pyproject.toml --extra test && \
$(UV) pip install --quiet $(BESIDE_TOOLS) && $(UV) pip install --quiet --no-deps --editable . && \
$(UV) pip list --quiet | grep -iE '^($(BESIDE_SHOWN)) ' && \
.venv-$@/bin/python -m pytest -q -n $(WORKERS) --dist loadgroup $(BESIDE_NOT) $(BESIDE_TESTS) $(ARGS)
endef

browser: $(VENV)/.dev ## show the page in Chromium: size, speed, accessibility, safety (one part: make browser ARGS=speed)
	@$(BIN)/python tests/browser/page_figures.py $(ARGS)

reliability: $(VENV)/.dev ## show every goal of SECURITY.md at full size (one: make reliability ARGS='--goal 9')
	@$(BIN)/python tests/reliability/all.py $(ARGS)

webhooks: $(VENV)/.dev ## show the figures of webhooks: kills, the official JavaScript verifier (needs node), speed
	@$(BIN)/python tests/reliability/webhooks_crash.py
	@$(BIN)/python tests/reliability/webhooks_javascript.py
	@$(BIN)/python bench/webhooks.py

mutation: ## show goal 14 in an environment with a tool that changes the code (an hour or so)
	@$(MAKE) --no-print-directory VENV=.venv-mutation .venv-mutation/.dev
	@.venv-mutation/bin/python -m pip install --quiet 'mutmut==3.8.1'
	@.venv-mutation/bin/python tests/reliability/all.py --goal 14

schemathesis: $(VENV)/.dev ## plain schemathesis against every document served (make schemathesis ARGS='--seeds 1-5')
	@$(BIN)/python tests/schemathesis_runs.py $(ARGS)

schemathesis-control: $(VENV)/.dev ## plain schemathesis against the control plane's own document (a minute)
	@$(BIN)/python tests/schemathesis_runs.py --only control $(ARGS)

clients: $(VENV)/.dev ## generate typed clients of our documents (two of Python, two of TypeScript), and make every call with each
	@rm -rf .venv-clients && $(PYTHON) -m venv .venv-clients && \
	if .venv-clients/bin/python -m pip install --quiet --requirement tests/clients/requirements.txt \
	    > .venv-clients/log 2>&1; then python=.venv-clients/bin; fi; \
	if cp tests/clients/package*.json .venv-clients && cd .venv-clients && \
	    npm ci --no-audit --no-fund --ignore-scripts > npm.log 2>&1; then node=.venv-clients/node_modules; fi; cd $(CURDIR); \
	$(BIN)/python tests/clients/generated_clients.py --python "$$python" --node "$$node" $(ARGS); \
	found=$$?; rm -rf .venv-clients; exit $$found

receivers: $(VENV)/.dev ## show that receiver-check finds each planted weakness, in FastAPI, Flask and Express (half an hour)
	@$(PYTHON) -m venv --clear .venv-receivers
	@.venv-receivers/bin/python -m pip install --quiet 'fastapi==0.165.0' 'uvicorn==0.54.0' 'flask==3.1.3' || true
	@npm install --silent --no-save --prefix .venv-receivers 'express@5' || true
	@$(BIN)/python tests/examples/receivers/kill_matrix.py $(ARGS)
	@rm -rf .venv-receivers

power: $(VENV)/.dev ## measure what the contract suite finds (hours; a part of it: make power ARGS='--group access --seeds 1')
	@$(BIN)/python tests/mutants/power.py $(ARGS)

false-alarms: $(VENV)/.dev ## run the contract suite where nothing is wrong (hours; a part of it: ARGS='--only edge')
	@$(BIN)/python tests/false_alarms.py $(ARGS)

lint: $(VENV)/.dev ## ruff check, ruff format --check, mypy --strict
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@for file in tests/conftest.py tests/*/conftest.py; do $(BIN)/mypy --no-error-summary $$file || exit 1; done

bench: $(VENV)/.dev ## measure beside the peers and the limit, write bench/RESULTS.md (make bench ARGS='--rounds 2')
	@$(BIN)/python bench/run.py $(ARGS)

bench-check: $(VENV)/.dev ## fail when a scene has become 15 % dearer in process
	@$(BIN)/python bench/ratchet.py $(ARGS)

documents: $(VENV)/.dev ## serve documents of yours and measure it (make documents ARGS='FILE FOLDER/')
	@$(BIN)/python bench/documents.py $(ARGS)

docs: $(VENV)/.dev ## write the reference and build the site into dist/site, with all links checked
	@$(BIN)/python tests/docs/reference.py
	@$(PYTHON) -m venv .venv-docs && $(PIP_HERE) .venv-docs/bin/python -m pip install --quiet 'zensical==0.0.73'
	@.venv-docs/bin/zensical build --strict

docs-snippets: $(VENV)/.dev ## execute what the pages of the documentation say (one: make docs-snippets ARGS=docs/index.md)
	@$(BIN)/python tests/docs/snippets.py $(ARGS)

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

sbom: ## list what `serve` installs, as CycloneDX in dist/sbom.cdx.json
	@$(PYTHON) -m venv --clear .venv-sbom && .venv-sbom/bin/python -m pip install --quiet 'cyclonedx-bom==7.5.0'
	@mkdir -p dist && .venv-sbom/bin/cyclonedx-py requirements requirements.lock --output-reproducible -o dist/sbom.cdx.json
	@rm -rf .venv-sbom

clean: ## remove environments, builds and caches
	rm -rf .venv .venv-* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- environments -----------------------------------------------------------------------------------------------

# The file names the folder it was made for: scripts in a moved environment point to the old place, so it is made
# anew, as is one whose Python is gone. An intact one stays untouched, and with it everything that depends on it.
$(VENV)/.made-for: FORCE
	@case $(VENV) in /*) test ! -e $(VENV) || test -O $(VENV) || { \
	    echo "$(VENV) is somebody else's; name another place: VENV=…" >&2; exit 1; } ;; esac; \
	if test "$$(cat $@ 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -c "" 2>/dev/null \
	    && { test -z "$(ASKED)" || test "$$($(BIN)/python -V)" = "$$($(ASKED) -V 2>&1)"; }; then exit 0; fi; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "sophiie-mock needs Python 3.11 or newer; '$(PYTHON)' is: $$($(PYTHON) -V 2>&1)" >&2; \
	    echo "Name another one: make $(or $(MAKECMDGOALS),serve) PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	echo "Setting up $(VENV) with $$($(PYTHON) -V 2>&1) …"; \
	rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) || { \
	    echo "Could not make $(VENV); on Debian and Ubuntu the package python3-venv is needed too." >&2; exit 1; }; \
	case "$(PIP_VERSION)" in "") ;; newest) $(PIP) install --upgrade pip ;; *) $(PIP) install "pip==$(PIP_VERSION)" ;; esac && \
	echo "$(CURDIR)" > $@

# A lock is complete, so nothing is resolved: a resolver looks further than the lock and finds what was published since.
# The build backend is in the locks, so the project's own install needs nothing from outside.
INSTALL_PROJECT = $(PIP) install --no-index --no-deps --no-build-isolation --editable .

$(VENV)/.runtime: $(VENV)/.made-for requirements.lock pyproject.toml
	@$(PIP) install --no-deps --require-hashes --requirement requirements.lock
	@$(INSTALL_PROJECT)
	@$(PIP) check
	@touch $@

$(VENV)/.dev: $(VENV)/.made-for requirements-dev.lock pyproject.toml
	@$(PIP) install --no-deps --require-hashes --requirement requirements-dev.lock
	@$(INSTALL_PROJECT)
	@$(PIP) check
	@touch $@ $(VENV)/.runtime

$(UV): Makefile
	@$(PYTHON) -m venv .venv-uv && $(PIP_HERE) .venv-uv/bin/python -m pip install --quiet 'uv==0.13.9'
	@touch $@

# --- locks ------------------------------------------------------------------------------------------------------

# A lock names extras (`coverage[toml]==…`). Should somebody install it with a resolver after all, an old pip (23.0, 23.2)
# would look for the extra beside the lock where only `coverage` stands in it, and fail with the next release of coverage.
LOCK_FLAGS := --quiet --generate-hashes --no-strip-extras --allow-unsafe --build-deps-for editable \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

# Resolved on the oldest Python served: markers of newer ones ask for less, never for more.
LOCK_PYTHON ?= python3.11

lock: ## refresh the locks after a change of pyproject.toml (newest versions: make lock ARGS=--upgrade)
	@$(LOCK_PYTHON) -m venv --clear .venv-lock && .venv-lock/bin/python -m pip install --quiet 'pip-tools==7.6.2'
	@CUSTOM_COMPILE_COMMAND='make lock' .venv-lock/bin/pip-compile $(LOCK_FLAGS) $(ARGS) \
	    --output-file requirements.lock pyproject.toml
	@CUSTOM_COMPILE_COMMAND='make lock' .venv-lock/bin/pip-compile $(LOCK_FLAGS) $(ARGS) --extra dev \
	    --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@awk '/^[a-z]/ {ours = /^psycopg/} ours' requirements-dev.lock >requirements-postgres.lock
	@rm -rf .venv-lock
