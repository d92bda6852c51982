"""How a repository's workflows run the gate, and where they let a change slip past it.

What GitHub takes for a pass is the reason for most rules: a skipped job counts as passed, a swallowed failure does, and
a workflow that is filtered by paths never reports at all.
https://docs.github.com/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gate.config import INSTANCE_VARIABLE
from gate.documents import Document, KeyPath, load_yaml
from gate.errors import ProblemsError
from gate.model.case import Json
from gate.model.problem import Problem
from gate.network.json_text import mapping

ACTION = "agent-eval-gate"
_RUNNING = frozenset({"merge_group", "schedule", "workflow_dispatch"})
"""Events beside those of pull requests on which trials are run."""
_EVALUATING = frozenset({"opened", "synchronize", "reopened"})
_SIGNING = frozenset({"labeled"})
_PULL_REQUEST = ("pull_request", "pull_request_target")
_LOCAL = ("./", "$/")
_ALWAYS = re.compile(r"(\$\{\{)?\s*always\(\)\s*(\}\})?")
_RELEASE = re.compile(r"@(?!0{40}\Z)[0-9a-f]{40}\Z|@sha256:[0-9a-f]{64}\Z")
_NO_COMMIT = re.compile(r"@0{40}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStep:
    """A step that runs the gate, with the job and workflow around it. `triggers` maps each event to its filters."""

    path: str
    line: int
    uses: str
    triggers: Mapping[str, Mapping[str, Json]]
    inputs: Mapping[str, Json] = field(default_factory=dict)
    permissions: Json = None
    """The job's, else the workflow's; None = what the repository grants by default."""
    conditions: tuple[str, ...] = ()
    swallowed: bool = False
    job: str = ""
    """The job as a check is called: its name, else its key."""
    waits: bool = False
    """Whether the job waits for others."""
    shallow: bool = False
    """Whether the job checks out without the history."""
    given: frozenset[str] = frozenset()
    """The environment variables that step, job and workflow set."""

    @property
    def evaluates(self) -> bool:
        """Whether it runs for every push to a pull request."""
        return any(self._has_types(event, _EVALUATING, default=True) for event in _PULL_REQUEST)

    @property
    def runs_trials(self) -> bool:
        """Whether agents are run here, and not only results told."""
        return "merge" not in self.inputs and (self.evaluates or bool(_RUNNING & self.triggers.keys()))

    @property
    def signs_off(self) -> bool:
        """Whether it runs when a label is put on, or a comment is written."""
        labels = any(self._has_types(event, _SIGNING, default=False) for event in _PULL_REQUEST)
        return labels or "issue_comment" in self.triggers

    @property
    def sets_status(self) -> bool:
        """Whether the verdict of a pull request becomes a status here."""
        told = "workflow_run" in self.triggers or (self.evaluates and "shard" not in self.inputs)
        return told and self.inputs.get("status") is not False and self._may("statuses")

    @property
    def sees_runs(self) -> bool:
        """Whether its token may read the runs of its workflow; where nothing is granted, the repository decides."""
        granted = self.permissions
        if isinstance(granted, Mapping):
            return granted.get("actions") in ("read", "write")
        return granted in (None, "read-all", "write-all")

    def _has_types(self, event: str, wanted: frozenset[str], *, default: bool) -> bool:
        if event not in self.triggers:
            return False
        types = self.triggers[event].get("types")
        return wanted <= set(_texts(types)) if types is not None else default

    def _may(self, permission: str) -> bool:
        granted = self.permissions
        if isinstance(granted, Mapping):
            return granted.get(permission) == "write"
        return granted in (None, "write-all")


def gate_steps(workflows: Mapping[str, str], *, own_action: bool = False) -> tuple[list[GateStep], list[Problem]]:
    """Every step that runs the gate in these workflow files, and those files that cannot be read.

    `own_action`: the repository is the gate's own, so `uses: ./` is the gate.
    """
    steps: list[GateStep] = []
    problems: list[Problem] = []
    for path, text in sorted(workflows.items()):
        if ACTION not in text and not own_action:
            continue
        try:
            steps += _steps(path, load_yaml(text, path), own_action=own_action)
        except ProblemsError as error:
            problems += error.problems
    return steps, problems


def weak_points(
    steps: Sequence[GateStep], needed: Mapping[str, frozenset[str]] | None = None, *, counted: bool = False
) -> list[Problem]:
    """What lets a pull request pass without the gate's word, by file and line; what is missing comes last.

    `needed`: the variables without which an agent or the judge cannot be asked, by who needs them. `counted`: runs of
    a day are held to a quota, so a job has to see them.
    """
    uncounted = (_uncounted(step) for step in steps if counted and step.runs_trials and not step.sees_runs)
    return [
        *(problem for step in steps for problem in _of_step(step, needed or {})),
        *uncounted,
        *_missing(steps),
    ]


def give(variables: Collection[str]) -> str:
    """What to do so that a step is given these variables."""
    return f"add to the step's `env:` {' and '.join(f'`{env_line(name)}`' for name in sorted(variables))}"


def env_line(variable: str) -> str:
    """The line of an `env:` that gives a variable: from the repository's secrets, an address from its variables."""
    return f"{variable}: ${{{{ {'vars' if variable == INSTANCE_VARIABLE else 'secrets'}.{variable} }}}}"


def _of_step(step: GateStep, needed: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    told = [*_silenced(step), *(_filtered(step) if step.evaluates else ()), *_set_up(step), *_unequipped(step, needed)]
    return (Problem(path=step.path, line=step.line, message=message, hint=hint) for message, hint in told)


def _uncounted(step: GateStep) -> Problem:
    message = "`budget.runs_per_day` is set, and the job may not count the runs of its workflow"
    return Problem(path=step.path, line=step.line, message=message, hint="give it `permissions: {actions: read}`")


def _silenced(step: GateStep) -> Iterator[tuple[str, str]]:
    if step.swallowed:
        yield "the gate's failure is swallowed", "remove `continue-on-error`"


def _filtered(step: GateStep) -> Iterator[tuple[str, str]]:
    for condition in step.conditions:
        if not _ALWAYS.fullmatch(condition.strip()):
            yield f"the gate is skipped unless `{condition}`, and skipped counts as passed", "remove the `if:`"
    if step.waits and not any(_ALWAYS.fullmatch(condition.strip()) for condition in step.conditions):
        yield "the job is skipped when one it `needs` fails, and skipped counts as passed", "add `if: ${{ always() }}`"
    if step.job == ACTION:
        yield f"the job is called {ACTION} as the status is, and GitHub then wants both", "call the job something else"
    for event in _PULL_REQUEST:
        if {"paths", "paths-ignore"} & step.triggers.get(event, {}).keys():
            hint = "remove the filter: when nothing is affected the gate says so at once, and passes"
            yield f"`{event}` is filtered by paths, and a required check then waits for ever", hint


def _set_up(step: GateStep) -> Iterator[tuple[str, str]]:
    if step.shallow:
        yield "the checkout has no history to compare with", "add `fetch-depth: 0` to actions/checkout"
    if step.permissions == "write-all":
        yield "the job may do everything", "grant what the workflow of `agent-gate init` grants"
    if step.uses.startswith(_LOCAL) or _RELEASE.search(step.uses):
        return
    none = _NO_COMMIT.search(step.uses) is not None
    yield (
        "no copy of the gate is named" if none else f"`{step.uses}` can change under you",
        "put the commit of the gate that you use after the `@` (docs/installing.md)",
    )


def _unequipped(step: GateStep, needed: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    missing = {who: names - step.given for who, names in needed.items() if names - step.given}
    if step.runs_trials and missing:
        names = frozenset().union(*missing.values())
        who = " and ".join(missing)
        yield f"the step is not given {', '.join(sorted(names))}, which {who} cannot be asked without", give(names)


def _missing(steps: Sequence[GateStep]) -> Iterator[Problem]:
    hint = "`agent-gate init` writes the workflow"
    folder = ".github/workflows"
    if not any(step.evaluates for step in steps):
        yield Problem(path=folder, message="no workflow runs the gate for every push to a pull request", hint=hint)
    elif not any(step.sets_status for step in steps):
        wanted = "give the job `permissions: {statuses: write}`, and do not set `status: false` there"
        yield Problem(path=folder, message="no workflow may set the gate's status on pull requests", hint=wanted)
    if not any(step.signs_off for step in steps):
        yield Problem(path=folder, message="no workflow takes a sign-off", hint=hint)


def _steps(path: str, document: Document, *, own_action: bool) -> Iterator[GateStep]:
    workflow = mapping(document.value)
    triggers = _triggers(workflow.get("on"))
    for name, value in mapping(workflow.get("jobs")).items():
        job = mapping(value)
        steps = [mapping(step) for step in _list(job.get("steps"))]
        shallow = any(_is_shallow(step) for step in steps)
        around = mapping(workflow.get("env")).keys() | mapping(job.get("env")).keys()
        for number, step in enumerate(steps):
            uses = str(step.get("uses", ""))
            if not _is_gate(uses, own_action=own_action):
                continue
            at: KeyPath = ("jobs", name, "steps", number)
            yield GateStep(
                path=path,
                line=document.line((*at, "uses")),
                uses=uses,
                triggers=triggers,
                inputs=mapping(step.get("with")),
                permissions=job.get("permissions", workflow.get("permissions")),
                conditions=tuple(str(part["if"]) for part in (job, step) if "if" in part),
                swallowed=any(part.get("continue-on-error", False) is not False for part in (job, step)),
                shallow=shallow,
                job=str(job.get("name", name)),
                waits="needs" in job,
                given=frozenset(around | mapping(step.get("env")).keys()),
            )


def _is_gate(uses: str, *, own_action: bool) -> bool:
    if uses.startswith(_LOCAL):
        return own_action and uses in _LOCAL
    return ACTION in re.split(r"[/@:]", uses)


def _is_shallow(step: Mapping[str, Json]) -> bool:
    is_checkout = str(step.get("uses", "")).startswith("actions/checkout@")
    return is_checkout and str(mapping(step.get("with")).get("fetch-depth", "1")) != "0"


def _triggers(value: Json) -> Mapping[str, Mapping[str, Json]]:
    if isinstance(value, dict):
        return {event: mapping(filters) for event, filters in value.items()}
    return {event: {} for event in _texts(value)}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()


def _texts(value: Json) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in _list(value)]
