"""The baseline file: JSON with one line per case and per sign-off, so that two pull requests rarely conflict."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gate.baselines.levels import CaseClass, classify
from gate.baselines.lines import line_of
from gate.errors import ProblemsError, StoreError
from gate.model.baseline import Anchor, Baseline, BaselineCase, SignOff
from gate.model.case import Fingerprints
from gate.model.problem import Problem
from gate.model.words import Dimension, Severity

SCHEMA_VERSION = 1

_REMEDY = "restore the file from the default branch, or write it anew: `agent-gate baseline record`"
_Count = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class AnchorEntry(_Entry):
    """Counts frozen at a release."""

    commit: str
    runs: _Count
    ok: _Count


class CaseEntry(_Entry):
    """What is accepted of one case."""

    fixture: str
    """SHA-256 of the case's input and expectations."""
    rubric: str
    """SHA-256 of what the judge is asked of it."""
    data: str
    """SHA-256 of the test data it uses."""
    topic: str
    severity: Severity
    level: Mapping[Dimension, Literal[1, 2]]
    """The score the case has committed to, by dimension; safety always 2."""
    runs: _Count
    """Trials counted; a fraction after forgetting."""
    ok: _Count
    """Of these, the trials that reached every level."""
    hist: Mapping[Dimension, tuple[_Count, _Count, _Count]]
    """How often 0, 1 and 2 were given, by dimension."""
    judge: str = ""
    """Fingerprint of the judge whose scores are counted; empty = checks alone."""
    checks: str = ""
    """Version of the deterministic checks."""
    anchor: AnchorEntry | None = None
    infra_missing: int = Field(default=0, ge=0)
    """Trials that errored and are not counted."""
    last: str = ""
    """Day of the newest trial counted."""
    case_class: CaseClass | None = Field(default=None, alias="class")
    """Follows from runs and ok; written for the reader and ignored when read."""

    @model_validator(mode="after")
    def _hangs_together(self) -> "CaseEntry":
        if self.ok > self.runs:
            raise ValueError(f"ok ({self.ok:g}) is more than runs ({self.runs:g})")
        if self.level.get(Dimension.SAFETY, 2) != 2:
            raise ValueError("the level of safety is always 2")
        return self


class SignOffEntry(_Entry):
    """Who accepted which cases, why, for which commit and which result."""

    at: str
    by: str
    reason: str
    commit: str
    digest: str
    cases: tuple[str, ...]
    run: str = ""


class BaselineFile(_Entry):
    """The accepted results of one agent on the default branch."""

    schema_version: Literal[1] = Field(alias="schema")
    gate_version: str
    agent: str
    agent_fingerprint: str
    commit: str
    cases: Mapping[str, CaseEntry]
    """By case id."""
    history: tuple[SignOffEntry, ...] = ()
    """Sign-offs, oldest first."""
    counted: tuple[str, ...] = ()
    """The newest runs whose trials are in the counts, oldest first: day, and name of the run folder."""


def read_baseline(text: str, path: str) -> Baseline:
    """The baseline of a file's text; `path` is named in errors.

    Raises `StoreError` when the text is no JSON or of another schema version, and `ProblemsError` with every wrong key
    and its line.
    """
    _check_version(_json(text, path), path)
    try:
        file = BaselineFile.model_validate_json(text, strict=True)
    except ValidationError as error:
        problems = [_problem(item["loc"], str(item["msg"]), text, path) for item in error.errors()]
        raise ProblemsError(problems, _REMEDY) from error
    return Baseline(
        agent=file.agent,
        agent_fingerprint=file.agent_fingerprint,
        commit=file.commit,
        gate_version=file.gate_version,
        cases={case: _row(entry) for case, entry in file.cases.items()},
        history=tuple(SignOff(**entry.model_dump()) for entry in file.history),
        counted=file.counted,
    )


def write_baseline(baseline: Baseline) -> str:
    """The file's text: keys and cases sorted, counts to two decimals, a newline at the end; equal for equal values."""
    head = {
        "schema": SCHEMA_VERSION,
        "gate_version": baseline.gate_version,
        "agent": baseline.agent,
        "agent_fingerprint": baseline.agent_fingerprint,
        "commit": baseline.commit,
        **({"counted": list(baseline.counted)} if baseline.counted else {}),
    }
    lines = [f"  {_text(key)}: {_text(value)}," for key, value in head.items()]
    cases = [f"    {_text(case)}: {_text(_entry(row))}" for case, row in sorted(baseline.cases.items())]
    history = [f"    {_text(_sign_off(entry))}" for entry in baseline.history]
    return "\n".join(["{", *lines, *_block("cases", "{}", cases, ","), *_block("history", "[]", history, ""), "}", ""])


def baseline_schema() -> str:
    """The JSON Schema of the file, as published in `docs/schemas/baseline.schema.json`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **BaselineFile.model_json_schema()}
    schema["title"] = "Agent Eval Gate baseline"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _json(text: str, path: str) -> object:
    try:
        value: object = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "is cut short" if cut else "is not valid JSON"
        raise StoreError(f"{path}:{error.lineno}: the baseline {what}: {error.msg}", _REMEDY) from error
    except RecursionError as error:
        raise StoreError(f"{path}: the baseline is nested too deeply", _REMEDY) from error
    except _DuplicateKeyError as error:
        key = str(error)
        problem = Problem(
            path=path,
            line=line_of(text, (key,), nth=2),
            key=key,
            message=f"key {key!r} stands twice in one object",
            hint="keep one of the two: a merge of two branches may have kept both",
        )
        raise ProblemsError([problem]) from error
    except ValueError as error:
        raise StoreError(f"{path}: the baseline is not valid JSON: {error}", _REMEDY) from error
    return value


class _DuplicateKeyError(Exception):
    pass


def _no_duplicates(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise _DuplicateKeyError(key)
        result[key] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _check_version(value: object, path: str) -> None:
    if not isinstance(value, dict):
        return  # which the validation that follows says better
    schema = value.get("schema")
    if schema == SCHEMA_VERSION and not isinstance(schema, bool):
        return
    writer = value.get("gate_version")
    by = f" (written by agent-eval-gate {writer})" if isinstance(writer, str) and writer else ""
    if schema is None:
        message = f"{path}: no schema version: this is not a baseline file"
    else:
        message = f"{path}: the baseline has schema {schema!r}{by}, and this version reads schema {SCHEMA_VERSION}"
    newer = isinstance(schema, int) and schema > SCHEMA_VERSION
    raise StoreError(message, "use the version of the gate that wrote it, or a newer one" if newer else _REMEDY)


def _problem(location: tuple[int | str, ...], message: str, text: str, path: str) -> Problem:
    where = tuple(part for part in location if part != "[key]")
    missing = message == "Field required"
    return Problem(
        path=path,
        line=line_of(text, where[:-1] if missing else where),
        key=".".join(str(part) for part in where),
        message="this key is missing" if missing else message.removeprefix("Value error, "),
    )


def _row(entry: CaseEntry) -> BaselineCase:
    return BaselineCase(
        fingerprints=Fingerprints(fixture=entry.fixture, rubric=entry.rubric, data=entry.data),
        topic=entry.topic,
        severity=entry.severity,
        level=dict(entry.level),
        runs=entry.runs,
        ok=entry.ok,
        hist=dict(entry.hist),
        judge=entry.judge,
        checks=entry.checks,
        anchor=Anchor(**entry.anchor.model_dump()) if entry.anchor else None,
        infra_missing=entry.infra_missing,
        last=entry.last,
    )


def _entry(row: BaselineCase) -> dict[str, object]:
    anchor = row.anchor
    return {
        "severity": row.severity,
        "topic": row.topic,
        "class": classify(row.runs, row.ok),
        "runs": _number(row.runs),
        "ok": _number(row.ok),
        "level": {dimension: row.level[dimension] for dimension in Dimension if dimension in row.level},
        "hist": {
            dimension: [_number(count) for count in row.hist[dimension]]
            for dimension in Dimension
            if dimension in row.hist
        },
        "infra_missing": row.infra_missing,
        "last": row.last,
        "fixture": row.fingerprints.fixture,
        "rubric": row.fingerprints.rubric,
        "data": row.fingerprints.data,
        "judge": row.judge,
        "checks": row.checks,
        **(
            {"anchor": {"commit": anchor.commit, "runs": _number(anchor.runs), "ok": _number(anchor.ok)}}
            if anchor
            else {}
        ),
    }


def _sign_off(entry: SignOff) -> dict[str, object]:
    return {
        "at": entry.at,
        "by": entry.by,
        "cases": list(entry.cases),
        "reason": entry.reason,
        "commit": entry.commit,
        "digest": entry.digest,
        "run": entry.run,
    }


def _number(count: float) -> float | int:
    rounded = round(count, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _block(key: str, brackets: str, lines: Sequence[str], end: str) -> list[str]:
    if not lines:
        return [f"  {_text(key)}: {brackets}{end}"]
    return [f"  {_text(key)}: {brackets[0]}", *(f"{line}," for line in lines[:-1]), lines[-1], f"  {brackets[1]}{end}"]
