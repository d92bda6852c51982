"""GitHub's own description of its REST API, against which every request of the gate is held."""

import json
import os
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest

NODE_MODULES = Path(__file__).parents[2] / "node" / "node_modules" / "@octokit"
DESCRIPTION = NODE_MODULES / "openapi" / "generated" / "api.github.com.json"
_SLASHED = ("/contents/", "/git/ref/", "/git/refs/")
"""Behind these a path parameter holds slashes, which the description's templates match only when they are encoded."""


@cache
def description() -> OpenAPI | None:
    """The description, or None where it is not installed; a test is skipped then that says so aloud."""
    path = Path(os.environ.get("AGENT_GATE_GITHUB_OPENAPI") or DESCRIPTION)
    if not path.is_file():
        return None
    unchecked: Any = None  # the description is taken as valid: proving it takes 20 seconds
    return OpenAPI.from_dict(json.loads(path.read_text()), config=Config(spec_validator_cls=unchecked))


def check(method: str, path: str, query: Mapping[str, str], body: bytes) -> None:
    """Raises when GitHub describes no such request."""
    known = description()
    if known is None:
        return
    for start in _SLASHED:
        before, found, rest = path.partition(start)
        if found:
            path = f"{before}{start}{quote(rest, safe='%')}"
            break
    request = MockRequest(
        "https://api.github.com",
        method.lower(),
        path,
        args=dict(query),
        data=body or None,
        content_type="application/json",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        known.validate_request(request)
