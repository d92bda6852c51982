"""Which variables an agent and the judge cannot be asked without."""

import pytest

from gate.config import parse_config

SF = {"SF_CLIENT_ID", "SF_CLIENT_SECRET", "SF_INSTANCE_URL"}


def needed(driver: str, more: str = "") -> dict[str, set[str]]:
    text = f"version: 1\nagents:\n  shop:\n    source: [agent]\n    driver: {driver}\n{more}"
    return {who: set(names) for who, names in parse_config(text).needed_variables().items()}


@pytest.mark.parametrize(
    ("driver", "names"),
    [
        ("{type: replay, recordings: r}", set()),
        ("{type: chat, model: m, prompt: [p.md]}", {"OPENAI_API_KEY"}),
        ("{type: chat, model: m, prompt: [p.md], key: MINE}", {"MINE"}),
        ("{type: chat, model: m, prompt: [p.md], base_url: 'http://localhost:1'}", set()),
        ("{type: command, command: [a], environment: [TOKEN]}", {"TOKEN"}),
        ("{type: agentforce}", SF),
        ("{type: agentforce, base_org: {client_id: B, client_secret: C}}", SF | {"B", "C"}),
        ("{type: agentforce-preview, org: {instance_url: 'https://x.my.salesforce.com'}}", SF - {"SF_INSTANCE_URL"}),
        ("{type: agentforce-preview, org: {alias: dev}}", set()),
    ],
)
def test_an_agent_needs_what_its_driver_cannot_do_without(driver: str, names: set[str]) -> None:
    """An address of one's own may do without a key, an alias has its login elsewhere."""
    assert needed(driver) == ({"agent shop": names} if names else {})


@pytest.mark.parametrize(
    ("judge", "names"),
    [
        ("{provider: none}", set()),
        ("{provider: recorded, verdicts: v}", set()),
        ("{provider: openai, model: m}", {"OPENAI_API_KEY"}),
        ("{provider: openai, model: m, base_url: 'http://localhost:1'}", set()),
        ("{provider: openai, model: m, base_url: 'http://localhost:1', key: MINE}", {"MINE"}),
        ("{provider: anthropic, model: m}", {"ANTHROPIC_API_KEY"}),
        ("{provider: azure, model: m, base_url: 'https://r.openai.azure.com'}", {"AZURE_OPENAI_API_KEY"}),
        ("{provider: salesforce, model: m}", SF),
    ],
)
def test_a_judge_needs_its_key(judge: str, names: set[str]) -> None:
    """Those that are kept in a folder, or not there, need nothing."""
    assert needed("{type: replay, recordings: r}", f"judge: {judge}\n") == ({"the judge": names} if names else {})


def test_hooks_need_what_they_are_handed() -> None:
    """Beside what the driver needs."""
    hooks = (
        "    hooks:\n      before_suite: [{command: [seed], environment: [SEED]}]\n"
        "      after_case: [{http: 'https://x.example', headers: {Authorization: DATA}}]\n"
    )

    assert needed("{type: replay, recordings: r}", hooks) == {"agent shop": {"SEED", "DATA"}}
