"""Writes the example's recordings, verdicts, baseline and calibration from the conversations in `cases/`.

    python examples/customer-support/authoring/build.py            write them
    python examples/customer-support/authoring/build.py --check    only say what is not current (exit 1)

All of it was written by hand for this project: nothing was captured from a model.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import anyio
from conversations import Author, Recorded
from definitions import BASE, CURT, RECORDED, fingerprint
from ratings import RATERS, SITTINGS, items, judged, markdown, table
from verdicts import verdicts

from gate import __version__
from gate.agents.replay import FOLDER_LENGTH
from gate.baselines.comparable import Scorers
from gate.baselines.file import write_baseline
from gate.baselines.record import FIRST_RUNS, Origin, record
from gate.calibration.file import merged, print_calibration
from gate.calibration.sample import Judged
from gate.calibration.sheet import items_of
from gate.calibration.standing import advisory_from, measured
from gate.config import FILE_NAME, ReplayDriver, parse_config
from gate.fixtures.suite import Suite, load_suite
from gate.model.calibration import Calibration
from gate.model.case import Case
from gate.model.judge import Vote
from gate.model.transcript import Transcript, TurnRecord
from gate.model.words import Arm, Dimension
from gate.repository.trees import DiskTree, FolderTree
from gate.scoring.checks import CHECKS_VERSION
from gate.scoring.recorded import RecordedJudge, print_verdicts, verdicts_path
from gate.scoring.scorer import Scorer

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples/customer-support"
AGENT = "customer-support-agent"
WRITTEN = "by hand for this project"
RECORDED_ON = "2026-11-20"
"""The day the baseline carries; a fixed one, so that building again changes nothing."""

_SCRIPT = EXAMPLE / "force-app/main/default/aiAuthoringBundles/Customer_Support/Customer_Support.agent"
_ALIAS = re.compile(r"^ +(\w+): @actions\.(\w+)$", re.MULTILINE)
_NUMBERS = re.compile(r"\[\s*(\d+(?:,\s*\d+)*)\s*\]")


@dataclass(frozen=True)
class Definition:
    """One definition of the agent with all its trials: for each case the order and the distinct transcripts."""

    name: str
    fingerprint: str
    trials: Mapping[str, tuple[list[int], list[Recorded]]]


class Build:
    """Everything that is written, as path to text."""

    def __init__(self) -> None:
        self.config = parse_config((ROOT / FILE_NAME).read_text(encoding="utf-8"))
        folder = ROOT / self.config.fixtures
        names = [str(path.relative_to(ROOT)).encode() for path in folder.rglob("*") if path.is_file()]
        self.suite: Suite = load_suite(
            DiskTree(ROOT, names, {}), self.config.fixtures, self.config.test_data, tuple(self.config.agents)
        )
        if self.suite.problems:
            raise SystemExit("\n".join(map(str, self.suite.problems)))

    @cached_property
    def author(self) -> Author:
        """What expands the written conversations."""
        return Author(
            folder=EXAMPLE / "authoring/cases",
            articles=EXAMPLE / "knowledge",
            data=self.suite.data,
            aliases={action: alias for alias, action in _ALIAS.findall(_SCRIPT.read_text(encoding="utf-8"))},
        )

    @cached_property
    def definitions(self) -> list[Definition]:
        """The recorded definitions."""
        source = self.config.agents[AGENT].source
        return [
            Definition(
                name,
                fingerprint(ROOT, source, name),
                {case.id: self.author.record(case, name) for case in self.suite.cases},
            )
            for name in RECORDED
        ]

    @cached_property
    def rated(self) -> list[list[tuple[Judged, Recorded]]]:
        """What people scored in each sitting: the recorded conversations, then the curt ones."""
        judge = RecordedJudge(FolderTree(ROOT), "").fingerprint
        both, tone = frozenset({Dimension.TONE, Dimension.GROUNDING}), frozenset({Dimension.TONE})
        first: dict[str, tuple[Judged, Recorded]] = {}
        second: dict[str, tuple[Judged, Recorded]] = {}
        for case in self.suite.cases:
            recorded = [one for definition in self.definitions for one in definition.trials[case.id][1]]
            curt = self.author.unrecorded(case, CURT)
            first |= {one[0].question.hash: one for one in judged(case, recorded, self.suite.data, judge, both)}
            second |= {one[0].question.hash: one for one in judged(case, curt, self.suite.data, judge, tone)}
        return [[found[key] for key in sorted(found)] for found in (first, second)]

    @cached_property
    def verdicts(self) -> dict[str, dict[str, tuple[Vote, ...]]]:
        """The votes by case and by question."""
        found: dict[str, dict[str, tuple[Vote, ...]]] = {}
        for definition in self.definitions:
            for case in self.suite.cases:
                transcripts = definition.trials[case.id][1]
                found.setdefault(case.key, {}).update(verdicts(case, transcripts, self.suite.data))
        return found

    def files(self) -> dict[Path, str]:
        """The text of every file that is built."""
        driver = self.config.agents[AGENT].driver
        assert isinstance(driver, ReplayDriver)
        recordings = ROOT / driver.recordings
        folder = self.config.judge.verdicts
        files: dict[Path, str] = {}
        for definition in self.definitions:
            home = recordings / definition.fingerprint[:FOLDER_LENGTH]
            about = {"agent": AGENT, "describes": definition.name, "fingerprint": definition.fingerprint}
            files[home / "agent.json"] = _text({**about, "written": WRITTEN})
            files |= {home / f"{case.id}.json": _text(_recording(case, definition)) for case in self.suite.cases}
        for case, votes in self.verdicts.items():
            files[ROOT / verdicts_path(folder, case)] = print_verdicts(votes)
        files[ROOT / self.config.baselines / f"{AGENT}.json"] = self._baseline()
        files[ROOT / self.config.calibration.folder / f"{AGENT}.json"] = print_calibration(self.calibration)
        return files | self._sheets()

    @cached_property
    def calibration(self) -> Calibration:
        """What people say of the judge."""
        calibration = Calibration(agent=AGENT)
        for date, trials in zip(SITTINGS, self.rated, strict=True):
            for item in items(trials, date):
                calibration = merged(calibration, (item,))
        return calibration

    def _sheets(self) -> dict[Path, str]:
        """The filled sheets that the calibration was taken from."""
        files: dict[Path, str] = {}
        for date, trials in zip(SITTINGS, self.rated, strict=True):
            place = EXAMPLE / "calibration" / date
            sample = Calibration(agent=AGENT, items=items_of([one for one, _ in trials]))
            files[place / "sample.json"] = print_calibration(sample)
            files[place / f"sheet-{RATERS[0]}.md"] = markdown(trials, AGENT, RATERS[0])
            files[place / f"sheet-{RATERS[1]}.csv"] = table(trials, RATERS[1])
        return files

    def _baseline(self) -> str:
        """The accepted results: what the gate says of the first trials of the base definition."""
        with tempfile.TemporaryDirectory() as folder:
            for case, votes in self.verdicts.items():
                _write(Path(verdicts_path(folder, case)), print_verdicts(votes))
            judge = RecordedJudge(FolderTree(Path(folder)), "")
            return anyio.run(self._recorded, judge)

    async def _recorded(self, judge: RecordedJudge) -> str:
        scorer = Scorer(judge, votes=self.config.judge.votes, test_data=self.suite.data, levels=lambda _: {})
        base = next(one for one in self.definitions if one.name == BASE)
        scores = [await scorer(case, trial) for case, trial in self._first_trials(base)]
        origin = Origin(
            agent=AGENT,
            agent_fingerprint=base.fingerprint,
            commit="",
            gate_version=__version__,
            date=RECORDED_ON,
            scorers=Scorers(judge=judge.fingerprint, checks=CHECKS_VERSION),
        )
        known = measured(self.calibration, self.suite.cases, judge.fingerprint, self.config.calibration.agreement)
        advisory = advisory_from({AGENT: known}, judge.fingerprint)(AGENT)
        return write_baseline(record(None, self.suite.cases, scores, origin, advisory=advisory))

    def _first_trials(self, definition: Definition) -> Iterator[tuple[Case, Transcript]]:
        for case in self.suite.cases:
            order, transcripts = definition.trials[case.id]
            for trial, index in enumerate(order[:FIRST_RUNS], start=1):
                yield (
                    case,
                    Transcript(
                        case=case.key,
                        arm=Arm.BASE,
                        trial=trial,
                        agent_fingerprint=definition.fingerprint,
                        turns=transcripts[index].turns,
                    ),
                )


def _recording(case: Case, definition: Definition) -> dict[str, object]:
    order, transcripts = definition.trials[case.id]
    return {
        "case": case.id,
        "fixture": case.fingerprints.fixture,
        "order": order,
        "transcripts": [{"count": one.count, "turns": [_turn(turn) for turn in one.turns]} for one in transcripts],
    }


def _turn(turn: TurnRecord) -> dict[str, object]:
    calls = [
        {"alias": call.alias, "arguments": call.arguments, "name": call.name}
        | ({"error": call.error} if call.error else {"result": call.result})
        for call in turn.tool_calls
    ]
    passages = [{"query": one.query, "source": one.source, "text": one.text} for one in turn.retrieved]
    return {
        "number": turn.number,
        "user": turn.user,
        "reply": turn.reply,
        "topic": turn.topic,
        **({"tool_calls": calls} if calls else {}),
        **({"retrieved": passages} if passages else {}),
    }


def _text(value: object) -> str:
    """JSON with sorted keys, one value a line; lists of bare numbers on one."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return _NUMBERS.sub(lambda match: "[" + ", ".join(re.split(r",\s*", match[1])) + "]", text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _built() -> Iterator[Path]:
    """Files of earlier builds."""
    yield from (EXAMPLE / "recordings").rglob("*.json")
    yield from (EXAMPLE / "verdicts").rglob("*.jsonl")
    yield from (path for path in (EXAMPLE / "calibration").rglob("*") if path.is_file())


def main() -> int:
    """Build, or check."""
    parser = argparse.ArgumentParser(description="Write the example's recordings, verdicts, baseline and calibration.")
    parser.add_argument("--check", action="store_true", help="only say what is not current")
    check: bool = parser.parse_args().check
    files = Build().files()
    old = [path for path in _built() if path not in files]
    stale = [
        path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf-8") != text
    ] + old
    if check:
        for path in sorted(stale):
            print(path.relative_to(ROOT), file=sys.stderr)
        print(f"{len(stale)} of {len(files)} files are not current" if stale else f"{len(files)} files are current")
        return 1 if stale else 0
    for path in old:
        path.unlink()
    for path, text in files.items():
        _write(path, text)
    print(f"wrote {len(stale) - len(old)} of {len(files)} files, removed {len(old)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
