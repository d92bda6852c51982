"""GitHub's own description of its REST API, to which requests of the gate and answers of the stand-in are held."""

import json
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

NODE_MODULES = Path(__file__).parents[2] / "node" / "node_modules" / "@octokit"
DESCRIPTION = NODE_MODULES / "openapi" / "generated" / "api.github.com.json"
_SLASHED = ("/contents/", "/git/ref/", "/git/refs/")
"""Behind these a path parameter holds slashes, which the description's templates match only when they are encoded."""
_SINCE = ">="
"""Begins a range of time, which the description explains for `created` and then gives the form of a single time."""
_GONE = frozenset({"user", "actor", "repo"})
"""What GitHub gives as null once the account or the fork was deleted, although its description does not say so."""


@cache
def description() -> OpenAPI | None:
    """The description, or None where it is not installed; a test is skipped then that says so aloud."""
    if _text() is None:
        return None
    unchecked: Any = None  # the description is taken as valid: proving it takes 20 seconds
    return OpenAPI.from_dict(_text(), config=Config(spec_validator_cls=unchecked))


@cache
def _text() -> Any:
    path = Path(os.environ.get("AGENT_GATE_GITHUB_OPENAPI") or DESCRIPTION)
    return json.loads(path.read_text()) if path.is_file() else None


def check(method: str, path: str, query: Mapping[str, str], body: bytes) -> None:
    """Raises when GitHub describes no such request."""
    known = description()
    if known is None:
        return
    request = MockRequest(
        "https://api.github.com",
        method.lower(),
        _encoded(path),
        args={name: value.removeprefix(_SINCE) if name == "created" else value for name, value in query.items()},
        data=body or None,
        content_type="application/json",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        known.validate_request(request)


def check_answer(method: str, path: str, status: int, value: Any) -> None:
    """Raises when GitHub would not answer so: a status it does not give, a field it does not have, a value of another
    kind. What is left out of an answer is not missed: the gate reads few of its fields.
    """
    if _text() is None:
        return
    template = _template(path)
    answers = _text()["paths"][template][method.lower()]["responses"]
    if str(status) not in answers:
        raise ValidationError(f"{template} does not answer {status}, only {', '.join(answers)}")
    if value is not None:
        pointer = "/".join(("#", "paths", _escaped(template), method.lower(), "responses", str(status)))
        _validator(pointer, answers[str(status)]).validate(value)


def _encoded(path: str) -> str:
    for start in _SLASHED:
        before, found, rest = path.partition(start)
        if found:
            return f"{before}{start}{quote(rest, safe='%')}"
    return path


@cache
def _template(path: str) -> str:
    """The path of the description that this one is of; the one with the fewest parameters."""
    found: list[str] = [template for template in _text()["paths"] if re.fullmatch(_pattern(template), _encoded(path))]
    return min(found, key=lambda template: template.count("{"))


def _pattern(template: str) -> str:
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", template))


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


@cache
def _registry() -> Any:
    return Registry().with_resource("", Resource.from_contents(_text(), default_specification=DRAFT4))


def _validator(pointer: str, answer: Mapping[str, Any]) -> Any:
    reference = answer.get("$ref", pointer)
    schema = {"$ref": f"{reference}/content/application~1json/schema"}
    return _Answered(schema, registry=_registry(), _resolver=_registry().resolver(""))


def _no_other_fields(
    validator: Any, properties: Mapping[str, Any], value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    for name in value:
        if name not in properties and not schema.get("additionalProperties"):
            yield ValidationError(f"{name!r} is no field of it")
    for name, part in properties.items():
        if name in value and not (value[name] is None and name in _GONE):
            yield from validator.descend(value[name], part, path=name, schema_path=name)


def _every_part(validator: Any, parts: Sequence[Any], value: Any, _: Any) -> Iterator[ValidationError]:
    """A field of one part is none of the others', so parts do not mind fields that they do not have."""
    for part in parts:
        yield from _Part(part, registry=_registry(), _resolver=validator._resolver).iter_errors(value)


_LENIENT: Mapping[str, Any] = {
    "required": lambda *_: (),
    "oneOf": Draft4Validator.VALIDATORS["anyOf"],  # with nothing required, several fit
}
_Part: Any = extend(OAS30Validator, _LENIENT)  # type: ignore[no-untyped-call]  # jsonschema leaves it untyped
_Answered: Any = extend(_Part, {"properties": _no_other_fields, "allOf": _every_part})  # type: ignore[no-untyped-call]
