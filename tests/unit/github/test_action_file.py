"""`action.yml`, the settings and the README say the same inputs and outputs."""

import re
from pathlib import Path
from typing import Any

import yaml

from gate.cli.delivery import OUTPUTS
from gate.github.settings import Settings

ROOT = Path(__file__).parents[3]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
PAGE = (ROOT / "README.md").read_text()


def described() -> dict[str, tuple[str, str]]:
    """Every input of the settings: its default as a workflow writes it ("" = none), and what it means."""
    found = {}
    for name, field in Settings.model_fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        found[name.replace("_", "-")] = (str(default) if default else "", field.description or "")
    return found | {"token": ("${{ github.token }}", found["token"][1])}


def table(heading: str) -> list[list[str]]:
    """The cells of the table below a heading of the page, without its head."""
    part = PAGE.split(f"### {heading}\n")[1].split("\n## ")[0].split("\n### ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def test_action_yml_and_the_settings_are_equal_both_ways() -> None:
    told = {name: (str(one.get("default", "")), one["description"]) for name, one in ACTION["inputs"].items()}

    assert told == described() | {"path": (".", described()["path"][1])}


def test_the_page_and_the_settings_are_equal_both_ways() -> None:
    told = {name.strip("`"): (default.strip("`").replace("none", ""), text) for name, default, text in table("Inputs")}

    assert told == described()


def test_action_yml_the_page_and_what_is_written_name_the_same_outputs() -> None:
    told = {name: one["description"] for name, one in ACTION["outputs"].items()}

    assert {name.strip("`"): text for name, text in table("Outputs")} == told
    assert set(told) == set(OUTPUTS)


def test_it_runs_the_image_of_the_repository() -> None:
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}
    assert (ROOT / "Dockerfile").is_file()
    assert ACTION["branding"] == {"icon": "shield", "color": "green"}
