"""What is said of a driver that there is not."""

import pytest

from gate.config import parse_config
from gate.errors import ProblemsError


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("comand", "did you mean 'command'?"),
        ("agentforce_preview", "did you mean 'agentforce-preview'?"),
        ("xyz", "there are: replay, chat, command, agentforce, agentforce-preview"),
    ],
)
def test_an_unknown_type_is_told_with_the_nearest_one(written: str, remedy: str) -> None:
    """With its line, in the words of the file."""
    with pytest.raises(ProblemsError) as refused:
        parse_config(f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {{type: {written}}}\n")

    [problem] = refused.value.problems
    assert (problem.line, problem.key) == (5, "agents.shop.driver")
    assert problem.message == f"there is no type {written!r}"
    assert problem.hint == remedy


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "http://127.0.0.1:port/v1"])
def test_an_address_without_a_port_there_can_be_is_told_by_its_line(address: str) -> None:
    driver = f"{{type: chat, model: m, prompt: [p.md], base_url: '{address}'}}"
    with pytest.raises(ProblemsError) as refused:
        parse_config(f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n")

    [problem] = refused.value.problems
    assert (problem.line, problem.key) == (5, "agents.shop.driver.base_url")
    assert address in problem.message
