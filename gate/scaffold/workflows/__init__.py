"""The workflow files that come with the gate."""

from collections.abc import Mapping
from importlib.resources import files


def shipped_workflows() -> Mapping[str, str]:
    """The workflows a repository begins with, file name to text."""
    found = sorted((item for item in files(__name__).iterdir() if item.name.endswith(".yml")), key=lambda one: one.name)
    return {item.name: item.read_text(encoding="utf-8") for item in found}
