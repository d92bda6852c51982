"""What may not be sent to an org: ids of its records, which an agent under test would read and change."""

from collections.abc import Iterable, Iterator

from gate.errors import ProblemsError
from gate.fixtures.record_ids import CANDIDATE, is_record_id
from gate.model.case import Case, Json
from gate.model.problem import Problem


def refuse_record_ids(cases: Iterable[Case]) -> None:
    """Raises `ProblemsError` with every record id in what is sent of the cases, test data filled in.

    What a hook hands over as a trial begins is made for that trial, and may be an id.
    """
    if problems := [problem for case in cases for problem in _found(case)]:
        raise ProblemsError(problems)


def _found(case: Case) -> Iterator[Problem]:
    sent = [(f"turn {turn.number}", turn.user) for turn in case.turns]
    sent += [(f"the variable {one.name}", text) for one in case.variables for text in _texts(one.value)]
    for what, text in sent:
        if word := next((match[0] for match in CANDIDATE.finditer(text) if is_record_id(match[0])), ""):
            yield Problem(
                path=case.path,
                line=case.lines.get("id", 1),
                key="variables" if what.startswith("the") else "",
                message=f"{case.id}: {what} sends {word}, the id of a real record, which the agent could change",
                hint="let a `before_case` hook make the record and hand its id over (docs/drivers.md)",
            )


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
