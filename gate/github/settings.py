"""The action's inputs, parsed once. A test holds `action.yml`, this module and the table in docs/github.md equal."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from gate.errors import ProblemsError
from gate.model.problem import Problem

PREFIX = "INPUT_"
"""The runner hands an input over under this prefix and its name in upper case, dashes kept."""
WORKFLOW_BOT = "github-actions[bot]"
"""The account behind a workflow's own token."""
_SEPARATORS = re.compile(r"[\s,]+")


def _names(value: object) -> object:
    return tuple(name for name in _SEPARATORS.split(value) if name) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""Names separated by commas, blanks or line ends."""


def _is_part(value: str) -> str:
    found = re.fullmatch(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})", value)
    if found is None or int(found[1]) > int(found[2]):
        raise ValueError(f"{value!r} is no part: write 2/4 for the second of four")
    return value


class Settings(BaseModel):
    """One field an input; `_` in a name is `-` in the workflow. An empty input is one that was not given."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        alias_generator=lambda name: name.replace("_", "-"),
        validate_by_name=True,
    )

    token: SecretStr = SecretStr("")
    """The token GitHub is asked with. Without one nothing is posted."""
    path: str = "."
    """Where the repository is checked out, below the workspace."""
    agents: Names = ()
    """Only these agents; separated by commas, blanks or line ends."""
    cases: Names = ()
    """Only these cases; the result then sets no status and no comment, since it is not the whole answer."""
    tier: Literal["pull-request", "full", "daily", "weekly"] | None = None
    """The selection; by default `pull-request` on pull requests, `full` when started by hand, `daily` on a schedule."""
    policy: Literal["confirm", "majority", "any-drop"] | None = None
    """How scores become verdicts; by default as configured."""
    mode: Literal["fast", "standard", "strict"] | None = None
    """Screening of the confirm policy; by default as configured."""
    pull_request: int | None = Field(default=None, ge=1)
    """Started by hand: the number of the pull request to evaluate, comment on and set the status of."""
    record_baseline: bool = False
    """Started by hand or on a schedule on the default branch: count the run into its baseline, and commit that."""
    shard: Annotated[str, AfterValidator(_is_part)] = ""
    """Run only part I of N, given as `I/N`; such a job sets no status and no comment."""
    merge: str = ""
    """A folder, below the workspace, with the run folders of all shards: they are joined and decided."""
    comment: bool = True
    """Post the sticky comment."""
    account: str = WORKFLOW_BOT
    """The account the token acts as; name it when the token is not the workflow's own."""
    status: bool = True
    """Set the commit status `agent-eval-gate` (with `agents`, one of their own)."""
    artifact: str = "agent-eval-gate"
    """The name under which the workflow uploads the run folder, where sign-off finds the result again."""

    @property
    def part(self) -> tuple[int, int] | None:
        """The shard's number and how many there are; None = the run is whole."""
        number, _, count = self.shard.partition("/")
        return (int(number), int(count)) if count else None

    @property
    def is_whole(self) -> bool:
        """Whether the result answers for the whole change, so that it may stand on the commit."""
        return not self.cases and not self.shard

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """The inputs of a step. Raises `ProblemsError` with every unknown input and every wrong value."""
        given = {
            name.removeprefix(PREFIX).lower(): value.strip()
            for name, value in environ.items()
            if name.startswith(PREFIX) and value.strip()
        }
        try:
            return cls.model_validate(given, by_name=False, by_alias=True)
        except ValidationError as error:
            raise ProblemsError(
                [_problem(str(item["loc"][0]), item["type"], item["msg"]) for item in error.errors()]
            ) from error


def input_names() -> list[str]:
    """Every input's name as a workflow spells it."""
    return [name.replace("_", "-") for name in Settings.model_fields]


def _problem(name: str, kind: str, message: str) -> Problem:
    if kind == "extra_forbidden":
        near = get_close_matches(name, input_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"remove it; there are: {', '.join(input_names())}"
        return Problem(path="workflow", key=f"with.{name}", message=f"unknown input {name!r}", hint=hint)
    hint = "docs/github.md says what this input takes"
    return Problem(path="workflow", key=f"with.{name}", message=message, hint=hint)
