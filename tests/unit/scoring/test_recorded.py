from collections.abc import Iterable, Sequence

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import StoreError
from gate.model.judge import JudgeQuestion, NoVote, Vote, VoteScore
from gate.model.words import Dimension
from gate.scoring.recorded import RecordedJudge, parse_verdicts, print_verdicts

HASH = "0123456789abcdef" * 4
votes = st.builds(
    Vote,
    scores=st.dictionaries(
        st.sampled_from(Dimension),
        st.builds(VoteScore, value=st.integers(0, 2), reason=st.text(), quote=st.text()),
        min_size=1,
    ),
)
verdict_files = st.dictionaries(
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.lists(votes, min_size=1, max_size=3).map(tuple),
    max_size=4,
)


class OneFile:
    """A tree with a single file; counts how often it is read."""

    def __init__(self, path: str, content: str) -> None:
        self.files = {path: content.encode()}
        self.reads = 0

    def paths(self) -> Sequence[str]:
        return list(self.files)

    def object_id(self, path: str) -> str:
        return str(hash(self.files[path]))

    def read(self, path: str) -> bytes:
        self.reads += 1
        return self.files[path]

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.files[path] for path in paths if path in self.files}


def a_question(case: str = "support/late-parcel", key: str = HASH) -> JudgeQuestion:
    return JudgeQuestion(hash=key, case=case, dimensions=(Dimension.TONE,), instructions="", parts=(), turns={})


def a_vote(value: int) -> Vote:
    return Vote(scores={Dimension.TONE: VoteScore(value=value, reason="calm", quote="Hello")})


def ask(judge: RecordedJudge, question: JudgeQuestion, index: int = 0) -> Vote | NoVote:
    return anyio.run(judge.vote, question, index)


def recorded(*given: Vote) -> tuple[RecordedJudge, OneFile]:
    tree = OneFile("verdicts/support/late-parcel.jsonl", print_verdicts({HASH: given}))
    return RecordedJudge(tree, "verdicts/"), tree


@given(verdicts=verdict_files)
def test_what_is_printed_is_read_back(verdicts: dict[str, tuple[Vote, ...]]) -> None:
    text = print_verdicts(verdicts)
    assert parse_verdicts(text.encode(), "v.jsonl") == verdicts
    assert print_verdicts(dict(reversed(verdicts.items()))) == text


def test_each_vote_has_its_own_place() -> None:
    judge, tree = recorded(a_vote(1), a_vote(2))
    assert [ask(judge, a_question(), index) for index in (0, 1)] == [a_vote(1), a_vote(2)]
    assert tree.reads == 1


@pytest.mark.parametrize(
    ("question", "index"),
    [(a_question(), 2), (a_question(key="f" * 64), 0), (a_question(case="support/other"), 0)],
)
def test_what_was_not_recorded_is_no_vote(question: JudgeQuestion, index: int) -> None:
    judge, _ = recorded(a_vote(1), a_vote(2))
    assert ask(judge, question, index) == NoVote(reason="no verdict recorded")


def test_all_unreadable_lines_are_named() -> None:
    good = print_verdicts({HASH: [a_vote(1)]})
    wrong = good.replace('"value": 1', '"value": 3').replace(HASH, "a" * 64)
    content = f"{good}{{cut\n\n{good}{wrong}"
    with pytest.raises(StoreError) as caught:
        parse_verdicts(content.encode(), "verdicts/a/b.jsonl")
    places = [line.split(": ")[0] for line in caught.value.message.splitlines()]
    assert places == ["verdicts/a/b.jsonl:2", "verdicts/a/b.jsonl:4", "verdicts/a/b.jsonl:5"]
    assert "votes.0.tone.value" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "line",
    [
        '{"hash": "xyz", "votes": [{"tone": {"value": 1, "reason": "", "quote": ""}}]}',
        f'{{"hash": "{HASH}", "votes": []}}',
        f'{{"hash": "{HASH}", "votes": [{{"tone": {{"value": "1", "reason": "", "quote": ""}}}}]}}',
        f'{{"hash": "{HASH}", "votes": [{{"warmth": {{"value": 1, "reason": "", "quote": ""}}}}]}}',
        f'{{"hash": "{HASH}", "votes": [], "extra": 1}}',
        "\xff",
    ],
)
def test_lines_of_another_form_are_refused(line: str) -> None:
    with pytest.raises(StoreError, match=r"v\.jsonl:1"):
        parse_verdicts(line.encode("latin-1"), "v.jsonl")


def test_a_damaged_file_is_said_when_it_is_needed() -> None:
    judge = RecordedJudge(OneFile("v/support/late-parcel.jsonl", "{"), "v")
    with pytest.raises(StoreError, match=r"v/support/late-parcel\.jsonl:1"):
        ask(judge, a_question())
