"""One request to a service and its answer, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from gate.errors import CouldNotTellError, UsageError
from gate.model.case import Json
from gate.network.json_text import parse
from gate.network.patience import asked_wait

EXCERPT = 300
"""Characters of a refusal that are shown."""
_NOT_LET_IN = frozenset({401, 403})
_MAY_PASS = frozenset({408, 423, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is asked. `path` is put behind the service's address; a whole address stands for itself.

    `repeatable`: asking twice does no more than asking once, so it may be asked again when nobody knows whether the
    first one arrived. `seconds`: longest wait for the answer, 0 = as the service says. `body` is sent as JSON, `form`
    as a form. An answer that holds one of the `last_words` is what the service has to say, even with a status that
    means that it broke down: some refuse a request that way.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    body: Json = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    seconds: float = 0.0
    last_words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Header names are in lower case; `service` is who answered, in words."""

    service: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether the service did what it was asked."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Json:
        """The body's value. Raises `CouldNotTellError` when it is no JSON: a proxy or a broken service spoke."""
        try:
            return parse(self.body)
        except ValueError as error:
            raise CouldNotTellError(
                f"{self.service} answered {self.status} with something that is no JSON: {self.excerpt()}",
                "see whether the address is right and whether a proxy stands in between",
            ) from error

    def excerpt(self) -> str:
        """The beginning of the body on one line."""
        words = " ".join(self.text.split())
        return words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"

    def expected(self, what: str, let_in: str) -> Json:
        """The value of a good answer.

        `what` says in words what was asked, `let_in` what to do about a 401 or 403. Raises `UsageError` for those and
        for another refusal that will be repeated, `CouldNotTellError` for what may pass.
        """
        if self.good:
            return self.json()
        message = f"{self.service} would not {what}: HTTP {self.status}: {self.excerpt() or 'no word of explanation'}"
        if self.status in _NOT_LET_IN:
            raise UsageError(message, let_in)
        if self.status >= 500 or self.status in _MAY_PASS:
            after = asked_wait(self.headers, datetime.now(UTC)) or 0.0
            raise CouldNotTellError(message, "run again later", after=after)
        raise UsageError(
            message, "see what it says; the configuration or the definition asks for what it does not take"
        )
