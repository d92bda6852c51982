"""The workflow files that come with the gate."""

from collections.abc import Collection, Mapping
from importlib.resources import files

from gate.scaffold.wiring import env_line

UNNAMED = f"agent-eval-gate/agent-eval-gate@{'0' * 40}"
"""What stands in the files until somebody names the action: it runs nowhere."""
_STEP = f"      - id: gate\n        uses: {UNNAMED} # put the commit of your copy of the gate here\n"
_CHECK = "agent-gate.yml"


def shipped_workflows(action: str = "", variables: Collection[str] = ()) -> Mapping[str, str]:
    """The workflows a repository begins with, file name to text.

    `action` is written in the place of the unnamed one; the step that runs agents is given `variables`.
    """
    found = sorted((item for item in files(__name__).iterdir() if item.name.endswith(".yml")), key=lambda one: one.name)
    texts = {item.name: item.read_text(encoding="utf-8") for item in found}
    return {name: _made(text, action, variables if name == _CHECK else ()) for name, text in texts.items()}


def _made(text: str, action: str, variables: Collection[str]) -> str:
    uses = f"uses: {action}\n" if action else _STEP.partition("        ")[2]
    env = "".join(f"          {env_line(name)}\n" for name in sorted(variables))
    return text.replace(_STEP, f"      - id: gate\n        {uses}" + (f"        env:\n{env}" if env else ""))
