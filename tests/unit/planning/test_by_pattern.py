"""Agents that are not Salesforce: paths to topics and actions, and prompt files with frontmatter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.plan import Plan
from gate.planning.prompt_file import changed_part
from tests.plans import agent_config, chosen, config, effect_of, plan_case, plan_of, reasons_of, side

SETTINGS = config(
    agents={
        "shop": agent_config(
            topics={"Returns": ["shop/returns/**"], "Orders": ["shop/orders/**", "shop/shared.md"]},
            actions={"Look Up": ["tools/look_up.py"], "Unused": ["tools/unused.py"]},
        )
    }
)
SUITE = (
    plan_case("returns", topic="returns"),
    plan_case("orders", topic="Orders", tools=("look_up",)),
    plan_case("orders-other", topic="Orders"),
    plan_case("crossing", topic=""),
    plan_case("odd", topic="No such topic"),
    plan_case("forbids", topic="Returns", forbidden_tools=("LookUp",)),
)
FILES = {
    "shop/system.md": "You help.",
    "shop/returns/prompt.md": "---\ndescription: returns\nowner: ada\n---\nBe kind.\n",
    "shop/orders/prompt.md": "Be quick.",
    "shop/shared.md": "Shared.",
    "tools/look_up.py": "def look_up(): ...",
    "tools/unused.py": "def unused(): ...",
}


def _after(files: dict[str, str | None]) -> Plan:
    head = {path: text for path, text in {**FILES, **files}.items() if text is not None}
    return plan_of(side(FILES, SUITE), side(head, SUITE), settings=SETTINGS)


def test_a_file_of_a_topic_affects_its_cases_and_those_of_no_known_topic() -> None:
    plan = _after({"shop/returns/prompt.md": FILES["shop/returns/prompt.md"] + "Be brief.\n"})
    assert chosen(plan) == ["crossing", "forbids", "odd", "returns"]
    assert reasons_of(plan, "returns") == (("shop/returns/prompt.md", "topic Returns"),)
    assert reasons_of(plan, "crossing") == (("shop/returns/prompt.md", "topic Returns", "case of no topic"),)
    assert reasons_of(plan, "odd")[0][-1] == "case of topic No such topic, which the agent does not have"
    assert plan.agents[0].topics == ("Returns",)


def test_frontmatter_that_steers_is_routing_and_affects_every_case() -> None:
    plan = _after({"shop/returns/prompt.md": FILES["shop/returns/prompt.md"].replace("returns", "all questions")})
    assert len(chosen(plan)) == len(SUITE)
    assert reasons_of(plan, "orders-other") == (
        ("shop/returns/prompt.md", "topic Returns (frontmatter)", "routing of agent shop"),
    )


def test_record_keeping_and_whitespace_affect_nothing() -> None:
    text = "---\r\ndescription: returns\r\nowner: grace\r\nupdated: 2026-03-01\r\n---\r\nBe kind.  \r\n\r\n"
    plan = _after({"shop/returns/prompt.md": text})
    assert chosen(plan) == []
    assert effect_of(plan, "shop/returns/prompt.md") == "only record-keeping or whitespace changed: affects nothing"


def test_a_file_that_no_pattern_claims_is_the_whole_agent() -> None:
    assert len(chosen(_after({"shop/system.md": "You help a lot."}))) == len(SUITE)


@pytest.mark.parametrize("text", [None, "---\ndescription: new\n---\nx"])
def test_a_topic_that_comes_or_goes_is_routing(text: str | None) -> None:
    files = dict(FILES)
    del files["shop/returns/prompt.md"]
    base, head = side(FILES, SUITE), side(files, SUITE)
    plan = plan_of(*((base, head) if text is None else (head, base)), settings=SETTINGS)
    assert len(chosen(plan)) == len(SUITE)
    assert "topic Returns (topic came or went)" in reasons_of(plan, "orders")[0]


def test_one_more_file_of_a_topic_affects_the_topic() -> None:
    plan = _after({"shop/orders/more.md": "More."})
    assert chosen(plan) == ["crossing", "odd", "orders", "orders-other"]


def test_an_action_affects_the_cases_that_name_it_and_the_topics_they_are_of() -> None:
    plan = _after({"tools/look_up.py": "def look_up(): return 1"})
    assert chosen(plan) == ["crossing", "forbids", "odd", "orders", "orders-other", "returns"]
    assert reasons_of(plan, "orders-other") == (("tools/look_up.py", "action Look Up", "topic Orders"),)
    assert ("tools/look_up.py", "action Look Up") in reasons_of(plan, "orders")
    assert plan.agents[0].actions == ("Look Up",)


def test_an_action_that_no_case_names_is_the_whole_agent() -> None:
    plan = _after({"tools/unused.py": "def unused(): return 1"})
    assert len(chosen(plan)) == len(SUITE)
    assert "which no case of a topic names" in reasons_of(plan, "returns")[0][1]


def test_a_pattern_outside_of_the_source_is_part_of_the_definition() -> None:
    plan = _after({"tools/look_up.py": "changed"})
    assert plan.agents[0].base_fingerprint != plan.agents[0].head_fingerprint
    assert next(change.kind for change in plan.changes) == "agent"


prompts = st.text(alphabet="ab:- \n\t'\"{}#", max_size=60).map(str.encode)


@given(content=prompts)
def test_a_prompt_does_not_differ_from_itself_or_its_windows_copy(content: bytes) -> None:
    assert changed_part(content, content) == "nothing"
    assert changed_part(content, content.replace(b"\n", b"\r\n")) == "nothing"


@given(content=prompts, word=st.sampled_from(["new", "words"]))
def test_added_words_are_never_nothing(content: bytes, word: str) -> None:
    assert changed_part(content, content + b"\n" + word.encode()) != "nothing"


@pytest.mark.parametrize(
    ("base", "head", "part"),
    [
        (b"---\nmodel: a\n---\nx", b"---\nmodel: b\n---\nx", "frontmatter"),
        (b"---\nmodel: a\n---\nx", b"---\nmodel: a\n---\ny", "text"),
        (b"---\nmodel: a\n---\nx", b"x", "frontmatter"),
        (b"---\nowner: a\n---\nx", b"---\nOwner: b\n---\nx", "nothing"),
        (b"---\nbroken: [\n---\nx", b"---\nbroken: [\n---\ny", "text"),
        (b"\xff\xfe", b"\xff\xfd", "text"),
        (b"---\n- list\n---\nx", b"---\n- other\n---\nx", "text"),
    ],
)
def test_which_part_changed(base: bytes, head: bytes, part: str) -> None:
    assert changed_part(base, head) == part
