"""How workflows run the gate, and what lets a change slip past it."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.config import OrgConfig
from gate.scaffold.wiring import gate_steps, weak_points
from gate.scaffold.workflows import UNNAMED, shipped_workflows

EXAMPLES = Path(__file__).parents[3] / "examples" / "workflows"
SHIPPED = {"agent-gate.yml": "pr-check.yml", "agent-gate-sign-off.yml": "sign-off.yml"}
RELEASE = "1f3c2aa0" * 5


def example(*names: str) -> dict[str, str]:
    """Shipped examples, with a release named."""
    texts = {name: (EXAMPLES / name).read_text(encoding="utf-8") for name in names}
    return {name: text.replace("@" + "0" * 40, f"@{RELEASE}") for name, text in texts.items()}


def told(
    workflows: Mapping[str, str],
    *,
    own_action: bool = False,
    needed: Mapping[str, frozenset[str]] = {},
    counted: bool = False,
) -> str:
    steps, problems = gate_steps(workflows, own_action=own_action)
    return "\n".join(str(problem) for problem in [*problems, *weak_points(steps, needed, counted=counted)])


BOTH = example("pr-check.yml", "sign-off.yml")


def changed(old: str, new: str, name: str = "pr-check.yml") -> dict[str, str]:
    assert old in BOTH[name]
    return {**BOTH, name: BOTH[name].replace(old, new, 1)}


def test_what_init_writes_is_what_the_examples_show() -> None:
    """One text, kept in two places: where people read it and where the package finds it."""
    assert shipped_workflows() == {
        name: (EXAMPLES / source).read_text(encoding="utf-8") for name, source in SHIPPED.items()
    }


NEEDED = {"agent shop": frozenset({"SF_INSTANCE_URL", "SF_CLIENT_ID"}), "the judge": frozenset({"OPENAI_API_KEY"})}


def test_what_init_writes_names_the_gate_and_gives_it_its_variables() -> None:
    """As the doctor wants it; sign-off runs no agent as a rule, so it gets no secret."""
    made = shipped_workflows(f"acme/agent-eval-gate@{RELEASE}", frozenset().union(*NEEDED.values()))

    assert told(made, needed=NEEDED) == ""
    assert UNNAMED not in "".join(made.values())
    assert "SF_INSTANCE_URL: ${{ vars.SF_INSTANCE_URL }}" in made["agent-gate.yml"]
    assert "secrets." not in made["agent-gate-sign-off.yml"]


def test_a_step_that_is_not_given_what_an_agent_needs_is_told() -> None:
    """Who needs it, and the lines to add; set for the whole job is as good, and telling a result needs nothing."""
    workflows = example("pr-check.yml", "sign-off.yml", "after-merge.yml", "fork-safe/2-report.yml")

    problems = told(workflows, needed=NEEDED)

    assert problems.count("is not given") == 1
    assert re.search(
        r"pr-check.yml:\d+: error: the step is not given OPENAI_API_KEY, SF_CLIENT_ID, SF_INSTANCE_URL", problems
    )
    assert "agent shop and the judge" in problems
    assert "`OPENAI_API_KEY: ${{ secrets.OPENAI_API_KEY }}`" in problems
    job = "    env: {OPENAI_API_KEY: a, SF_CLIENT_ID: b, SF_INSTANCE_URL: c}\n    runs-on:"
    assert told(changed("    runs-on:", job), needed=NEEDED) == ""


def test_the_example_for_live_agents_gives_what_an_org_and_a_judge_need() -> None:
    """By the names that the configuration has as defaults."""
    org = OrgConfig().needed_variables()

    assert told(example("live.yml", "sign-off.yml"), needed={"agent shop": org, **NEEDED}) == ""


def test_of_shards_those_that_run_agents_need_their_variables() -> None:
    """The job that joins them runs none."""
    assert told(example("shards.yml", "sign-off.yml"), needed=NEEDED).count("is not given") == 1


@pytest.mark.parametrize(
    "names",
    [
        ("pr-check.yml", "sign-off.yml"),
        ("shards.yml", "sign-off.yml", "schedule.yml", "full-run.yml", "merge-queue.yml", "after-merge.yml"),
        ("fork-safe/1-evaluate.yml", "fork-safe/2-report.yml", "sign-off.yml"),
    ],
)
def test_the_examples_have_no_weak_point(names: tuple[str, ...]) -> None:
    """Whole files, sharded, and in two stages for forks."""
    assert told(example(*names)) == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    runs-on:", "    if: github.actor != 'bot'\n    runs-on:", "skipped counts as passed"),
        ("      - id: gate", "      - id: gate\n        if: ${{ success() }}", "skipped counts as passed"),
        ("    runs-on:", "    needs: [build]\n    runs-on:", "skipped when one it `needs` fails"),
        ("  evaluate:", "  agent-eval-gate:", "GitHub then wants both"),
        ("    runs-on:", "    name: agent-eval-gate\n    runs-on:", "GitHub then wants both"),
        ("    runs-on:", "    continue-on-error: true\n    runs-on:", "swallowed"),
        ("    types: [opened, synchronize, reopened, edited]", "    paths: [force-app/**]", "waits for ever"),
        ("fetch-depth: 0", "fetch-depth: 50", "fetch-depth: 0"),
        ("      statuses: write\n", "", "no workflow may set the gate's status"),
        (
            "types: [opened, synchronize, reopened, edited]",
            "types: [opened]",
            "no workflow runs the gate for every push",
        ),
        (f"@{RELEASE}", "@v1", "can change under you"),
        (f"@{RELEASE}", "@" + "0" * 40, "no copy of the gate is named"),
        ("permissions:\n      contents: read", "permissions: write-all\n    env:\n      a: b", "may do everything"),
        ("jobs:", "jobs: [", "not valid YAML"),
    ],
)
def test_a_loosened_check_is_told(old: str, new: str, expected: str) -> None:
    """Each names the file, and the line where there is one."""
    problems = told(changed(old, new))

    assert expected in problems
    assert "pr-check.yml:" in problems or ".github/workflows" in problems


def test_a_check_may_always_run() -> None:
    """`if: always()` skips nothing."""
    assert told(changed("    runs-on:", "    if: ${{ always() }}\n    runs-on:")) == ""


def test_a_missing_workflow_is_told() -> None:
    """Both the check and the sign-off, with what writes them."""
    assert "no workflow runs the gate" in told({})
    assert "no workflow takes a sign-off" in told(example("pr-check.yml"))
    assert "agent-gate init" in told({})


def test_status_left_to_a_second_stage_that_is_not_there() -> None:
    """The first stage of two, alone, tells nobody its verdict."""
    assert "no workflow may set the gate's status" in told(example("fork-safe/1-evaluate.yml", "sign-off.yml"))


def test_other_workflows_are_not_looked_at() -> None:
    """Neither their content nor their syntax."""
    assert told({**BOTH, "other.yml": "jobs: {build: {if: never, steps: ["}) == ""


def test_the_gates_own_repository_uses_itself() -> None:
    """`uses: ./` is the gate there and only there; it needs no pin."""
    own = {name: text.replace(f"agent-eval-gate/agent-eval-gate@{RELEASE}", "./") for name, text in BOTH.items()}

    assert told(own, own_action=True) == ""
    assert "no workflow runs the gate" in told(own)


def test_a_job_that_is_to_count_its_runs_has_to_see_them() -> None:
    """Only where a quota is set, and not for sign-off, which may read them anyway."""
    assert "pr-check.yml" in told(BOTH, counted=True)
    assert "actions: read" in told(BOTH, counted=True)
    assert "sign-off.yml" not in told(BOTH, counted=True)
    assert told(changed("      contents: read", "      actions: read\n      contents: read"), counted=True) == ""
