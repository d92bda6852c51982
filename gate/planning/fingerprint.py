"""The fingerprint of an agent's definition: another definition, another number."""

import hashlib
from collections.abc import Mapping


def agent_fingerprint(files: Mapping[str, str]) -> str:
    """SHA-256 (hex) of a definition's files, given as path to object id; their order does not matter."""
    lines = "".join(f"{path}\0{object_id}\n" for path, object_id in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
