"""The closed vocabularies of the glossary, one enum each."""

from enum import StrEnum


class Severity(StrEnum):
    """P0 blocks a pull request; P1 and P2 are reported."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class Dimension(StrEnum):
    """What is scored apart and never averaged into one number."""

    CORRECTNESS = "correctness"
    GROUNDING = "grounding"
    TONE = "tone"
    SAFETY = "safety"


class Status(StrEnum):
    """A frozen case is part of the baseline; an exploratory one never blocks."""

    FROZEN = "frozen"
    EXPLORATORY = "exploratory"


class Intent(StrEnum):
    """What the user of the scenario is up to."""

    HAPPY = "happy"
    AMBIGUITY = "ambiguity"
    REFUSAL = "refusal"
    ESCALATION = "escalation"
    CORRECTION = "correction"
    TOOL_FAILURE = "tool-failure"
    SAFETY = "safety"
    INJECTION = "injection"


class ToolMatch(StrEnum):
    """How the calls of one turn are held against the expected ones.

    strict: same calls, same order, no extra call; unordered: same calls in any order, no extra call;
    superset: the expected calls occur in any order, extra calls are fine.
    """

    STRICT = "strict"
    UNORDERED = "unordered"
    SUPERSET = "superset"


class Arm(StrEnum):
    """The definition a trial ran against."""

    BASE = "base"
    HEAD = "head"


class Outcome(StrEnum):
    """Of a trial. Failed is the agent's; errored is ours or the network's. They are never merged."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"


class CaseVerdict(StrEnum):
    """What a comparison says of one case, or of one dimension of it."""

    UNCHANGED = "unchanged"
    IMPROVED = "improved"
    REGRESSED = "regressed"
    FLAKY = "flaky"
    NEW = "new"
    NOT_COMPARABLE = "not comparable"
    QUARANTINED = "quarantined"
    INCONCLUSIVE = "inconclusive"
    INFRA_FAILURE = "infra-failure"


class Conclusion(StrEnum):
    """What the gate says of a whole run."""

    PASS = "pass"  # noqa: S105 - a conclusion, not a password
    BLOCKED = "blocked"
    ACCEPTED = "accepted"
    INCONCLUSIVE = "inconclusive"
    INFRA_FAILURE = "infra-failure"


class Tier(StrEnum):
    """Which selection a run makes: by event, or asked for."""

    PULL_REQUEST = "pull-request"
    FULL = "full"
    NAMED = "named"
    DAILY = "daily"
    WEEKLY = "weekly"
