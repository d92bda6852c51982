"""`report.json`: the whole report as data, and back. For programs; nothing in it is meant to be read by people."""

import json
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gate.errors import StoreError
from gate.model.report import Report

SCHEMA_VERSION = 1
_KEY = "schema"


def report_json(report: Report) -> str:
    """The report as one line of JSON: sorted keys, ASCII only, a final newline; nothing in it is a workflow command."""
    value = _by_field(report) | {_KEY: SCHEMA_VERSION}
    text = json.dumps(value, default=_by_field, sort_keys=True, ensure_ascii=True)  # with indents ten times slower
    return text.replace("##[", "#\\u0023[") + "\n"  # the same value, but no runner takes it for a command


def _by_field(value: Any) -> dict[str, object]:  # noqa: ANN401 - whatever JSON has no form of its own for
    return {field.name: getattr(value, field.name) for field in fields(value)}


def parse_report(text: str, path: str = "report.json") -> Report:
    """The report of a JSON text. Raises `StoreError` for broken text or a value of another schema version."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise StoreError(f"{path} is not JSON: {error}", _REMEDY) from error
    if not isinstance(value, dict) or value.pop(_KEY, None) != SCHEMA_VERSION:
        raise StoreError(f"{path} is not a report of schema version {SCHEMA_VERSION}", _REMEDY)
    try:
        return _adapter().validate_python(value, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StoreError(f"{path}: {where}: {first['msg']}", _REMEDY) from error


@cache
def _adapter() -> TypeAdapter[Report]:
    """Made when a report is read: writing one does without it."""
    return TypeAdapter(Report)


_REMEDY = "write it again from the run folder: `agent-gate report DIR`"


def report_schema() -> str:
    """The JSON Schema of `report.json`, as it is published under docs/schemas."""
    schema = _adapter().json_schema(mode="serialization")
    schema["properties"][_KEY] = {"const": SCHEMA_VERSION, "title": "Schema", "description": "Version of this format."}
    schema["required"].append(_KEY)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Agent Eval Gate report"}
    return json.dumps(schema | head, indent=2, sort_keys=True) + "\n"
