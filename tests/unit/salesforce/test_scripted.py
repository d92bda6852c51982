"""References inside one script, wherever what they name is defined."""

import pytest

from gate.model.agent_map import MappedAgent
from gate.salesforce.reading import read_map
from tests.projects import difference, edited, reach
from tests.trees import DictTree

SCRIPT = """\
config:
  developer_name: "Kiosk"
actions:
  Shared_Search:
    description: "Searches"
    target: "flow://Search"
start_agent Home:
  description: "Home"
subagent Left:
  description: "Left"
  actions:
    Only_Left:
      description: "Left only"
      source: "Library_Action"
    Standard:
      source: "EmployeeCopilot__QueryRecords"
    Lost:
      source: "Gone"
    Empty:
      description: "Nothing behind it"
    Later:
      target: "placeholder://Later"
  reasoning:
    instructions: ->
      run @actions.Shared_Search
    actions:
      left: @actions.Only_Left
subagent Right:
  description: "Right"
  reasoning:
    instructions: ->
      | Use {!@actions.right_left} and {!@actions.nothing}.
    actions:
      right_search: @actions.Shared_Search
      right_left: @actions.Only_Left
      ghost: @actions.Ghost
      odd: @response_formats.card
connected_subagent Afar:
  description: "Far away"
"""
FUNCTION = """\
<GenAiFunction>
  <description>Does it</description>
  <invocationTarget>Worker</invocationTarget>
  <invocationTargetType>apex</invocationTargetType>
</GenAiFunction>
"""
TREE = DictTree(
    {
        "a/aiAuthoringBundles/Kiosk/Kiosk.agent": SCRIPT,
        "a/flows/Search.flow-meta.xml": "<Flow><status>Active</status></Flow>",
        "a/classes/Worker.cls": "public class Worker {}",
        "a/genAiFunctions/Library_Action/Library_Action.genAiFunction-meta.xml": FUNCTION,
    }
)


def kiosk(tree: DictTree = TREE) -> MappedAgent:
    (found,) = read_map(tree).agents
    return found


def rows(number: int) -> list[tuple[str, str, str, str]]:
    actions = kiosk().topics[number].actions
    return [(action.name, action.alias, action.target, action.target_type) for action in actions]


def test_an_action_may_copy_a_library_action() -> None:
    assert rows(1)[0] == ("Only_Left", "left", "Library_Action", "")
    changed = difference(TREE, edited(TREE, "Library_Action.genAiFunction-meta.xml", "Does it", "Does that"))
    assert reach(changed.agent("Kiosk")) == ("part", ("Left", "Right"), ("Only_Left",))
    assert reach(difference(TREE, edited(TREE, "Worker.cls", "{}", "{ int x; }")).agent("Kiosk"))[2] == ("Only_Left",)


def test_an_alias_may_mean_an_action_of_elsewhere() -> None:
    assert rows(2) == [
        ("Shared_Search", "right_search", "flow://Search", "flow"),
        ("Only_Left", "right_left", "Library_Action", ""),
        ("Ghost", "ghost", "", ""),
    ]


def test_a_shared_action_reaches_the_topics_that_use_it_and_stands_apart() -> None:
    assert [action.name for action in kiosk().actions] == ["Shared_Search"]
    diff = difference(TREE, edited(TREE, "Search.flow-meta.xml", "Active", "Draft")).agent("Kiosk")
    assert reach(diff) == ("agent", ("Left", "Right"), ("Shared_Search",))


def test_a_tool_that_is_none_of_these_is_a_route() -> None:
    assert [(route.alias, route.kind) for route in kiosk().topics[2].routes] == [("odd", "other")]


def test_what_leads_nowhere_is_told_once_with_its_line() -> None:
    assert [(item.line, item.what) for item in kiosk().unresolved] == [
        (17, "source Gone of action Lost is not in the project"),
        (19, "action Empty has no target"),
        (21, "target placeholder://Later of action Later is not in the project"),
        (32, "@actions.nothing: there is no action of this name"),
        (36, "@actions.Ghost: there is no action of this name"),
        (38, "connected agent Afar has no target"),
    ]


def test_a_file_of_the_bundle_that_is_not_known_counts_for_the_agent() -> None:
    base = DictTree({**TREE.files, "a/aiAuthoringBundles/Kiosk/extra.yaml": "a: 1"})
    assert reach(difference(base, edited(base, "extra.yaml", "1", "2")).agent("Kiosk")) == ("agent", (), ())


def test_the_newest_frozen_version_is_the_source_when_there_is_no_draft() -> None:
    frozen = {f"a/aiAuthoringBundles/Kiosk_{n}/Kiosk_{n}.agent": SCRIPT for n in (2, 10, 9)}
    files = {path: content for path, content in TREE.files.items() if not path.endswith(".agent")}
    found = kiosk(DictTree({**files, **frozen}))
    assert (found.name, found.source) == ("Kiosk", "a/aiAuthoringBundles/Kiosk_10/Kiosk_10.agent")


def test_a_broken_library_action_is_told_and_widens() -> None:
    head = edited(TREE, "Library_Action.genAiFunction-meta.xml", "</GenAiFunction>", "")
    assert ("cannot be followed: malformed XML: no element found") in {item.what for item in kiosk(head).unresolved}
    assert reach(difference(TREE, head).agent("Kiosk"))[0] == "agent"


def test_a_library_action_without_a_known_target_is_told() -> None:
    for old, new, what in (
        (">apex<", ">teleport<", "target type 'teleport' is not known"),
        (">Worker<", ">Idler<", "target Idler (apex) is not in the project"),
    ):
        head = edited(TREE, "Library_Action.genAiFunction-meta.xml", old, new)
        assert what in {item.what for item in kiosk(head).unresolved}


@pytest.mark.parametrize("target", ["apexRest://Rates", "auraEnabled://Rates.today"])
def test_a_class_behind_a_rest_resource_or_a_method_is_backing_code(target: str) -> None:
    script = f'config:\n  developer_name: "A"\nstart_agent T:\n  actions:\n    Ask:\n      target: "{target}"\n'
    found = read_map(DictTree({"aiAuthoringBundles/A/A.agent": script, "classes/Rates.cls": "class Rates {}"}))
    assert found.agents[0].backing == ("classes/Rates.cls",)
