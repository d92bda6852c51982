"""All checks on one trial: what needs no judge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gate.model.case import Case
from gate.model.score import Finding, Unscored
from gate.model.transcript import Captured, Transcript, TurnRecord
from gate.model.words import Arm, Dimension
from gate.scoring.expectation import CHECKS_VERSION, Seen
from gate.scoring.failures import check_failures
from gate.scoring.grounding import check_grounding_facts
from gate.scoring.leaks import check_leaks
from gate.scoring.phrases import check_anti_patterns, check_must_include, check_must_not_include
from gate.scoring.routing import check_retrieval, check_topic
from gate.scoring.tools import FORBIDDEN_TOOLS, TOOL_CALLS, check_forbidden_tools, check_tool_calls

__all__ = ["CHECKS_VERSION", "Checked", "check", "looked_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks say of one trial.

    `unscored` holds expectations nobody could look at; `stopped` is non-empty when a wrong tool ended the scoring.
    """

    findings: tuple[Finding, ...] = ()
    unscored: tuple[Unscored, ...] = ()
    stopped: str = ""

    def worst(self, dimension: Dimension) -> Finding | None:
        """The finding that caps the dimension lowest, the first of equals; None when no check looked at it."""
        return min(
            (one for one in self.findings if one.dimension is dimension), key=lambda one: one.score, default=None
        )

    def cap(self, dimension: Dimension) -> int:
        """The highest score the checks leave open on a dimension."""
        worst = self.worst(dimension)
        return worst.score if worst else 2

    def not_looked_at(self, dimension: Dimension) -> Unscored | None:
        """Why an expectation on the dimension could not be checked; None when all could."""
        return next((one for one in self.unscored if one.dimension is dimension), None)


def check(case: Case, transcript: Transcript, test_data: Mapping[str, str]) -> Checked:
    """Every check on one trial. `test_data` holds all values of the test-data manifest, whether this case uses them.

    All checks run even after a wrong tool: they cost nothing, and a leak must not hide behind another fault. An
    errored transcript is not checked.
    """
    if transcript.error:
        return Checked()
    seen = list(_all(case, transcript, test_data))
    findings = tuple(one for one in seen if isinstance(one, Finding))
    return Checked(
        findings=findings,
        unscored=tuple(one for one in seen if isinstance(one, Unscored)),
        stopped=next(map(_why_stopped, filter(_is_wrong_tool, findings)), ""),
    )


def looked_at(case: Case) -> frozenset[Dimension]:
    """The dimensions that some check scores in a trial where everything is captured; the others are left to a judge."""
    turns = tuple(TurnRecord(number=turn.number, user=turn.user, reply="-") for turn in case.turns)
    shown = Captured(tool_calls=True, retrieval=True, topic=True)
    blank = Transcript(case=case.key, arm=Arm.HEAD, trial=1, agent_fingerprint="", turns=turns, captured=shown)
    return frozenset(one.dimension for one in check(case, blank, {}).findings)


def _all(case: Case, transcript: Transcript, test_data: Mapping[str, str]) -> Iterator[Seen]:
    yield from check_tool_calls(case, transcript)
    yield from check_forbidden_tools(case, transcript)
    yield from check_failures(case, transcript)
    yield from check_must_include(case, transcript)
    yield from check_must_not_include(case, transcript)
    yield from check_anti_patterns(case, transcript)
    yield from check_topic(case, transcript)
    yield from check_retrieval(case, transcript)
    yield from check_leaks(case, transcript, test_data)
    yield from check_grounding_facts(case, transcript)


def _is_wrong_tool(finding: Finding) -> bool:
    return finding.score == 0 and finding.check in {TOOL_CALLS, FORBIDDEN_TOOLS}


def _why_stopped(finding: Finding) -> str:
    return f"wrong tool in turn {finding.evidence.turn}" if finding.evidence else "wrong tool"
