# The runner builds this without build arguments, so the default is the real base.
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS build
COPY requirements/build.lock /src/requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --require-hashes -r /src/requirements/build.lock
COPY pyproject.toml README.md LICENSE /src/
COPY gate /src/gate
RUN pip wheel --disable-pip-version-check --no-deps --no-build-isolation --no-index --wheel-dir /wheel /src

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Agent Eval Gate" \
      org.opencontainers.image.licenses="Apache-2.0"

# Debian keeps only the newest build of a package, so a pinned one breaks with the next security fix.
# hadolint ignore=DL3008
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/*

COPY requirements/runtime.lock /opt/agent-gate/
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --require-hashes -r /opt/agent-gate/runtime.lock

COPY --from=build /wheel /opt/agent-gate/wheel
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore \
      --no-deps --no-index /opt/agent-gate/wheel/*.whl
COPY entrypoint.py /opt/agent-gate/

# GitHub asks for root and its own working folder: no USER, no WORKDIR. -I: neither the checkout, nor PYTHON* variables,
# nor packages that an earlier step left in HOME, decide what is imported. No shell, which would drop inputs with dashes.
# -u: log lines leave when they are written.
ENTRYPOINT ["/usr/local/bin/python3", "-I", "-u", "/opt/agent-gate/entrypoint.py"]
