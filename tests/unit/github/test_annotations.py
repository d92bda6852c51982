"""What is shown at the files: worst first, at the fixture's line, never more than a runner shows."""

from dataclasses import replace

import pytest

from gate.github.annotations import MOST_PER_KIND, Annotation, below, limited, of_problems, of_report
from gate.model.comparison import CaseComparison
from gate.model.plan import GateChange
from gate.model.problem import Problem, ProblemLevel
from tests.builders import decision, plan, regressed_case, report


def case(name: str, *, blocks: bool = True) -> CaseComparison:
    return replace(regressed_case(name), blocks=blocks, path=f"fixtures/{name}.md", line=12)


def test_a_regressed_case_is_told_at_its_fixture() -> None:
    annotations = of_report(report([case("return-bulk-items")]))

    first = annotations[0]
    assert (first.kind, first.path, first.line) == ("error", "fixtures/return-bulk-items.md", 12)
    assert "return-bulk-items" in first.title
    assert "2 → 1" in first.message
    assert first.properties == {"file": first.path, "line": "12", "title": first.title}


def test_what_does_not_block_is_a_warning_and_comes_later() -> None:
    annotations = of_report(report([case("a-reported", blocks=False), case("b-blocking")]))

    assert [one.kind for one in annotations] == ["error", "warning", "notice"]


def test_the_conclusion_is_always_told() -> None:
    [told] = of_report(report())

    assert told.kind == "notice"
    assert told.properties == {"file": "", "line": "", "title": "Agent Eval Gate"}


def test_changes_of_the_gate_that_need_a_person_and_gaps_are_warnings() -> None:
    changes = (
        GateChange(path="agent-gate.yml", what="configuration changes"),
        GateChange(path="fixtures/x.md", what="deleted", needs_sign_off=True),
    )
    made = report(of_plan=replace(plan(), gate_changes=changes), of_decision=decision(gaps=["a gap"]))

    warnings = [(one.path, one.message) for one in of_report(made) if one.kind == "warning"]

    assert warnings == [("fixtures/x.md", "deleted"), ("", "a gap")]


@pytest.mark.parametrize("number", [1, 10, 11, 200])
def test_never_more_than_are_shown_and_the_rest_is_counted(number: int) -> None:
    found = [Annotation(kind="error", title=str(index), message="x") for index in range(number)]
    other = Annotation(kind="notice", title="n", message="x")

    kept = limited([*found, other])

    errors = [one for one in kept if one.kind == "error"]
    assert len(errors) == min(number, MOST_PER_KIND)
    assert kept[-1] == other
    if number > MOST_PER_KIND:
        assert errors[-1].message.startswith(f"{number - MOST_PER_KIND + 1} more")
        assert errors[:-1] == found[: MOST_PER_KIND - 1]


def test_problems_are_told_errors_first_with_their_remedy() -> None:
    warning = Problem(path="a.md", message="odd", level=ProblemLevel.WARNING)
    error = Problem(path="b.md", line=4, key="severity", message="unknown", hint="P0, P1 or P2")

    told = of_problems([warning, error])

    assert [(one.kind, one.path, one.line) for one in told] == [("error", "b.md", 4), ("warning", "a.md", 0)]
    assert told[0].message == "unknown (P0, P1 or P2)"


@pytest.mark.parametrize(("folder", "path"), [("", "a.md"), (".", "a.md"), ("sub", "sub/a.md"), ("sub/", "sub/a.md")])
def test_paths_are_those_of_the_workspace(folder: str, path: str) -> None:
    nowhere = Annotation(kind="error", title="", message="")

    assert [one.path for one in below(folder, [replace(nowhere, path="a.md"), nowhere])] == [path, ""]
