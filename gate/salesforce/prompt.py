"""A prompt template: the meaning of what runs (the active version), and the flows, classes, retrievers it draws on."""

import re
from collections.abc import Iterator

from gate.salesforce.facts import Facts, Use, UseKind, global_uses
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import Tag, labels_of, read_xml, xml_meaning

_MERGE = re.compile(r"\{!\$(Flow|Apex|EinsteinSearch|RelatedList):([A-Za-z_]\w*)")
_PROVIDER = re.compile(r"(flow|apex|sobject)://(\w+)\Z", re.IGNORECASE)
_RETRIEVER = re.compile(r"invocable://getEinsteinRetrieverResults/(\S+)\Z", re.IGNORECASE)
_KINDS: dict[str, UseKind] = {
    "flow": "flow",
    "apex": "apex",
    "sobject": "object",
    "einsteinsearch": "retriever",
    "relatedlist": "object",
}


def read_prompt(content: bytes) -> Facts:
    """The facts of a template. Raises `UnreadableError` when the XML cannot be read."""
    document = read_xml(content)
    running = _running(document.root)
    return Facts(
        digest=digest(xml_meaning(running)),
        uses=tuple(dict.fromkeys((*_uses(running), *global_uses(running)))),
        labels=digest(labels_of(document.root)),
        comments=digest("\n".join(document.comments)),
    )


def _running(root: Tag) -> Tag:
    """The template with only the version that runs; with all of them when none is named."""
    active = root.value("activeVersionIdentifier", "activeVersion")
    versions = list(root.all("templateVersions"))
    named = [version for version in versions if version.value("versionIdentifier", "versionNumber") == active]
    dropped = {id(version) for version in versions} - {id(version) for version in named or versions}
    kept = [child for child in root.children if id(child) not in dropped]
    return Tag(root.name, root.line, root.last_line, root.text, kept)


def _uses(root: Tag) -> Iterator[Use]:
    for tag in root.walk():
        if tag.name == "content":
            for kind, name in _MERGE.findall(tag.text):
                yield Use(kind=_KINDS[kind.lower()], name=name, line=tag.line, certain=kind != "RelatedList")
        elif tag.name == "definition":
            yield from _provider(tag)
        elif tag.name == "relatedEntity" and tag.text:
            yield Use(kind="object", name=tag.text, line=tag.line, certain=False)


def _provider(tag: Tag) -> Iterator[Use]:
    retriever = _RETRIEVER.match(tag.text)
    if retriever:
        yield Use(kind="retriever", name=retriever[1], line=tag.line)
    provider = _PROVIDER.match(tag.text)
    if provider:
        kind = _KINDS[provider[1].lower()]
        yield Use(kind=kind, name=provider[2], line=tag.line, certain=kind != "object")
