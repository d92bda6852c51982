import json
import re

from hypothesis import given
from hypothesis import strategies as st

from gate.model.agent_map import AgentMap, MappedAction, MappedAgent, MappedTopic, Unresolved
from gate.salesforce.drawing import map_json, mermaid, tree_text
from gate.salesforce.reading import read_map
from tests.projects import project

HARBOR = read_map(project("harbor"))


def test_the_tree_shows_topics_with_actions_targets_and_moves() -> None:
    lines = tree_text(HARBOR, "Harbor_Care").splitlines()
    assert lines[0].startswith("Harbor_Care (Agent Script) apps/orders/main/10_care/")
    assert "├─ topic Front_Desk (start)" in lines
    assert "│  ├─ action Find_Parcel as look_up → apex://ParcelLookup" in lines
    assert "│  └─ delegation ask_customs → topic Customs" in lines
    assert "│  └─ Explain_Delay" in lines


def test_the_tree_ends_with_what_is_unresolved() -> None:
    path = "apps/shared/main/aiAuthoringBundles/Harbor_Staff/Harbor_Staff.agent"
    assert tree_text(HARBOR, "Harbor_Staff").splitlines()[-1] == (
        f"   └─ {path}:20 @subagent.Nowhere: there is no topic of this name"
    )


def test_a_classic_target_is_shown_with_its_type() -> None:
    text = tree_text(read_map(project("lantern")))
    assert "action Get_Weather → apex://WeatherReader" in text
    assert text.startswith("Lantern (classic) ")


def test_one_agent_may_be_named() -> None:
    assert "Harbor_Care" not in tree_text(HARBOR, "Harbor_Staff")
    assert "Harbor_Care" not in mermaid(HARBOR, "Harbor_Staff")
    assert [item["name"] for item in json.loads(map_json(HARBOR, "Harbor_Staff"))["agents"]] == ["Harbor_Staff"]


def test_the_data_has_the_published_shape() -> None:
    (care, staff) = json.loads(map_json(HARBOR))["agents"]
    assert (care["name"], care["kind"]) == ("Harbor_Care", "agent-script")
    tracking = care["topics"][1]
    assert tracking["name"] == "Tracking"
    first = tracking["actions"][0]
    assert {key: first[key] for key in ("name", "alias", "target", "target_type")} == {
        "name": "Find_Parcel",
        "alias": "look_up",
        "target": "apex://ParcelLookup",
        "target_type": "apex",
    }
    assert care["topics"][2]["actions"][1]["alias"] is None
    assert staff["unresolved"][0] == {
        "file": "apps/shared/main/aiAuthoringBundles/Harbor_Staff/Harbor_Staff.agent",
        "line": 9,
        "what": "target flow://Find_Ship of action Find_Ship is not in the project",
    }


def test_the_diagram_draws_topics_actions_targets_and_moves() -> None:
    text = mermaid(HARBOR, "Harbor_Care")
    assert text.startswith("flowchart LR\n")
    for line in (
        '  a1["Harbor_Care"]',
        '  a1t1("Front_Desk")',
        "  a1 --> a1t1",
        "  a1t1 -. transition .-> a1t2",
        '  a1t2 --> a1t2x1{{"Find_Parcel as look_up"}}',
        '  a1t2x1 --> a1z1[/"apex://ParcelLookup"/]',
    ):
        assert line in text.splitlines()


def made(text: str) -> AgentMap:
    action = MappedAction(name=text, alias=text, target=text, target_type="flow")
    topic = MappedTopic(name=text, actions=(action,))
    lost = Unresolved(path=text, line=1, what=text)
    return AgentMap(
        agents=(MappedAgent(name=text, kind="classic", source=text, topics=(topic,), unresolved=(lost,)),),
        unresolved=(lost,),
    )


@given(
    st.text(min_size=1, max_size=40)
    | st.sampled_from(['"]\nclick a1 "javascript:alert(1)"', "<img src=x>", "%%{init}%%", "`md`"])
)
def test_no_name_breaks_out_of_its_box(text: str) -> None:
    lines = mermaid(made(text)).splitlines()
    assert len(lines) == len(mermaid(made("plain")).splitlines())
    labels = re.findall(r'"([^"]*)"', "\n".join(lines))
    assert len(labels) == 4
    assert all(re.fullmatch(r"[\w .:/\-#;]*", label) for label in labels)


@given(st.text(max_size=40) | st.sampled_from(["\x1b[31mred", "a\nb", "\u202eabc", "\x9b1m"]))
def test_no_name_steers_a_terminal(text: str) -> None:
    lines = tree_text(made(text)).split("\n")
    assert len(lines) == len(tree_text(made("plain")).split("\n"))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", "".join(lines))


@given(st.text(max_size=40))
def test_the_data_says_every_name_as_it_is(text: str) -> None:
    (found,) = json.loads(map_json(made(text)))["agents"]
    assert found["topics"][0]["actions"][0]["name"] == text
