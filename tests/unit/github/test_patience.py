"""When to ask again, and what error it is when not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import (
    ExitCode,
    GateError,
    HostError,
    NotFoundError,
    NotPermittedError,
    RateLimitedError,
    UnreachableError,
)
from gate.github.patience import LONGEST_WAIT_SECONDS, Purpose, Refusal, asked_wait, error_of, is_worth_again

NOW = 1_800_000_000.0
PURPOSE = Purpose(what="set the commit status", permission="statuses: write")


def refusal(status: int, message: str = "no", **headers: str) -> Refusal:
    return Refusal(
        status=status, message=message, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@pytest.mark.parametrize(
    ("one", "seconds"),
    [
        (refusal(429, retry_after="30"), 30.0),
        (refusal(503, retry_after="5"), 5.0),
        (refusal(403, "You have exceeded a secondary rate limit"), 60.0),
        (refusal(429), 60.0),
        (refusal(403, x_ratelimit_remaining="0", x_ratelimit_reset="1800000010"), 11.0),
        (refusal(403, x_ratelimit_remaining="0", x_ratelimit_reset="1"), 1.0),
        (refusal(403, "Resource not accessible by integration"), None),
        (refusal(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), 60.0),
        (refusal(429, retry_after="9" * 400), 60.0),
        (refusal(502), None),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(one: Refusal, seconds: float | None) -> None:
    assert asked_wait(one, NOW) == seconds


@pytest.mark.parametrize("status", [0, 500, 502, 503, 504])
def test_an_outage_is_worth_another_try_only_when_twice_is_no_worse_than_once(status: int) -> None:
    assert is_worth_again(refusal(status), NOW, repeatable=True)
    assert not is_worth_again(refusal(status), NOW, repeatable=False)


def test_a_limit_is_always_worth_another_try_because_nothing_was_done() -> None:
    assert is_worth_again(refusal(429), NOW, repeatable=False)


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_wait_that_is_too_long_is_not_worth_it(repeatable: bool) -> None:
    long = refusal(429, retry_after=str(int(LONGEST_WAIT_SECONDS) + 1))

    assert not is_worth_again(long, NOW, repeatable=repeatable)
    assert isinstance(error_of(long, PURPOSE, NOW), RateLimitedError)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_refusal_for_a_reason_is_not_asked_again(status: int) -> None:
    assert not is_worth_again(refusal(status), NOW, repeatable=True)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (401, NotPermittedError, ExitCode.CONFIGURATION),
        (403, NotPermittedError, ExitCode.CONFIGURATION),
        (404, NotFoundError, ExitCode.CONFIGURATION),
        (422, HostError, ExitCode.CONFIGURATION),
        (429, RateLimitedError, ExitCode.COULD_NOT_TELL),
        (500, UnreachableError, ExitCode.COULD_NOT_TELL),
        (0, UnreachableError, ExitCode.COULD_NOT_TELL),
    ],
)
def test_every_refusal_has_its_error(status: int, error: type[GateError], code: ExitCode) -> None:
    made = error_of(refusal(status), PURPOSE, NOW)

    assert type(made) is error
    assert made.exit_code == code
    assert "set the commit status" in made.message or status == 401


def test_a_missing_right_is_named() -> None:
    assert "`statuses: write`" in error_of(refusal(403), PURPOSE, NOW).hint


@given(
    st.integers(0, 599),
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-reset", "x-ratelimit-remaining"]), st.text(max_size=12)
    ),
)
def test_whatever_comes_back_becomes_a_decision_and_an_error(
    status: int, message: str, headers: dict[str, str]
) -> None:
    one = Refusal(status=status, message=message, headers=headers)

    wait = asked_wait(one, NOW)
    assert wait is None or wait >= 0
    assert isinstance(is_worth_again(one, NOW, repeatable=True), bool)
    assert isinstance(error_of(one, PURPOSE, NOW), GateError)
