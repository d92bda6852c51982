r"""JSON that others wrote, as values that can be written down again. Pure.

JSON may escape half of a surrogate pair (`"\ud83d"`, an emoji a model broke off in), which no file in UTF-8 can hold:
RFC 8259 section 8.2. Each half becomes U+FFFD, the mark for what could not be read.
"""

import json
import re

from gate.model.case import Json

_HALF = re.compile("[\ud800-\udfff]")
_ESCAPED = "\\ud"


def parse(text: str | bytes, *, strict: bool = True) -> Json:
    """The value of a text; control characters within strings are taken where it is not `strict`.

    Raises ValueError when it is no JSON, or nested too deeply to be read.
    """
    try:
        value: Json = json.loads(text, strict=strict)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    said = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return _whole(value) if _ESCAPED in said.lower() else value


def whole(text: str) -> str:
    """The text without halves of surrogate pairs."""
    return _HALF.sub("\ufffd", text)


def mapping(value: Json) -> dict[str, Json]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text_of(value: Json) -> str:
    """The value where it is text, else none."""
    return value if isinstance(value, str) else ""


def count_of(value: Json) -> int:
    """The value where it is a positive whole number, e.g. of tokens, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _whole(value: Json) -> Json:
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {whole(key): _whole(item) for key, item in value.items()}
    return value
