"""`docs/judge.md` lists the probes there are, the keys of the configuration, and the providers."""

import re
from pathlib import Path
from typing import get_args

import pytest

from gate.config import DEFAULT_KEYS, JudgeConfig
from gate.judges.probe import PROBES, Probe

DOCUMENT = (Path(__file__).parents[3] / "docs/judge.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_every_probe_is_published_with_its_right_scores(probe: Probe) -> None:
    right = ", ".join(f"{name} {'/'.join(map(str, sorted(scores)))}" for name, scores in probe.right.items())
    assert f"| `{probe.name}` | {probe.shows} | {right} |" in DOCUMENT


def test_no_probe_is_published_that_is_not_asked() -> None:
    published = re.findall(r"^\| `([a-z-]+)` \| .* \| (?:correctness|grounding|tone|safety) ", DOCUMENT, re.MULTILINE)
    assert published == [probe.name for probe in PROBES]


@pytest.mark.parametrize("key", sorted(JudgeConfig.model_fields))
def test_every_key_is_explained(key: str) -> None:
    assert f"`judge.{key}`" in DOCUMENT or f"`{key}`" in DOCUMENT or f"judge.{key}." in DOCUMENT or key == "provider"


@pytest.mark.parametrize("provider", get_args(JudgeConfig.model_fields["provider"].annotation))
def test_every_provider_is_named_with_its_variable(provider: str) -> None:
    assert f"`{provider}`" in DOCUMENT or f"`provider: {provider}`" in DOCUMENT
    assert DEFAULT_KEYS.get(provider, "") in DOCUMENT
