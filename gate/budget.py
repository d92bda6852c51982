"""Caps on what a run may use, and what is left out when they are reached: P2 first, then P1 repeats, never P0."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from gate.model.case import Json
from gate.model.comparison import Request
from gate.model.counting import count
from gate.model.transcript import Transcript
from gate.model.words import Arm, Severity

_SHOWN_KINDS = 8
_LONGEST_KIND = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Most trials, judge calls, tokens and money of one run; 0 = no cap."""

    trials: int = 0
    judge_calls: int = 0
    tokens: int = 0
    money: float = 0.0

    def share(self, shards: int) -> "Caps":
        """What one of several shards may use; a cap that is set never falls to 0, which would be none."""
        return Caps(
            trials=ceil(self.trials / shards),
            judge_calls=ceil(self.judge_calls / shards),
            tokens=ceil(self.tokens / shards),
            money=self.money / shards,
        )


@dataclass(slots=True, kw_only=True)
class Meter:
    """What a run has used so far. `money` counts only models that have a price, `judge_money` of it the judge's.

    `left_out`: trials that a cap kept from running. `masked`: places in transcripts that were masked, by kind.
    `unknown`: what drivers were told and did not understand, by kind. `answered`: trials by agent, arm and the version
    that answered, where the platform names one.
    """

    trials: int = 0
    judge_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    money: float = 0.0
    judge_money: float = 0.0
    left_out: list[Request] = field(default_factory=list)
    masked: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    answered: Counter[tuple[str, Arm, str]] = field(default_factory=Counter)

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def add(self, other: "Meter") -> None:
        """Count what another part of the run used."""
        self.trials += other.trials
        self.judge_calls += other.judge_calls
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.money += other.money
        self.judge_money += other.judge_money
        self.left_out += other.left_out
        self.masked += other.masked
        self.unknown += other.unknown
        self.answered += other.answered

    def heard(self, transcript: Transcript) -> None:
        """Count what a transcript tells beside what it cost."""
        self.masked.update(transcript.redacted)
        self.unknown.update(_kind(one) for turn in transcript.turns for one in turn.unknown)
        if transcript.version:
            self.answered[transcript.case.partition("/")[0], transcript.arm, transcript.version] += 1


def affordable(
    batch: Sequence[Request], used: Meter, caps: Caps, severity: Callable[[str], Severity], expected: Meter
) -> tuple[list[Request], list[Request]]:
    """Split a batch into what runs and what is left out.

    A trial yet to run is expected to use what the trials so far used on average; before there are any, what the
    forecast expects of one (`expected` is the whole forecast). When the batch would pass a cap, its
    P2 trials are left out from the end; when that is not enough, P1 trials beyond each case's first; P0 always runs.
    """
    room = _room(used, caps, expected)
    over = len(batch) - room if room is not None else 0
    left_out: set[Request] = set()
    for droppable in (_is_p2, _is_p1_repeat):
        for request in reversed(batch):
            if len(left_out) >= over:
                break
            if droppable(request, severity(request.case)):
                left_out.add(request)
    return [item for item in batch if item not in left_out], [item for item in batch if item in left_out]


def left_out_words(left_out: Sequence[Request], severity: Callable[[str], Severity]) -> tuple[str, ...]:
    """What the budget kept from running, as a sentence for the report; () when it was nothing."""
    if not left_out:
        return ()
    whole = sorted({one.case for one in left_out if severity(one.case) is Severity.P2})
    repeats = sorted({one.case for one in left_out} - set(whole))
    parts = [f"{word} {', '.join(cases)}" for word, cases in (("P2:", whole), ("P1 repeats:", repeats)) if cases]
    trials = count(len(left_out), "trial, which counts", "trials, which count")
    return (f"the budget left out {trials} for nothing ({'; '.join(parts)})",)


def masked_words(masked: Mapping[str, int]) -> tuple[str, ...]:
    """What was masked in transcripts, as a sentence for the report; () when it was nothing."""
    if not masked:
        return ()
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in sorted(masked.items()))
    return (f"masked in replies and tool results before anything was kept: {kinds}",)


def unknown_words(unknown: Mapping[str, int]) -> tuple[str, ...]:
    """What was not understood of what platforms told, as a sentence for the report; () when it was nothing."""
    if not unknown:
        return ()
    shown = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    kinds = ", ".join(f"{kind} {number:,}" for kind, number in shown[:_SHOWN_KINDS])
    more = f" and {count(len(shown) - _SHOWN_KINDS, 'more kind')}" if len(shown) > _SHOWN_KINDS else ""
    return (f"not understood, and kept as it came in the transcripts (`unknown`): {kinds}{more}",)


def answered_words(answered: Iterable[tuple[str, Arm, str]]) -> tuple[str, ...]:
    """Which version answered, a sentence for each agent and arm."""
    return tuple(f"`{agent}` {arm} answered: {version}" for agent, arm, version in sorted(answered))


def mixed_words(answered: Iterable[tuple[str, Arm, str]]) -> str:
    """Why trials cannot be counted together: several versions of one arm answered; "" when they can."""
    versions: dict[tuple[str, Arm], list[str]] = {}
    for agent, arm, version in sorted(answered):
        versions.setdefault((agent, arm), []).append(version)
    return "; ".join(
        f"several versions of {agent} answered as {arm} ({', '.join(found)}), so its trials cannot be counted together"
        for (agent, arm), found in versions.items()
        if len(found) > 1
    )


def _kind(told: Json) -> str:
    said = told.get("type") or told.get("stepType") if isinstance(told, dict) else None
    return str(said)[:_LONGEST_KIND] if said else "without a type"


def _is_p2(_: Request, severity: Severity) -> bool:
    return severity is Severity.P2


def _is_p1_repeat(request: Request, severity: Severity) -> bool:
    return severity is Severity.P1 and request.trial > 1


def _room(used: Meter, caps: Caps, expected: Meter) -> int | None:
    """How many more trials fit under every cap; None when nothing is capped."""
    rooms = [max(0, caps.trials - used.trials)] if caps.trials else []
    known = used if used.trials else expected
    for cap, spent, seen in (
        (caps.tokens, used.tokens, known.tokens),
        (caps.money, used.money, known.money),
        (caps.judge_calls, used.judge_calls, known.judge_calls),
    ):
        if cap and known.trials and seen:
            rooms.append(max(0, int((cap - spent) / (seen / known.trials))))
    return min(rooms) if rooms else None
