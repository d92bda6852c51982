PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin

.PHONY: demo test lint types install clean
demo: $(VENV)/.runtime  ## the main job, offline, on the example agent
	$(RUN)/agent-gate demo

test: $(VENV)/.dev  ## every test
	$(RUN)/pytest -q -n auto

lint: $(VENV)/.dev
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports

types: $(VENV)/.dev
	$(RUN)/mypy

install: $(VENV)/.dev

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	$(RUN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(RUN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	touch $@

clean:
	rm -rf $(VENV) build dist
