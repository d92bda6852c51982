"""Corners of classic agents: missing, broken, repeated and compiled parts."""

import base64
import json

import pytest

from gate.model.agent_map import MappedAgent
from gate.salesforce.reading import read_map
from tests.projects import difference, edited, path_of, project, reach, with_file, without
from tests.trees import DictTree

LANTERN = project("lantern")
PLANNER = "Lantern_v2.genAiPlannerBundle"
GRAPH = "force-app/main/default/genAiPlannerBundles/Lantern_v2/agentGraph/Lantern_v2_graph.json"


def lantern(tree: DictTree) -> MappedAgent:
    (found,) = [item for item in read_map(tree).agents if item.name == "Lantern"]
    return found


def test_an_agent_without_its_planner_is_told() -> None:
    found = lantern(without(LANTERN, ".genAiPlannerBundle"))
    assert found.topics == ()
    assert [item.what for item in found.unresolved] == [
        "no planner of agent Lantern is in the project: its topics are not known"
    ]


@pytest.mark.parametrize(
    "ending",
    ["Lantern.bot-meta.xml", "v2.botVersion-meta.xml", "Weather.genAiPlugin-meta.xml", "Read_Bill.flow-meta.xml"],
)
def test_a_broken_file_widens_to_the_agent(ending: str) -> None:
    path = path_of(LANTERN, ending)
    head = with_file(LANTERN, path, LANTERN.files[path] + b"<")
    assert path in {item.path for item in lantern(head).unresolved}
    assert reach(difference(LANTERN, head).agent("Lantern"))[0] == "agent"


def test_a_topic_given_to_an_agent_or_taken_away_changes_its_routing() -> None:
    head = edited(LANTERN, PLANNER, "<genAiPlugins><genAiPluginName>Weather</genAiPluginName></genAiPlugins>", "")
    diff = difference(LANTERN, head).agent("Lantern")
    assert reach(diff)[0] == "routing"
    assert "Weather" in reach(diff)[1]


def test_an_action_given_to_a_topic_changes_that_topic() -> None:
    link = "<genAiFunctions><functionName>SvcCopilotTmpl__GetCase</functionName></genAiFunctions>"
    head = edited(LANTERN, "Weather.genAiPlugin-meta.xml", "<masterLabel>", link + "<masterLabel>")
    assert reach(difference(LANTERN, head).agent("Lantern")) == ("part", ("Weather",), ("SvcCopilotTmpl__GetCase",))
    assert lantern(head).unresolved == ()


def test_a_missing_library_action_is_told() -> None:
    head = edited(LANTERN, "Weather.genAiPlugin-meta.xml", ">Get_Weather<", ">Get_Wind<")
    assert [(item.line, item.what) for item in lantern(head).unresolved] == [
        (5, "action Get_Wind is not in the project")
    ]


def test_an_action_written_into_the_planner_needs_no_target_when_it_copies_a_standard_one() -> None:
    old = (
        "<invocationTarget>Read_Bill</invocationTarget>\n            <invocationTargetType>flow</invocationTargetType>"
    )
    assert lantern(edited(LANTERN, PLANNER, old, "<source>SvcCopilotTmpl__Bill</source>")).unresolved == ()
    assert [item.what for item in lantern(edited(LANTERN, PLANNER, old, "")).unresolved] == ["has no target"]


def test_a_surface_that_the_planner_names_counts_for_the_agent() -> None:
    base = edited(LANTERN, PLANNER, "<plannerType>", "<surface>Web_Chat</surface><plannerType>")
    path = "force-app/main/default/aiSurfaces/Web_Chat.aiSurface-meta.xml"
    base = with_file(base, path, "<AiSurface><text>short</text></AiSurface>")
    assert reach(difference(base, edited(base, path, "short", "long")).agent("Lantern")) == ("agent", (), ())


def graph(**topic: object) -> bytes:
    nodes = [{"developerName": "Home", "tools": []}, {"developerName": "Ships", "description": "Ships", **topic}]
    return base64.b64encode(json.dumps({"agentVersion": {"initialNode": "Home", "nodes": nodes}}).encode())


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ({"instructions": "new"}, ("part", ("Ships",), ())),
        ({"description": "new"}, ("routing", ("Ships",), ())),
        ({"label": "new"}, ("nothing", (), ())),
    ],
)
def test_a_compiled_graph_is_compared_by_topic(
    topic: dict[str, object], expected: tuple[str, tuple[str, ...], tuple[str, ...]]
) -> None:
    base, head = with_file(LANTERN, GRAPH, graph()), with_file(LANTERN, GRAPH, graph(**topic))
    assert reach(difference(base, head).agent("Lantern")) == expected


@pytest.mark.parametrize("content", [b"%%%", b"e30=", b'{"agentVersion": 3}', b"[1]"])
def test_a_graph_that_says_nothing_is_told_and_widens(content: bytes) -> None:
    base, head = with_file(LANTERN, GRAPH, graph()), with_file(LANTERN, GRAPH, content)
    assert GRAPH in {item.path for item in lantern(head).unresolved}
    assert reach(difference(base, head).agent("Lantern"))[0] == "agent"


def test_a_newer_layout_beside_a_known_agent_counts_for_it() -> None:
    path = "force-app/main/default/aiAgentDefinitionVersions/Lantern#3/a.json"
    base = with_file(LANTERN, path, "1")
    assert [item.path for item in lantern(base).unresolved] == [path]
    assert reach(difference(base, with_file(base, path, "2")).agent("Lantern")) == ("agent", (), ())
