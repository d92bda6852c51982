"""A case: the scenario of one fixture, with everything that is expected of the agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from typing_extensions import TypeAliasType

from gate.model.words import Dimension, Intent, Severity, Status, ToolMatch

Json = TypeAliasType("Json", "bool | int | float | str | list[Json] | dict[str, Json] | None")


@dataclass(frozen=True, slots=True)
class AnyValue:
    """Matches any non-empty value (written `any`)."""

    kind: Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class Equals:
    """Matches exactly `value` (a literal, or `{equals: …}`)."""

    value: Json
    kind: Literal["equals"] = "equals"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Matches text in which the regular expression is found from start to end."""

    pattern: str
    kind: Literal["pattern"] = "pattern"


@dataclass(frozen=True, slots=True)
class OneOf:
    """Matches any of the listed values."""

    values: tuple[Json, ...]
    kind: Literal["one_of"] = "one_of"


@dataclass(frozen=True, slots=True)
class Number:
    """Matches a number within `tolerance` of `value`; text that reads as a number counts."""

    value: float
    tolerance: float = 0.0
    kind: Literal["number"] = "number"


@dataclass(frozen=True, slots=True)
class Absent:
    """Matches when the argument is not given at all."""

    kind: Literal["absent"] = "absent"


ArgumentMatcher = AnyValue | Equals | Pattern | OneOf | Number | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the user says in one turn; `context` is what the fixture's author has the agent say (never sent)."""

    number: int
    user: str
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCall:
    """A tool call expected in a turn. Arguments not named here may have any value."""

    turn: int
    tool: str
    args: Mapping[str, ArgumentMatcher] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What an action returns in a controlled environment, for calls of `tool` whose arguments match."""

    tool: str
    result: Json = None
    error: str = ""
    turn: int = 0
    args: Mapping[str, ArgumentMatcher] = field(default_factory=dict)
    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedBehavior:
    """One bullet of the expected behaviour; `turn` 0 = every turn."""

    text: str
    turn: int = 0
    kind: Literal["expected", "negative", "tone"] = "expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """What score 0, 1 and 2 mean on a dimension; `standard` = the built-in anchors."""

    dimension: Dimension
    anchors: tuple[str, str, str]
    standard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AntiPattern:
    """A quote that must not occur in a reply; when it does, `dimension` is capped at `cap`."""

    quote: str
    why: str
    dimension: Dimension
    cap: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A session variable with its platform type (Text, Number, Boolean, Date, …)."""

    name: str
    type: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRetrieval:
    """Sources (article or document names) that a turn must retrieve; `turn` 0 = any turn."""

    sources: tuple[str, ...]
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """SHA-256 (hex) of each thing a case is evaluated by; a different one means a different number.

    fixture: input and expectations; rubric: what the judge is asked of it; data: the test data it uses.
    """

    fixture: str
    rubric: str
    data: str


NO_FINGERPRINTS = Fingerprints(fixture="", rubric="", data="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One scenario, placeholders resolved. `key` (agent/id) names it across agents."""

    id: str
    agent: str
    topic: str  # "" = cross-topic: affected by any change of the agent
    dimensions: tuple[Dimension, ...]
    severity: Severity
    turns: tuple[Turn, ...]
    status: Status = Status.FROZEN
    intent: Intent | None = None
    owner: str = ""
    created: str = ""
    updated: str = ""
    reviewed: str = ""
    tags: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    expected_topic: str = ""
    expected_tool_calls: tuple[ExpectedCall, ...] | None = None  # None: nothing declared; (): no call allowed
    tool_match: ToolMatch = ToolMatch.STRICT
    forbidden_tools: tuple[str, ...] = ()
    tool_results: tuple[ToolResult, ...] = ()
    expected_retrieval: tuple[ExpectedRetrieval, ...] = ()
    must_include: tuple[str, ...] = ()
    must_not_include: tuple[str, ...] = ()
    behaviors: tuple[ExpectedBehavior, ...] = ()
    rubrics: tuple[Rubric, ...] = ()
    reference_answer: str = ""
    anti_patterns: tuple[AntiPattern, ...] = ()
    trials: int = 0  # 0 = as the policy says
    data: Mapping[str, str] = field(default_factory=dict)  # test-data key -> value, of the keys this case uses
    path: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)  # frontmatter key or section -> line
    fingerprints: Fingerprints = NO_FINGERPRINTS

    @property
    def key(self) -> str:
        """The case's name across agents: `agent/id`."""
        return f"{self.agent}/{self.id}"
