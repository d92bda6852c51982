"""A small Salesforce project for tests: one scripted agent, the code its actions reach, and files beside it."""

from collections.abc import Mapping

BUNDLE = "force-app/main/default/aiAuthoringBundles/Shop_Agent/Shop_Agent.agent"
LOOKUP = "force-app/main/default/classes/OrderLookup.cls"
SCRIPT = """\
system:
  instructions: "You help shoppers."
config:
  developer_name: "Shop_Agent"
  agent_label: "Shop"
start_agent router:
  description: "Choose a topic"
  reasoning:
    actions:
      go_returns: @utils.transition to @subagent.Returns
      go_orders: @utils.transition to @subagent.Orders
subagent Returns:
  label: "Returns"
  description: "Returns of goods"
  actions:
    Look_Up_Order:
      description: "Read one order"
      inputs:
        orderId: string
      target: "apex://OrderLookup"
  reasoning:
    instructions: ->
      | Ask for the order number.
    actions:
      find_order: @actions.Look_Up_Order
        with orderId = ...
subagent Orders:
  label: "Orders"
  description: "Delivery of orders"
  actions:
    Track_Parcel:
      description: "Where a parcel is"
      target: "flow://Track_Parcel"
  reasoning:
    instructions: ->
      | Ask for the parcel.
    actions:
      track: @actions.Track_Parcel
"""
FILES: Mapping[str, str] = {
    "sfdx-project.json": '{"packageDirectories": [{"path": "force-app", "default": true}, {"path": "service"}]}',
    BUNDLE: SCRIPT,
    LOOKUP: "public class OrderLookup { String find() { return Orders.read(); } }",
    "force-app/main/default/classes/Unrelated.cls": "public class Unrelated {}",
    "force-app/main/default/flows/Track_Parcel.flow-meta.xml": (
        '<Flow xmlns="http://soap.sforce.com/2006/04/metadata"><label>Track</label></Flow>'
    ),
    "service/classes/Orders.cls": "public class Orders { static String read() { return null; } }",
    "force-app/main/default/lwc/tile/tile.js": "1",
    "force-app/main/default/permissionsets/Agent.permissionset-meta.xml": "<PermissionSet/>",
    "force-app/main/default/knowledge/returns.md": "30 days",
    "force-app/main/default/aiNovelties/New.aiNovelty-meta.xml": "<AiNovelty/>",
}
