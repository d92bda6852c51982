"""What the pages promise is there: links, commands, messages."""

import argparse
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from gate.cli.parser import build_parser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "gate").rglob("*.py")))
LEAST = 6
"""Characters of a part of a message that are worth looking for."""


def known_as(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=known_as)
def test_every_link_to_a_file_or_heading_leads_somewhere(page: Path) -> None:
    """Within the repository; addresses elsewhere are not asked."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, heading = unquote(link).partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (heading and heading not in anchors(target)):
            dead.append(link)

    assert dead == []


def rows(heading: str, text: str = README) -> list[str]:
    """The first cells of the table below a heading."""
    part = re.split(r"\n#+ ", text.split(f"# {heading}\n", 1)[1])[0]
    return [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")][1:]


def test_the_commands_of_the_readme_are_those_there_are() -> None:
    """Both ways; of a command with parts, the parts too."""
    told = {name for cell in rows("On the command line") for name in re.findall(r"`([a-z]+)[` ]", cell)}
    parser = build_parser()
    (group,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    parts = {
        name
        for command in group.choices.values()
        for action in command._actions
        if isinstance(action, argparse._SubParsersAction)
        for name in action.choices
    }

    assert set(group.choices) <= told
    assert told <= set(group.choices) | parts


def test_the_messages_of_the_troubleshooting_are_those_the_gate_gives() -> None:
    """Each part between the gaps occurs in the source; words of GitHub's own stand in italics."""
    pages = (README, (ROOT / "docs" / "github.md").read_text(encoding="utf-8"))
    cells = [*rows("Troubleshooting, by message", pages[0]), *rows("When the token may not", pages[1])]
    messages = [message for cell in cells for message in re.findall(r"`([^`]+)`", cell)]
    parts = [
        part.strip() for message in messages for part in re.split(r"…|\bN\b", message) if len(part.strip()) >= LEAST
    ]

    assert len(parts) > 10
    assert [part for part in parts if part not in SOURCE] == []
