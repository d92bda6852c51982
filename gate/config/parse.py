"""From the text of `agent-gate.yml` to the configuration, or every problem with its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError

from gate.config.settings import Config
from gate.documents import Document, load_yaml
from gate.errors import ProblemsError
from gate.model.problem import Problem

FILE_NAME = "agent-gate.yml"


def parse_config(text: str, path: str = FILE_NAME) -> Config:
    """The configuration of a YAML text. Raises `ProblemsError` with every problem, each with line, key and remedy."""
    document = load_yaml(text, path)
    try:
        return Config.model_validate(document.value)
    except ValidationError as error:
        raise ProblemsError([_problem(item, document, path) for item in error.errors()]) from error


def _problem(item: Mapping[str, object], document: Document, path: str) -> Problem:
    place = _placed(cast("tuple[str | int, ...]", item["loc"]))
    key = ".".join(str(part) for part in place.location)
    message = str(item["msg"]).removeprefix("Value error, ")
    hint = "see `agent-gate config schema` for what this key takes"
    if item["type"] == "extra_forbidden":
        message = f"unknown key {place.location[-1]!r}"
        near = get_close_matches(str(place.location[-1]), place.siblings, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "remove it, or see `agent-gate config schema`"
    elif item["type"] == "union_tag_invalid":
        context = cast("Mapping[str, str]", item["ctx"])
        known = [name.strip(" '") for name in context["expected_tags"].split(",")]
        message = f"there is no {context['discriminator'].strip(chr(39))} {context['tag']!r}"
        near = get_close_matches(context["tag"], known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    elif item["type"] == "missing":
        message = f"{place.location[-1]!r} is required"
    return Problem(path=path, line=document.line(place.location), key=key, message=message, hint=hint)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file a problem is, and the keys that are known beside it."""

    location: tuple[str | int, ...]
    siblings: tuple[str, ...]


def _placed(said: tuple[str | int, ...]) -> _Place:
    """The place pydantic speaks of, without what it adds: which variant of a union it took, and `[key]`."""
    location: list[str | int] = []
    siblings: tuple[str, ...] = ()
    within: object = Config
    for part in said:
        variants = _variants(within)
        if part == "[key]" or (len(variants) > 1 and part in variants):
            within = variants.get(str(part), within)
            continue
        section = next(iter(variants.values()), None)
        siblings = tuple(section.model_fields) if section else ()
        location.append(part)
        field = section.model_fields.get(str(part)) if section else None
        within = field.annotation if field else _inside(within)
    return _Place(tuple(location), siblings)


def _variants(annotation: object) -> dict[str, type[BaseModel]]:
    """The sections a value may be, by the `type` that tells them apart."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kind = annotation.model_fields.get("type")
        return {str(get_args(kind.annotation)[0]) if kind else "": annotation}
    if get_origin(annotation) in {Union, UnionType, Annotated}:
        return {name: one for choice in get_args(annotation) for name, one in _variants(choice).items()}
    return {}


def _inside(annotation: object) -> object:
    """What the values of a mapping or the items of a sequence are."""
    choices = [one for one in get_args(annotation) if one is not Ellipsis]
    return choices[-1] if choices else None
