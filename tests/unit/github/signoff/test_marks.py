from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gate.github.host import DESCRIPTION_LIMIT, CommitStatus
from gate.github.signoff.identity import Identity
from gate.github.signoff.marks import SHOWN_DIGEST, mark_text, read_mark, read_published, with_result

GATE = Identity(login="github-actions[bot]", context="agent-eval-gate", artifact="agent-eval-gate")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOGINS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}", fullmatch=True)
COMMITS = st.from_regex(r"[0-9a-f]{40}", fullmatch=True)
DIGESTS = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


def status(
    description: str, *, context: str = GATE.context, creator: str = GATE.login, state: str = "failure", after: int = 0
) -> CommitStatus:
    assert state in {"failure", "success", "pending"}
    return CommitStatus(
        context=context,
        state="failure" if state == "failure" else "success" if state == "success" else "pending",
        description=description,
        target_url="",
        creator=creator,
        created=NOON + timedelta(seconds=after),
    )


@given(LOGINS, COMMITS, DIGESTS, st.text(max_size=60))
def test_a_mark_is_read_back_whole_within_the_platforms_length(by: str, sha: str, digest: str, base: str) -> None:
    text = mark_text(by, sha, digest, base)

    mark = read_mark([status(text, context=GATE.sign_off_context, state="success")], GATE, base)

    assert len(text) <= DESCRIPTION_LIMIT
    assert mark is not None
    assert (mark.by, mark.evaluated, mark.result, mark.state, mark.at) == (
        by,
        sha,
        digest[:SHOWN_DIGEST],
        "success",
        NOON,
    )


@given(st.text(max_size=300), DIGESTS)
def test_a_status_always_has_room_for_its_result(text: str, digest: str) -> None:
    described = with_result(text, digest)

    published = read_published([status(described)], GATE)

    assert len(described) <= DESCRIPTION_LIMIT
    assert published is not None
    assert digest.startswith(published.result)


def test_the_newest_settled_word_of_the_gate_counts() -> None:
    old, new = status(with_result("Blocked", "a" * 64)), status(with_result("Blocked", "b" * 64), after=5)
    pending = status("evaluating", state="pending", after=9)

    published = read_published([pending, new, old], GATE)

    assert published is not None
    assert (published.result, published.at) == ("b" * SHOWN_DIGEST, NOON + timedelta(seconds=5))


def test_a_run_that_came_to_nothing_leaves_no_result_to_accept() -> None:
    """An older result of the same commit is not what its status says any more."""
    old, new = status(with_result("Blocked", "a" * 64)), status("no result: the agent did not answer", after=5)

    assert read_published([new, old], GATE) is None


def test_nobody_elses_status_counts() -> None:
    mark = mark_text("wendy", "a" * 40, "b" * 64, "main")
    others = [
        status(mark, context=GATE.sign_off_context, creator="ann"),
        status(mark, context=GATE.context),
        status(mark, context=f"{GATE.sign_off_context}/x"),
        status(f"{mark} and more", context=GATE.sign_off_context),
        status(with_result("Blocked", "b" * 64), creator="github-actions"),
    ]

    assert read_mark(others, GATE, "main") is None
    assert read_published([others[-1]], GATE) is None


def test_a_mark_holds_for_one_base_branch() -> None:
    own = [status(mark_text("wendy", "a" * 40, "b" * 64, "main"), context=GATE.sign_off_context)]

    assert read_mark(own, GATE, "main") is not None
    assert read_mark(own, GATE, "maim") is None
