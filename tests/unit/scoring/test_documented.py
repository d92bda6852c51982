from pathlib import Path

import pytest

from gate.model.anchors import STANDARD_ANCHORS
from gate.model.case import AntiPattern, ExpectedRetrieval
from gate.model.words import Dimension
from gate.scoring.checks import check
from tests.conversations import a_case, a_transcript

DOCUMENT = (Path(__file__).parents[3] / "docs/checks.md").read_text(encoding="utf-8")
EVERYTHING = a_case(
    dimensions=tuple(Dimension),
    expected_tool_calls=(),
    forbidden_tools=("Refund",),
    expected_topic="Orders",
    expected_retrieval=(ExpectedRetrieval(sources=("shipping",)),),
    must_include=("way",),
    must_not_include=("guarantee",),
    anti_patterns=(AntiPattern(quote="calm down", why="blames", dimension=Dimension.TONE),),
)


@pytest.mark.parametrize("name", sorted({one.check for one in check(EVERYTHING, a_transcript(), {}).findings}))
def test_every_check_has_its_section(name: str) -> None:
    section = DOCUMENT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert [part for part in ("**What.**", "**Why.**", "**Example.**", "**Remedy.**") if part not in section] == []


@pytest.mark.parametrize("dimension", Dimension)
def test_the_built_in_anchors_are_printed_in_full(dimension: Dimension) -> None:
    assert f"| {dimension} | {' | '.join(STANDARD_ANCHORS[dimension])} |" in DOCUMENT
