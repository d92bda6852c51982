"""Which arguments an action asks for, in each layout."""

import json

import pytest

from gate.ports import Tree
from gate.salesforce.reading import read_map
from tests.trees import DictTree

SCRIPT = """\
config:
  developer_name: "Helper"
start_agent Desk:
  description: "Everything"
  actions:
    Find:
      inputs:
        order_number: string
          description: "Which"
        note: string
          is_required: False
      outputs:
        status: string
      target: "flow://Find"
  reasoning:
    actions:
      look: @actions.Find
        with order_number = ...
"""
FUNCTION = """<GenAiFunction xmlns="http://soap.sforce.com/2006/04/metadata">
<invocationTarget>Find</invocationTarget><invocationTargetType>flow</invocationTargetType></GenAiFunction>"""
PLUGIN = """<GenAiPlugin xmlns="http://soap.sforce.com/2006/04/metadata"><developerName>Orders</developerName>
<genAiFunctions><functionName>Find</functionName></genAiFunctions></GenAiPlugin>"""
PLANNER = """<GenAiPlanner xmlns="http://soap.sforce.com/2006/04/metadata">
<genAiPlugins><genAiPluginName>Orders</genAiPluginName></genAiPlugins></GenAiPlanner>"""


def inputs(tree: Tree) -> tuple[str, ...]:
    [agent] = read_map(tree).agents
    [action] = agent.topics[0].actions
    return action.inputs


def test_a_script_names_the_inputs_that_are_not_optional() -> None:
    """Outputs, descriptions and optional inputs are none."""
    assert inputs(DictTree({"aiAuthoringBundles/Helper/Helper.agent": SCRIPT})) == ("order_number",)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"properties": {"order": {}, "note": {}}, "required": ["order"]}, ("order",)),
        ({"properties": {"order": {}, "note": {}}}, ("order", "note")),
        ({"properties": ["order"]}, ()),
        ([], ()),
    ],
)
def test_a_library_action_names_the_inputs_of_its_schema(schema: object, expected: tuple[str, ...]) -> None:
    """Required ones where the schema says so, else all; a schema of another shape names none."""
    tree = DictTree(
        {
            "genAiPlanners/Helper.genAiPlanner-meta.xml": PLANNER,
            "genAiPlugins/Orders.genAiPlugin-meta.xml": PLUGIN,
            "genAiFunctions/Find/Find.genAiFunction-meta.xml": FUNCTION,
            "genAiFunctions/Find/input/schema.json": json.dumps(schema),
            "genAiFunctions/Find/output/schema.json": json.dumps({"properties": {"status": {}}}),
        }
    )

    assert inputs(tree) == expected
