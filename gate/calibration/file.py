"""The calibration file of an agent: JSON, one line per rated trial and dimension, sorted, so that diffs are small."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gate.documents import load_yaml
from gate.errors import ProblemsError
from gate.model.calibration import Calibration, Item, Rating
from gate.model.problem import Problem
from gate.model.words import Dimension

SCHEMA_VERSION = 1
_Score = Annotated[int, Field(ge=0, le=2, strict=True)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rating(_Entry):
    rater: str = Field(min_length=1)
    score: _Score
    date: date
    reason: str = ""


class _Item(_Entry):
    case: str
    question: _Hash
    dimension: Dimension
    judge: _Hash
    rubric: str
    score: _Score
    reason: str = ""
    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    ratings: tuple[_Rating, ...] = ()


class _File(_Entry):
    schema_: Literal[1] = Field(alias="schema")
    agent: str
    items: tuple[_Item, ...]


_FILE = TypeAdapter(_File)
_RESTORE = "restore the file from git, or make it anew: `agent-gate calibrate sample`"


def read_calibration(text: str, path: str, agent: str = "") -> Calibration:
    """The calibration a file holds, of this agent if one is named.

    Raises `ProblemsError` with every problem and its line. What stands twice is one: two people's work joined by hand
    must not count double.
    """
    try:
        file = _FILE.validate_json(text)
    except ValidationError as error:
        raise ProblemsError(
            [
                Problem(
                    path=path,
                    line=_line(text, item["loc"]),
                    key=".".join(map(str, item["loc"])),
                    message=item["msg"],
                    hint=_RESTORE,
                )
                for item in error.errors()
            ]
        ) from error
    problems = [
        Problem(path=path, line=_line(text, ("items", index)), message=message, hint=_ONCE)
        for index, message in _twice(file)
    ]
    if agent and file.agent != agent:
        message = f"is the calibration of {file.agent}, not of {agent}"
        problems.append(Problem(path=path, line=_line(text, ("agent",)), key="agent", message=message, hint=_RESTORE))
    if problems:
        raise ProblemsError(problems)
    return Calibration(
        agent=file.agent,
        items=tuple(
            Item(
                case=one.case,
                question=one.question,
                dimension=one.dimension,
                judge=one.judge,
                rubric=one.rubric,
                score=one.score,
                reason=one.reason,
                ratings=tuple(_rating(said) for said in one.ratings),
                weight=one.weight,
            )
            for one in file.items
        ),
    )


_ONCE = "keep one of them: what stands twice would count twice"


def _twice(file: _File) -> Iterator[tuple[int, str]]:
    seen: set[tuple[str, Dimension]] = set()
    for index, item in enumerate(file.items):
        if (item.question, item.dimension) in seen:
            yield index, f"{item.dimension} of trial {item.question[:12]} stands twice"
        seen.add((item.question, item.dimension))
        raters = [one.rater.casefold() for one in item.ratings]
        for rater in sorted({name for name in raters if raters.count(name) > 1}):
            yield index, f"{rater} rated {item.dimension} of trial {item.question[:12]} twice"


def _line(text: str, place: tuple[str | int, ...]) -> int:
    """The line of a value; JSON is YAML, and that reader knows the lines. 0 when it cannot read the text either."""
    try:
        return load_yaml(text, "").line(place)
    except ProblemsError:
        return 0


def _rating(said: _Rating) -> Rating:
    return Rating(rater=said.rater, score=said.score, date=said.date.isoformat(), reason=said.reason)


def print_calibration(calibration: Calibration) -> str:
    """The text of the file."""
    items = sorted(calibration.items, key=lambda one: (one.case, one.question, one.dimension))
    lines = ",\n".join(f"  {json.dumps(_printed(one), ensure_ascii=False)}" for one in items)
    body = f"[\n{lines}\n ]" if lines else "[]"
    return f'{{\n "schema": {SCHEMA_VERSION},\n "agent": {json.dumps(calibration.agent)},\n "items": {body}\n}}\n'


def merged(calibration: Calibration, fresh: Iterable[Item], judge: str = "") -> Calibration:
    """With more rated trials. A rater's newer word replaces the older one, and so does the judge's.

    The same word again keeps its day, a trial keeps the weight it was first drawn with, and a score of `judge`, the
    judge of today, outlives one of another: sheets may be taken in as often as anybody likes. A rater's name in another
    case is the same rater.
    """
    items = {(one.question, one.dimension): one for one in calibration.items}
    for one in fresh:
        known = items.get((one.question, one.dimension))
        ratings = _together(known.ratings if known else (), one.ratings)
        stays = known if known and known.judge == judge != one.judge else one
        items[one.question, one.dimension] = replace(stays, ratings=ratings, weight=(known or one).weight)
    return Calibration(agent=calibration.agent, items=tuple(items.values()))


def _together(older: Iterable[Rating], newer: Iterable[Rating]) -> tuple[Rating, ...]:
    said = {one.rater.casefold(): one for one in older}
    for one in newer:
        before = said.get(one.rater.casefold())
        if before is None:
            said[one.rater.casefold()] = one
        elif (before.score, before.reason) != (one.score, one.reason):
            said[one.rater.casefold()] = replace(one, rater=before.rater)
    return tuple(sorted(said.values(), key=lambda one: one.rater))


def _printed(item: Item) -> dict[str, object]:
    return {
        "case": item.case,
        "dimension": item.dimension.value,
        "question": item.question,
        "rubric": item.rubric,
        "judge": item.judge,
        "score": item.score,
        "reason": item.reason,
        **({} if item.weight == 1 else {"weight": item.weight}),
        "ratings": [
            {"rater": one.rater, "score": one.score, "date": one.date, "reason": one.reason} for one in item.ratings
        ],
    }
