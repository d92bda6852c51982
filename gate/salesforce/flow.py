"""A flow: its meaning without labels and canvas positions, and the classes, templates, flows and objects it uses."""

from collections.abc import Iterator

from gate.salesforce.facts import Facts, Use, UseKind, global_uses
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
        uses=(*_uses(document.root), *global_uses(document.root)),
        labels=digest(labels_of(document.root)),
        comments=digest("\n".join(document.comments)),
    )


def _uses(root: Tag) -> Iterator[Use]:
    for call in root.all("actionCalls"):
        yield from _called(call)
    for plugin in root.all("apexPluginCalls"):
        yield Use(kind="apex", name=plugin.value("apexClass"), line=plugin.line)
    for subflow in root.all("subflows"):
        yield Use(kind="flow", name=subflow.value("flowName"), line=subflow.line)
    for tag in root.walk():
        if tag.name == "apexClass" and tag.text:
            yield Use(kind="apex", name=tag.text, line=tag.line, certain=False)
        elif tag.name in {"object", "objectType"} and tag.text:
            yield Use(kind="object", name=tag.text, line=tag.line, certain=False)
            yield Use(kind="metadata", name=tag.text, line=tag.line, certain=False)


def _called(call: Tag) -> Iterator[Use]:
    """What an action call leads to; metadata of an object may hold several (`Case.Confirm` is an alert of `Case`)."""
    name, kind = call.value("actionName"), _ACTIONS.get(call.value("actionType"))
    if name:
        yield Use(kind=kind or "metadata", name=name, line=call.line, certain=kind is not None)
        if kind is None and "." in name:
            yield Use(kind="metadata", name=name.partition(".")[0], line=call.line, certain=False)
