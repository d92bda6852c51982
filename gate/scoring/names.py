"""When two names mean the same topic or the same tool.

The platform adds a record id to the names of promoted topics (key prefix 16j) and actions (179), in front
(`p_16jXXXXXXXXXXXX_Order_Help`) or behind (`Order_Help_16jXXXXXXXXXXXX`). It changes with every republish.
"""

import re

from gate.model.transcript import ToolCall

_ID = r"(?:16j|179)[A-Za-z0-9]{9}(?:[A-Za-z0-9]{3}(?:[A-Za-z0-9]{3})?)?"
_IN_FRONT = re.compile(rf"\A(?:p_)?{_ID}_(?=.)")
_BEHIND = re.compile(rf"(?<=.)_{_ID}\Z")


def clean_name(name: str) -> str:
    """The name without the platform's record id."""
    return _BEHIND.sub("", _IN_FRONT.sub("", name.strip()))


def same_topic(expected: str, actual: str) -> bool:
    """Whether both name one topic; the republish id and upper or lower case do not matter."""
    return bool(actual) and clean_name(expected).casefold() == clean_name(actual).casefold()


def is_call_of(tool: str, call: ToolCall) -> bool:
    """Whether the call is one of `tool`, named by its definition or by the alias a topic gives it."""
    wanted = clean_name(tool)
    return wanted in {clean_name(call.name), clean_name(call.alias)}
