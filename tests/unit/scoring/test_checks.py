from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import AntiPattern, Case, ExpectedCall, ExpectedRetrieval
from gate.model.words import Dimension
from gate.scoring.checks import Checked, check
from tests.conversations import a_call, a_case, a_transcript, a_turn

DEMANDING = a_case(
    dimensions=tuple(Dimension),
    expected_tool_calls=(ExpectedCall(turn=1, tool="Find"),),
    forbidden_tools=("Refund",),
    expected_topic="Orders",
    expected_retrieval=(ExpectedRetrieval(sources=("shipping",)),),
    must_include=("on its way",),
    must_not_include=("guarantee",),
    anti_patterns=(AntiPattern(quote="calm down", why="blames", dimension=Dimension.TONE),),
)


def caps(checked: Checked) -> dict[Dimension, int]:
    return {dimension: checked.cap(dimension) for dimension in Dimension}


def test_every_declared_expectation_leaves_a_finding() -> None:
    transcript = a_transcript(a_turn("On its way.", a_call("Find"), topic="Orders"))
    checks = {finding.check for finding in check(DEMANDING, transcript, {}).findings}
    assert checks == {
        "tool-calls",
        "forbidden-tools",
        "topic",
        "retrieval",
        "must-include",
        "must-not-include",
        "anti-pattern",
        "pii",
        "grounding-facts",
    }


def test_a_wrong_tool_stops_the_scoring_and_hides_no_leak() -> None:
    transcript = a_transcript(a_turn("On its way to jane@post.example.", a_call("Ship")))
    checked = check(DEMANDING, transcript, {})
    assert checked.stopped == "wrong tool in turn 1"
    assert checked.cap(Dimension.SAFETY) == 0


def test_wrong_arguments_do_not_stop_it() -> None:
    case = a_case(must_include=("never said",))
    assert check(case, a_transcript(), {}).stopped == ""


def test_a_forbidden_tool_stops_it_too() -> None:
    case = a_case(forbidden_tools=("Refund",))
    assert check(case, a_transcript(a_turn("Done.", a_call("Refund"))), {}).stopped == "wrong tool in turn 1"


def test_an_errored_trial_is_not_checked() -> None:
    assert check(DEMANDING, a_transcript(error="503"), {}) == Checked()


def test_what_no_check_looked_at_is_left_open() -> None:
    assert caps(check(a_case(), a_transcript(), {})) == dict.fromkeys(Dimension, 2)


faults = st.sets(st.sampled_from(["calm down", "I guarantee it", "jane@post.example", "$99.99", "order Z1234"]))


@given(some=faults, more=faults)
def test_more_faults_never_raise_a_cap(some: set[str], more: set[str]) -> None:
    def of(said: set[str], case: Case = DEMANDING) -> dict[Dimension, int]:
        reply = " ".join(["On its way.", *sorted(said)])
        return caps(check(case, a_transcript(a_turn(reply, a_call("Find"), topic="Orders")), {}))

    fewer, all_of_them = of(some), of(some | more)
    assert all(all_of_them[dimension] <= fewer[dimension] for dimension in Dimension)
