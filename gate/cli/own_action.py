"""Under which name a workflow can use this very program as an action."""

import json
from importlib.metadata import PackageNotFoundError, distribution

from gate.cli.diagnoses.hub import parse_remote
from gate.cli.parser import ACTION


def own_action() -> str:
    """`OWNER/agent-eval-gate@COMMIT` of the git repository it was installed from; empty where pip has not noted one.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        noted = distribution("agent-eval-gate").read_text("direct_url.json")
    except PackageNotFoundError:
        return ""
    return action_of(noted or "{}")


def action_of(noted: str) -> str:
    """The action that pip's note of where a package came from stands for; empty = none."""
    source = json.loads(noted)
    commit = source.get("vcs_info", {}).get("commit_id", "")
    found = parse_remote(source.get("url", ""))
    action = f"{found[1]}@{commit}" if found else ""
    return action if ACTION.fullmatch(action) else ""
