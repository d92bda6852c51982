"""What is held before a live agent is asked: the quota of a day, `budget.runs_per_day`, and that a cap can be one.

A run that would be one too many asks nobody and concludes nothing. It is not made smaller instead: P0 cases are most of
what a run costs, and whoever pushes often would spend without end.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gate.config import Config
from gate.errors import CouldNotTellError, StoreError, UsageError
from gate.github.host import Host, WorkflowRun
from gate.store import RunFolder

DAY = timedelta(hours=24)
Earlier = Callable[[datetime], int]
"""How many runs that count began since a time."""
_NAME = "%Y-%m-%d/%H%M%SZ"
"""How the name of a run folder begins, below the runs root."""


def hold_quota(config: Config, agents: Collection[str], earlier: Earlier) -> None:
    """Raise `CouldNotTellError` when one of `agents` is live and the quota of a day is used up.

    Raise `UsageError` when `budget.money` is set and a live one has no price. Whatever keeps `earlier` from counting is
    raised as well: a quota that nobody can hold is not left out silently.
    """
    live = [name for name in agents if not config.agents[name].is_replayed]
    if config.budget.money:
        _prove_prices(config, live)
    most = config.budget.runs_per_day
    if not most or not live:
        return
    begun = earlier(datetime.now(UTC) - DAY)
    if begun >= most:
        runs = f"{begun} run{'s' if begun > 1 else ''} began within 24 hours"
        raise CouldNotTellError(
            f"the quota of a day is used up, so no agent was asked: {runs}, `budget.runs_per_day` is {most}",
            "run again later, or raise it where agent-gate.yml is read from",
            again=False,
        )


def _prove_prices(config: Config, live: Iterable[str]) -> None:
    for name in live:
        model = config.agents[name].runs_on
        if model not in config.prices:
            missing = f"its model {model} has no price" if model else "it names no `model`, so nothing has its price"
            raise UsageError(
                f"`budget.money` is set, and what agent {name} costs cannot be counted: {missing}",
                f"set `agents.{name}.model` and `prices.<model>` (docs/configuration.md), or cap `budget.trials`",
            )


def kept_runs(runs: Path) -> Earlier:
    """Counts run folders below `runs` in which a live agent was asked. A merged run is its shards', which count."""

    def count(since: datetime) -> int:
        return sum(_asked(path) for path in runs.glob("????-??-??/??????Z-*") if _began(path) >= since)

    return count


def workflow_runs(host: Host | None, run_id: int) -> Earlier:
    """Counts the runs of a run's own workflow, by GitHub.

    Raises `UsageError` without a token, and whatever `Host` raises: `actions: read` is needed.
    """

    def count(since: datetime) -> int:
        if host is None:
            message = "`budget.runs_per_day` is set, and runs cannot be counted without a token"
            raise UsageError(message, "give the action one with `token:`, and the job `actions: read`")
        own = host.workflow_run(run_id)
        return begun_before(own, host.workflow_runs(own.workflow, since))

    return count


def begun_before(own: WorkflowRun, listed: Iterable[WorkflowRun]) -> int:
    """How many of the runs listed began before this attempt of `own`. Each attempt counts, and no skipped run does."""
    before = (one for one in listed if not one.skipped and (one.began, one.id) <= (own.began, own.id))
    return sum(one.attempts - (one.id == own.id) for one in before)


def _began(path: Path) -> datetime:
    name = f"{path.parent.name}/{path.name.partition('-')[0]}"
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _asked(path: Path) -> bool:
    """Whether a live agent was asked in a run. One that cannot be read counts when it has trials."""
    agents = {one.name for part in ("transcripts", "void/transcripts") for one in (path / part).glob("*")}
    try:
        with RunFolder.open(path) as folder:
            known = folder.inputs().config.agents
            merged = bool(folder.plan().shards)
    except StoreError:
        return bool(agents)
    return not merged and any(not known[name].is_replayed for name in agents if name in known)
