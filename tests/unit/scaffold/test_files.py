"""What a set-up consists of: every draft lints clean, and every topic and action is thought of."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config import FILE_NAME, Config, parse_config
from gate.fixtures.lint import lint
from gate.fixtures.manifest import parse_manifest
from gate.fixtures.suite import Suite
from gate.model.agent_map import MappedAction, MappedTopic, Route
from gate.model.case import AnyValue, Case
from gate.model.words import Intent, Severity, Status
from gate.planning.outline import Outline
from gate.scaffold.files import TEST_DATA, config_text, scaffold
from gate.scaffold.naming import kebab, words
from tests.trees import DictTree

DAY = "2026-11-22"
HELPER = Outline(
    name="Order_Care",
    source=("force-app",),
    topics=(
        MappedTopic(name="Front_Desk", start=True, routes=(Route(alias="go", kind="transition", to="Orders"),)),
        MappedTopic(
            name="Orders",
            actions=(
                MappedAction(name="Find_Order", alias="find", inputs=("number", "email")),
                MappedAction(name="Find_Order", alias="find_again", inputs=("number", "email")),
                MappedAction(name="Cancel_Order"),
            ),
        ),
        MappedTopic(name="Trouble", routes=(Route(alias="person", kind="escalation"),)),
    ),
)


def files(
    *outlines: Outline, existing: tuple[Case, ...] = (), test_data: str | None = None, config: Config | None = None
) -> dict[str, str]:
    return scaffold(
        outlines,
        config or parse_config(config_text(outlines, ())),
        cases=existing,
        manifest=None if test_data is None else parse_manifest(test_data, "fixtures/test-data.yml"),
        workflows={"gate.yml": "name: gate\n"},
        paths=(),
        day=DAY,
    )


def linted(written: dict[str, str], *agents: str) -> Suite:
    return lint(DictTree(written), ["fixtures"], agents=agents, test_data="fixtures/test-data.yml")


def test_a_set_up_holds_all_it_takes() -> None:
    """Configuration, workflow, test data, fixtures, and the folders that results go to."""
    written = files(HELPER)

    others = {path for path in written if not path.endswith(".md")}
    assert others == {
        FILE_NAME,
        ".github/workflows/gate.yml",
        "fixtures/test-data.yml",
        "baselines/.gitkeep",
        "runs/.gitignore",
    }
    assert "fixtures/Order_Care/orders/orders-happy-path.md" in written


def test_drafts_lint_clean_and_cannot_block() -> None:
    """No error, no warning; every draft is exploratory, dated, and carries an intent."""
    suite = linted(files(HELPER), "Order_Care")

    assert suite.problems == ()
    assert {(case.status, case.created) for case in suite.cases} == {(Status.EXPLORATORY, DAY)}
    assert all(case.intent for case in suite.cases)


def test_each_topic_gets_a_happy_path_and_one_beside_it() -> None:
    """An escalation where the topic can hand over, else a refusal; a failure where there are actions."""
    cases = linted(files(HELPER), "Order_Care").cases
    found = {topic.name: {case.intent for case in cases if case.topic == topic.name} for topic in HELPER.topics}

    assert found == {
        "Front_Desk": {Intent.HAPPY, Intent.REFUSAL, Intent.AMBIGUITY},
        "Orders": {Intent.HAPPY, Intent.REFUSAL, Intent.TOOL_FAILURE},
        "Trouble": {Intent.HAPPY, Intent.ESCALATION},
    }
    assert {case.intent for case in cases if not case.topic} == {Intent.INJECTION, Intent.SAFETY}
    assert all(
        sum(case.severity is Severity.P0 for case in cases if case.topic == topic.name) >= 2 for topic in HELPER.topics
    )


def test_the_happy_path_expects_each_action_once_with_any_arguments() -> None:
    """Two aliases of a definition are one action; its inputs may be anything but empty."""
    [case] = [one for one in linted(files(HELPER), "Order_Care").cases if one.id == "orders-happy-path"]

    assert [(call.tool, dict(call.args)) for call in case.expected_tool_calls or ()] == [
        ("Find_Order", {"number": AnyValue(), "email": AnyValue()}),
        ("Cancel_Order", {}),
    ]


def test_a_draft_says_what_is_left_to_its_author() -> None:
    """In a comment that no reader of the fixture takes for content."""
    text = files(HELPER)["fixtures/Order_Care/orders/orders-refusal.md"]

    assert "What is left to you" in text
    assert "forbidden_tools" in text
    assert "status: exploratory" in text


def test_topics_that_have_a_case_get_no_draft() -> None:
    """Nor does the agent as a whole: its suite has begun."""
    suite = linted(files(HELPER), "Order_Care")
    orders = tuple(replace(case, topic="orders") for case in suite.cases if case.topic == "Orders")

    again = files(HELPER, existing=orders)

    assert sorted({path.split("/")[2] for path in again if path.endswith(".md")}) == ["front-desk", "trouble"]
    assert "unclear-request" not in " ".join(again)


@pytest.mark.parametrize("test_data", ["someone:\n  name: Ada\n", "", TEST_DATA])
def test_drafts_resolve_from_the_test_data_that_exists(test_data: str) -> None:
    """Where it lacks the people that drafts speak of, the drafts name them outright."""
    written = files(HELPER, test_data=test_data)

    assert linted({**written, "fixtures/test-data.yml": test_data}, "Order_Care").problems == ()


def test_an_agent_whose_topics_are_unknown_still_gets_drafts() -> None:
    """Its actions are expected, whatever topic they belong to."""
    written = files(Outline(name="helper", source=(".",), actions=(MappedAction(name="Find"),)))
    suite = linted(written, "helper")

    assert suite.problems == ()
    assert any(call.tool == "Find" for case in suite.cases for call in case.expected_tool_calls or ())


def test_patterns_of_prompt_files_go_into_the_configuration() -> None:
    """With them a change of one prompt affects one topic."""
    outline = Outline(
        name="shop",
        source=("prompts",),
        topic_patterns={"returns": ("prompts/returns.md",)},
        action_patterns={"find": ("tools/find.py",)},
    )

    config = parse_config(config_text([outline], ()))

    assert config.agents["shop"].topics == {"returns": ("prompts/returns.md",)}
    assert config.agents["shop"].actions == {"find": ("tools/find.py",)}


def test_drafts_of_prompt_files_expect_no_topic() -> None:
    """A chat endpoint does not say which prompt it was in, so the expectation could never be met."""
    outline = replace(HELPER, topic_patterns={"Orders": ("prompts/orders.md",)})

    assert [case.id for case in linted(files(outline), "Order_Care").cases if case.expected_topic] == []
    assert [case.id for case in linted(files(HELPER), "Order_Care").cases if case.expected_topic] != []


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(NAMES, unique=True, max_size=5), st.lists(NAMES, unique=True, max_size=4))
def test_drafts_of_any_names_lint_clean(topics: list[str], actions: list[str]) -> None:
    """Whatever metadata calls its topics and actions, ids stay distinct and no name breaks out of its place."""
    safe = [name for name in (*topics, *actions) if "{{" not in name]
    outline = Outline(
        name="helper",
        source=("force-app",),
        topics=tuple(
            MappedTopic(
                name=name, actions=tuple(MappedAction(name=one, inputs=(one,)) for one in actions if one in safe)
            )
            for name in topics
            if name in safe
        ),
    )

    suite = linted(files(outline), "helper")

    assert suite.problems == ()
    assert {case.topic for case in suite.cases} >= {topic.name for topic in outline.topics}


@pytest.mark.parametrize("name", ["Order_Status", "OrderStatus", "order-status", "Order  Status"])
def test_names_become_words_and_ids(name: str) -> None:
    """However they are spelled."""
    assert words(name) == "order status"
    assert kebab(name) == "order-status"


def test_names_without_a_latin_letter_become_no_id() -> None:
    """The caller then names the thing otherwise."""
    assert kebab("注文") == ""
    assert words("HTTPRequest2") == "http request2"
