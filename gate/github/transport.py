"""Requests to GitHub's REST API: asked patiently, page by page, refused with the gate's own errors.

The one module that knows PyGithub, which is imported late: it costs 140 ms. PyGithub carries the requests
(authentication, addresses, pacing); what comes back is read by the gate's own models, because PyGithub's objects fetch
again what a payload lacks and do not tell which fields may be null.
"""

import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlsplit

from github import Auth, Github, GithubException
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from gate.errors import HostError
from gate.github.patience import ATTEMPTS, Purpose, Refusal, asked_wait, error_of, is_worth_again
from gate.model.case import Json
from gate.reports.escape import clip, one_line

TIMEOUT_SECONDS = 20
PAGE = 100
LARGEST_DOWNLOAD = 256 * 1024 * 1024
"""Bytes of an artifact that are downloaded."""
_MEDIA_TYPE = "application/vnd.github+json"
_VERSION = "2022-11-28"
_BACKOFF = wait_random_exponential(multiplier=1, max=30)

Headers = Mapping[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How requests follow one another; GitHub asks for a second between writes. `now` counts seconds since 1970."""

    between_requests: float = 0.05
    between_writes: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time


class _RefusedError(Exception):
    """A request that was not carried out, on its way to being asked again or told to the user."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Transport:
    """Requests below one repository (`owner/name`), with the rights of one token. Paths begin with a slash."""

    def __init__(self, repository: str, token: str, api_url: str, pace: Pace) -> None:
        self._pace = pace
        self._top = "/repos/" + "/".join(quote(part, safe="") for part in repository.split("/"))
        self._requester = Github(
            auth=Auth.Token(token),
            base_url=api_url.rstrip("/"),
            timeout=TIMEOUT_SECONDS,
            retry=None,
            seconds_between_requests=pace.between_requests,
            seconds_between_writes=pace.between_writes,
            user_agent="agent-eval-gate",
            api_version=_VERSION,
        ).requester

    def ask(
        self,
        verb: str,
        path: str,
        purpose: Purpose,
        body: Json = None,
        *,
        parameters: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> tuple[Headers, object]:
        """An answer's headers, names in lower case, and its value.

        `repeatable`: doing it twice is no worse than once, so it is asked again after an outage too. Raises what
        `patience.error_of` says when it is given up.
        """
        try:
            return self._patiently(partial(self._once, verb, path, body, parameters), repeatable=repeatable)
        except _RefusedError as error:
            raise error_of(error.refusal, purpose, self._pace.now()) from error

    def pages(
        self, path: str, purpose: Purpose, parameters: Mapping[str, str] | None = None, *, most: int
    ) -> Iterator[object]:
        """The pages of a listing, at most `most` of them."""
        for number in range(1, most + 1):
            asked = {**(parameters or {}), "per_page": str(PAGE), "page": str(number)}
            headers, answer = self.ask("GET", path, purpose, parameters=asked)
            yield answer
            if 'rel="next"' not in headers.get("link", ""):
                return

    def download(self, path: str, purpose: Purpose) -> bytes:
        """What a download address redirects to. The token is not sent there: it is another host's signed address."""
        try:
            return self._patiently(partial(self._fetch, path), repeatable=True)
        except _RefusedError as error:
            raise error_of(error.refusal, purpose, self._pace.now()) from error

    def _patiently(self, once: Callable[[], Value], *, repeatable: bool) -> Value:
        def worth(error: BaseException) -> bool:
            if not isinstance(error, _RefusedError):
                return False
            return is_worth_again(error.refusal, self._pace.now(), repeatable=repeatable)

        return Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            retry=retry_if_exception(worth),
            wait=self._wait,
            sleep=self._pace.sleep,
            reraise=True,
        )(once)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = asked_wait(error.refusal, self._pace.now()) if isinstance(error, _RefusedError) else None
        return asked if asked is not None else _BACKOFF(state)

    def _once(self, verb: str, path: str, body: Json, parameters: Mapping[str, str] | None) -> tuple[Headers, object]:
        try:
            return self._requester.requestJsonAndCheck(
                verb, self._top + path, dict(parameters or {}), {"Accept": _MEDIA_TYPE}, input=body
            )
        except GithubException as error:
            raise _RefusedError(_refusal(error)) from error
        except OSError as error:
            raise _RefusedError(Refusal(status=0, message=type(error).__name__)) from error
        except ValueError as error:
            raise _RefusedError(Refusal(status=0, message="the answer is not JSON")) from error

    def _fetch(self, path: str) -> bytes:
        try:
            status, headers, text = self._requester.requestJson("GET", self._top + path)
            address = str(headers.get("location", ""))
            if urlsplit(address).scheme not in {"https", self._requester.scheme}:
                message = text if status >= 400 else "it gave no address to download from"
                raise _RefusedError(Refusal(status=status, message=_short(message), headers=headers))
            with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked above
                content: bytes = answer.read(LARGEST_DOWNLOAD + 1)
        except OSError as error:
            raise _RefusedError(Refusal(status=0, message=type(error).__name__)) from error
        if len(content) > LARGEST_DOWNLOAD:
            raise HostError(f"an artifact is larger than {LARGEST_DOWNLOAD} bytes", "keep fewer files in it")
        return content


def _refusal(error: GithubException) -> Refusal:
    message = error.data.get("message") if isinstance(error.data, dict) else None
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    return Refusal(status=error.status, message=_short(str(message or "")), headers=headers)


def _short(text: str) -> str:
    return clip(one_line(text), 300)
