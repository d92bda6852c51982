from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import AntiPattern
from gate.model.score import Finding
from gate.model.words import Dimension
from gate.scoring.phrases import check_anti_patterns, check_must_include, check_must_not_include
from tests.conversations import a_case, a_transcript, a_turn

TWO_TURNS = a_transcript(a_turn("Your refund is on its way."), a_turn("Anything else?", number=2))


def test_a_phrase_may_stand_in_any_reply() -> None:
    (finding,) = check_must_include(a_case(must_include=("REFUND", "anything else")), TWO_TURNS)
    assert isinstance(finding, Finding)
    assert finding.score == 2


def test_each_phrase_no_reply_contains_is_named() -> None:
    seen = list(check_must_include(a_case(must_include=("30 days", "refund", "label")), TWO_TURNS))
    assert [one.reason for one in seen] == ['no reply contains "30 days"', 'no reply contains "label"']
    assert all(isinstance(one, Finding) and one.score == 0 for one in seen)


def test_the_users_words_do_not_count_as_said() -> None:
    transcript = a_transcript(a_turn("Done.", user="Do I get a refund?"))
    (finding,) = check_must_include(a_case(must_include=("refund",)), transcript)
    assert isinstance(finding, Finding)
    assert finding.score == 0


def test_a_phrase_that_must_not_be_said_is_found_where_it_was() -> None:
    seen = list(check_must_not_include(a_case(must_not_include=("ANYTHING else",)), TWO_TURNS))
    (finding,) = seen
    assert isinstance(finding, Finding)
    assert finding.evidence is not None
    assert (finding.score, finding.evidence.turn) == (0, 2)


def test_an_anti_pattern_caps_its_own_dimension() -> None:
    pattern = AntiPattern(quote="on its way ...", why="nothing was sent", dimension=Dimension.TONE, cap=1)
    case = a_case(dimensions=tuple(Dimension), anti_patterns=(pattern,))
    (finding,) = check_anti_patterns(case, TWO_TURNS)
    assert isinstance(finding, Finding)
    assert (finding.dimension, finding.score) == (Dimension.TONE, 1)
    assert finding.reason.endswith("nothing was sent")


def test_an_anti_pattern_without_a_quote_is_left_to_the_judge() -> None:
    pattern = AntiPattern(quote="", why="argues", dimension=Dimension.TONE)
    assert list(check_anti_patterns(a_case(anti_patterns=(pattern,)), TWO_TURNS)) == []


@given(
    phrases=st.lists(st.sampled_from(["refund", "way", "label", "30 days"]), min_size=1, unique=True),
    more=st.sampled_from(["anything", "nothing of this"]),
)
def test_a_further_phrase_never_raises_the_score(phrases: list[str], more: str) -> None:
    def lowest(wanted: list[str]) -> int:
        seen = check_must_include(a_case(must_include=tuple(wanted)), TWO_TURNS)
        return min(one.score for one in seen if isinstance(one, Finding))

    assert lowest([*phrases, more]) <= lowest(phrases)
