"""JSON beside metadata: action schemas, and the compiled graph that is stored as base64 of JSON."""

import base64
import binascii
import json
from codecs import BOM_UTF8
from dataclasses import dataclass

from gate.model.case import Json
from gate.salesforce.graph import digest
from gate.salesforce.metadata_xml import UnreadableError

MAX_BYTES = 20_000_000
_LABELS = frozenset({"title", "lightning:label", "label"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFacts:
    """The value, the digest of its meaning (key order and titles left out), and the digest of its titles."""

    value: Json
    digest: str
    labels: str


def read_json(content: bytes) -> JsonFacts:
    """The facts of a JSON text, plain or base64. Raises `UnreadableError` when it is neither."""
    if len(content) > MAX_BYTES:
        raise UnreadableError(1, f"larger than {MAX_BYTES // 1_000_000} MB")
    text = content.removeprefix(BOM_UTF8).strip()
    try:
        if text[:1] not in {b"{", b"["}:
            text = base64.b64decode(text, validate=False)
        value: Json = json.loads(text)
        labels: list[str] = []
        meaning = json.dumps(_unlabelled(value, labels), sort_keys=True)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise UnreadableError(getattr(error, "lineno", 1), f"is neither JSON nor base64 of JSON: {error}") from error
    return JsonFacts(value=value, digest=digest(meaning), labels=digest("\n".join(labels)))


def _unlabelled(value: Json, labels: list[str]) -> Json:
    if isinstance(value, list):
        return [_unlabelled(item, labels) for item in value]
    if not isinstance(value, dict):
        return value
    labels += [str(value[key]) for key in sorted(_LABELS & value.keys()) if isinstance(value[key], str)]
    return {
        key: _unlabelled(item, labels) for key, item in value.items() if not (key in _LABELS and isinstance(item, str))
    }
