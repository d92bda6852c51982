from gate.model.case import ExpectedRetrieval
from gate.model.score import Finding, Unscored
from gate.model.transcript import Captured, Passage
from gate.model.words import Dimension
from gate.scoring.routing import check_retrieval, check_topic
from tests.conversations import a_case, a_transcript, a_turn


def test_the_expected_topic_may_take_over_in_any_turn() -> None:
    transcript = a_transcript(a_turn(topic="Welcome"), a_turn(number=2, topic="p_16jWs000000abcd_Returns"))
    (finding,) = check_topic(a_case(expected_topic="Returns"), transcript)
    assert isinstance(finding, Finding)
    assert finding.score == 2


def test_a_topic_never_reached_fails_and_the_route_is_shown() -> None:
    transcript = a_transcript(a_turn(topic="Welcome"), a_turn(number=2, topic="FAQ"))
    (finding,) = check_topic(a_case(expected_topic="Returns"), transcript)
    assert isinstance(finding, Finding)
    assert (finding.score, finding.dimension) == (0, Dimension.CORRECTNESS)
    assert finding.reason == "no turn was handled by topic `Returns`; handled by `Welcome` → `FAQ`"


def test_what_was_not_captured_is_unscored() -> None:
    case = a_case(expected_topic="Returns", expected_retrieval=(ExpectedRetrieval(sources=("a",)),))
    transcript = a_transcript(captured=Captured(topic=False, retrieval=False))
    seen = [*check_topic(case, transcript), *check_retrieval(case, transcript)]
    assert [type(one) for one in seen] == [Unscored, Unscored]


def scores_with(*retrieved: str, expected: ExpectedRetrieval) -> list[int]:
    passages = tuple(Passage(source=source, text="…") for source in retrieved)
    case = a_case(dimensions=(Dimension.GROUNDING,), expected_retrieval=(expected,))
    transcript = a_transcript(a_turn(), a_turn(number=2, retrieved=passages))
    return [one.score for one in check_retrieval(case, transcript) if isinstance(one, Finding)]


def test_sources_are_compared_without_case() -> None:
    assert scores_with("returns policy", expected=ExpectedRetrieval(sources=("Returns Policy",))) == [2]


def test_some_sources_are_better_than_none() -> None:
    wanted = ExpectedRetrieval(sources=("a", "b"))
    assert scores_with("b", expected=wanted) == [1]
    assert scores_with("c", expected=wanted) == [0]


def test_a_source_counts_in_its_own_turn() -> None:
    assert scores_with("a", expected=ExpectedRetrieval(sources=("a",), turn=1)) == [0]
    assert scores_with("a", expected=ExpectedRetrieval(sources=("a",), turn=2)) == [2]
