"""`agent-gate merge`: the shards of one plan become one run, which is decided and reported as a whole.

Nothing is run here: each shard's procedure is led again through the trials its shard kept. What a shard did not bring
is a trial that never ran, and is told as such.
"""

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from gate.cli.evaluate import conduct
from gate.cli.present import publish
from gate.errors import UsageError
from gate.model.plan import Forecast, Part, Plan
from gate.model.report import Report
from gate.model.words import Arm
from gate.planning.shards import merged
from gate.ports import Capabilities
from gate.repository.repository import Repository
from gate.store import Inputs, RunFolder, run_folder_name

Shards = Mapping[int, RunFolder]
"""Run folders by the number of the shard they hold."""
_UNKNOWN = Capabilities(arms=frozenset({Arm.HEAD}), deterministic=False)
"""What is taken for the driver of an agent none of whose shards arrived."""


def merge(arguments: Namespace) -> int:
    """Merge, publish the report, and exit with what it decides; a missing shard is never green."""
    with Repository.discover(Path.cwd()) as repository:
        root = repository.root
    report = merge_shards(
        [Path(folder) for folder in arguments.folders],
        root,
        label=arguments.label or "merged",
        runs=Path(arguments.runs) if arguments.runs else None,
    )
    return publish(report, as_json=arguments.json)


def merge_shards(places: Sequence[Path], root: Path, *, label: str, runs: Path | None = None) -> Report:
    """The report of the whole run whose shards lie in or below `places`; `root` is the repository they belong to.

    Raises `UsageError` when there is none, one is there twice, or they are not parts of the same run.
    """
    with ExitStack() as open_folders:
        shards = _by_number(open_folders.enter_context(RunFolder.open(path)) for path in _run_folders(places))
        plan, inputs = _whole(shards)
        folder = RunFolder.create(
            runs or root / inputs.config.runs, run_folder_name(inputs.started, label, plan.head.sha)
        )
        open_folders.enter_context(folder)
        folder.save_start(replace(inputs, root=str(root)), plan)
        for shard in shards.values():
            _copy(shard, folder)
        return conduct(folder, None)


def _run_folders(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        found = [plan.parent for plan in sorted(place.rglob("plan.json"))]
        if not found:
            raise UsageError(f"there is no run folder in {place}", "name the folders that `run --shard` made")
        yield from found


def _by_number(folders: Iterable[RunFolder]) -> Shards:
    shards: dict[int, RunFolder] = {}
    for folder in folders:
        number = _part(folder).number
        if number in shards:
            twice = f"{shards[number].path} and {folder.path}"
            raise UsageError(f"shard {number} is there twice: {twice}", "leave the older one out")
        shards[number] = folder
    return dict(sorted(shards.items()))


def _part(folder: RunFolder) -> Part:
    part = folder.plan().part
    if part is None:
        hint = "name folders made by `agent-gate run --shard I/N`; two whole runs are held together by `compare`"
        raise UsageError(f"{folder.path} is no shard but a run of its own", hint)
    return part


def _whole(shards: Shards) -> tuple[Plan, Inputs]:
    """The plan and the inputs that all shards agree on."""
    first, *others = shards.values()
    for other in others:
        for what, (mine, yours) in _identities(first, other).items():
            if mine != yours:
                raise UsageError(
                    f"{first.path} and {other.path} are not shards of one run: their {what} differ",
                    "run every shard on the same commits, with the same gate and the same options",
                )
    inputs = [folder.inputs() for folder in shards.values()]
    plan = _comparable(first.plan())
    names = {item.case.partition("/")[0] for item in plan.selected}
    known = {name: can for one in inputs for name, can in one.capabilities.items()}
    return (
        replace(
            plan,
            forecast=_forecast(folder.plan() for folder in shards.values()),
            missing=tuple(number for number in range(1, len(plan.shards) + 1) if number not in shards),
        ),
        replace(
            inputs[0],
            started=min(one.started for one in inputs),
            broken=tuple(dict.fromkeys(problem for one in inputs for problem in one.broken)),
            capabilities={name: known.get(name, _UNKNOWN) for name in sorted(names)},
        ),
    )


def _identities(first: RunFolder, other: RunFolder) -> dict[str, tuple[object, object]]:
    """What has to be equal in two shards of one run, by the words a message uses for it."""
    plans = _comparable(first.plan()), _comparable(other.plan())
    inputs = first.inputs(), other.inputs()
    return {
        "numbers of shards": (len(plans[0].shards), len(plans[1].shards)),
        "base commits": (plans[0].base.sha, plans[1].base.sha),
        "head commits": (plans[0].head.sha, plans[1].head.sha),
        "versions of the gate": (inputs[0].gate_version, inputs[1].gate_version),
        "checks": (inputs[0].checks_version, inputs[1].checks_version),
        "configurations": (inputs[0].config, inputs[1].config),
        "baselines": (inputs[0].baselines, inputs[1].baselines),
        "test data": (inputs[0].test_data, inputs[1].test_data),
        "fixtures": (inputs[0].cases, inputs[1].cases),
        "plans": plans,
    }


def _comparable(plan: Plan) -> Plan:
    return replace(merged(plan), forecast=Forecast(trials=0, judge_calls=0))


def _forecast(plans: Iterable[Plan]) -> Forecast:
    """The sum over the shards; no money when one of them has no price."""
    parts = [plan.forecast for plan in plans]
    money = [part.money for part in parts if part.money is not None]
    return Forecast(
        trials=sum(part.trials for part in parts),
        judge_calls=sum(part.judge_calls for part in parts),
        tokens=sum(part.tokens for part in parts),
        money=sum(money) if len(money) == len(parts) else None,
        unpriced=tuple(dict.fromkeys(words for part in parts for words in part.unpriced)),
    )


def _copy(shard: RunFolder, folder: RunFolder) -> None:
    """Take over the trials and scores of a shard's own cases."""
    own = {item.case for item in shard.plan().selected}
    for transcript in shard.transcripts():
        if transcript.case in own:
            folder.save_transcript(transcript)
    for scores in shard.all_scores():
        if scores.case in own:
            folder.save_scores(scores)
