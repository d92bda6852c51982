"""What is shown beside the files of a run: the worst findings at their fixtures' lines, within the runner's limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gate.model.comparison import CaseComparison
from gate.model.problem import Problem, ProblemLevel
from gate.model.report import Report
from gate.reports import phrases, view
from gate.reports.escape import one_line

MOST_PER_KIND = 10
"""Annotations of one kind that a runner shows for a step; the rest would be log lines."""
Kind = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One remark on a run's page. `path` is relative to the workspace; empty = at no file. `line` 0 = at no line."""

    kind: Kind
    title: str
    message: str
    path: str = ""
    line: int = 0

    @property
    def properties(self) -> dict[str, str]:
        """What the command says of it beside its message; empty values are left out."""
        return {"file": self.path, "line": str(self.line) if self.path and self.line else "", "title": self.title}


def of_report(report: Report) -> list[Annotation]:
    """What does not compile, the regressed cases, worst first, changes of the gate for a person, the conclusion."""
    broken = [_problem(problem) for problem in report.comparison.broken]
    cases = [_case(case) for case in view.regressed(report)]
    changes = [
        Annotation(kind="warning", title="Needs sign-off", message=one_line(change.what), path=change.path, line=1)
        for change in report.plan.gate_changes
        if change.needs_sign_off
    ]
    gaps = [Annotation(kind="warning", title="Not green", message=one_line(gap)) for gap in report.decision.gaps]
    told = Annotation(kind="notice", title="Agent Eval Gate", message=one_line(phrases.headline(report)))
    return limited([*broken, *cases, *changes, *gaps, told])


def of_problems(problems: Sequence[Problem]) -> list[Annotation]:
    """The problems of the files the gate reads, errors first."""
    ordered = sorted(problems, key=lambda problem: problem.level is not ProblemLevel.ERROR)
    return limited(_problem(problem) for problem in ordered)


def below(folder: str, annotations: Iterable[Annotation]) -> list[Annotation]:
    """The same, for a repository that is checked out in a folder of the workspace."""
    prefix = "" if folder in {"", "."} else f"{folder.strip('/')}/"
    return [replace(one, path=prefix + one.path) if one.path else one for one in annotations]


def limited(found: Iterable[Annotation]) -> list[Annotation]:
    """At most as many of each kind as are shown; the last one then says how many there are besides."""
    annotations = list(found)
    kept: list[Annotation] = []
    for kind in dict.fromkeys(one.kind for one in annotations):
        same = [one for one in annotations if one.kind == kind]
        if len(same) > MOST_PER_KIND:
            rest = len(same) - MOST_PER_KIND + 1
            more = Annotation(kind=kind, title="And more", message=f"{rest} more in the job's summary and the report")
            same = [*same[: MOST_PER_KIND - 1], more]
        kept += same
    return kept


def _case(case: CaseComparison) -> Annotation:
    what = [f"{one.dimension}: {phrases.score_change(one)}, {one.reason}".rstrip(", ") for one in view.telling(case)]
    told = "; ".join([*what, case.finding.explanation or view.counts(case)])
    return Annotation(
        kind="error" if case.blocks else "warning",
        title=f"{case.severity} {case.verdict}: {one_line(case.case)}",
        message=one_line(told),
        path=case.path,
        line=case.line,
    )


def _problem(problem: Problem) -> Annotation:
    told = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    return Annotation(
        kind="error" if problem.level is ProblemLevel.ERROR else "warning",
        title=problem.key or "Agent Eval Gate",
        message=one_line(told),
        path=problem.path,
        line=problem.line,
    )
