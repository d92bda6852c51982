"""A flow: its meaning without labels and canvas positions, and the classes, templates, flows and objects it uses."""

from collections.abc import Iterator

from gate.salesforce.facts import Facts, Use, UseKind, label_uses
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import Tag, labels_of, nested_meaning, read_xml

_ACTIONS: dict[str, UseKind] = {
    "apex": "apex",
    "generatePromptResponse": "prompt",
    "externalService": "service",
    "flow": "flow",
    "getEinsteinRetrieverResults": "retriever",
}


def read_flow(content: bytes) -> Facts:
    """The facts of a flow. Raises `UnreadableError` when the XML cannot be read."""
    document = read_xml(content)
    return Facts(
        digest=digest(nested_meaning(document.root)),
        uses=(*_uses(document.root), *label_uses(document.root)),
        labels=digest(labels_of(document.root)),
        comments=digest("\n".join(document.comments)),
    )


def _uses(root: Tag) -> Iterator[Use]:
    for call in root.all("actionCalls"):
        kind = _ACTIONS.get(call.value("actionType"))
        if call.value("actionName"):
            yield Use(kind=kind or "metadata", name=call.value("actionName"), line=call.line, certain=kind is not None)
    for plugin in root.all("apexPluginCalls"):
        yield Use(kind="apex", name=plugin.value("apexClass"), line=plugin.line)
    for subflow in root.all("subflows"):
        yield Use(kind="flow", name=subflow.value("flowName"), line=subflow.line)
    for tag in root.walk():
        if tag.name == "apexClass" and tag.text:
            yield Use(kind="apex", name=tag.text, line=tag.line, certain=False)
        elif tag.name in {"object", "objectType"} and tag.text:
            yield Use(kind="object", name=tag.text, line=tag.line, certain=False)
