"""`agent-gate calibrate probe`: the judge's own tests, before people spend time on it."""

import json
from argparse import Namespace
from pathlib import Path

import anyio
from tabulate import tabulate

from gate.cli.deciding import read_config
from gate.config import Config
from gate.errors import ExitCode, GateError, UsageError
from gate.judges.kin import scripted_models
from gate.judges.ledger import Ledger, models_words
from gate.judges.live import LiveJudge
from gate.judges.open import open_judge
from gate.judges.probe import PROBES, Probe
from gate.model.counting import count
from gate.model.judge import NoVote, Vote
from gate.ports import Judge
from gate.reports.escape import terminal
from gate.repository.repository import Repository
from gate.scoring.wording import quoted


def probe(arguments: Namespace) -> int:
    """Ask the configured judge every probe once; exit with 1 when it fails one."""
    with Repository.discover(Path.cwd()) as repository:
        tree = repository.work_tree()
        _, config = read_config(tree)
        scripted = scripted_models(config, tree)
        root = repository.root
    anew = config.judge.model_copy(update={"cache": ""})  # what was said yesterday tests nothing today
    judge = open_judge(root, config.model_copy(update={"judge": anew}), {}, scripted=scripted)
    if not isinstance(judge, LiveJudge):
        raise UsageError(
            "no judge is configured that can be asked", "set `judge.provider` to a live one (docs/judge.md)"
        )
    answers = anyio.run(_asked, judge)
    notes = (*models_words(judge.ledger.models, config.judge.model, config.judge.resolved), *judge.notes())
    found = [_result(one, answers[one.name]) for one in PROBES]
    if arguments.json:
        print(json.dumps({"probes": found, "notes": notes}))
    else:
        rows = [
            (one["probe"], one["shows"], one["right"], one["gave"], "" if one["passed"] else "FAILS") for one in found
        ]
        print(tabulate(rows, headers=("probe", "shows that", "right", "gave", ""), disable_numparse=True))
        failed = [one for one in found if not one["passed"]]
        print(f"\n{len(found) - len(failed)} of {len(found)} probes passed")
        for one in failed:
            print(f"  {one['probe']}: {terminal(str(one['reason']))[:300]}")
        print(f"asked {_used(judge.ledger, config)}")
        for note in notes:
            print(terminal(note))
    return ExitCode.PASS if all(one["passed"] for one in found) else ExitCode.BLOCKED


def _used(ledger: Ledger, config: Config) -> str:
    tokens = f"{count(ledger.calls, 'time')}, {ledger.input_tokens:,} tokens in, {ledger.output_tokens:,} out"
    price = config.prices.get(config.judge.model)
    if price is None:
        return tokens
    return f"{tokens}, cost {price.of(ledger.input_tokens, ledger.output_tokens):,.4f}"


async def _asked(judge: Judge) -> dict[str, Vote | NoVote]:
    """The vote on each probe. Raises what the first that failed raised, once the others have ended."""
    answers: dict[str, Vote | NoVote] = {}
    failures: list[GateError] = []

    async def one(asked: Probe) -> None:
        try:
            answers[asked.name] = await judge.vote(asked.question(), 0)
        except GateError as error:
            failures.append(error)

    async with judge.open(), anyio.create_task_group() as group:
        for asked in PROBES:
            group.start_soon(one, asked)
    if failures:
        raise failures[0]
    return answers


def _result(asked: Probe, answer: Vote | NoVote) -> dict[str, object]:
    right = ", ".join(f"{name} {'/'.join(map(str, sorted(scores)))}" for name, scores in asked.right.items())
    about: dict[str, object] = {"probe": asked.name, "shows": asked.shows, "right": right}
    if isinstance(answer, NoVote):
        return {**about, "gave": "no score", "passed": False, "reason": answer.reason}
    gave = ", ".join(f"{name} {score.value}" for name, score in answer.scores.items())
    texts = asked.question().turns.values()
    wrong = [
        f"{name}: gave {score.value}: {score.reason}"
        for name, score in answer.scores.items()
        if score.value not in asked.right[name]
    ]
    wrong += [
        f"{name}: its quote does not occur in the conversation: {score.quote}"
        for name, score in answer.scores.items()
        if not any(quoted(score.quote, text) for text in texts)
    ]
    return {**about, "gave": gave, "passed": not wrong, "reason": "; ".join(wrong)}
