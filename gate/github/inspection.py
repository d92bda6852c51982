"""What a token sees of its repository, for a set-up to be checked: nothing is changed, few requests are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from gate.errors import HostError, NotFoundError
from gate.github.answers import Answer
from gate.github.patience import Purpose
from gate.github.transport import Pace, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What GitHub says of the repository to this token. `may_push` None = it does not say."""

    default_branch: str
    may_push: bool | None


class _RepositoryAnswer(Answer):
    default_branch: str
    permissions: Mapping[str, bool] | None = None


class _Check(Answer):
    context: str


class _Parameters(Answer):
    required_status_checks: tuple[_Check, ...] = ()


class _Rule(Answer):
    parameters: _Parameters | None = None


class _RequiredContexts(Answer):
    contexts: tuple[str, ...] = ()


class _Protection(Answer):
    required_status_checks: _RequiredContexts | None = None


class _BranchAnswer(Answer):
    protection: _Protection | None = None


_RULES = TypeAdapter(tuple[_Rule, ...])


class Inspection:
    """Looks at one repository (`owner/name`) with the rights of one token.

    Every method raises `HostError` when the token may not look, and `UnreachableError` when GitHub did not answer.
    """

    def __init__(self, repository: str, token: str, api_url: str, pace: Pace) -> None:
        self._transport = Transport(repository, token, api_url, pace)

    def rights(self) -> Rights:
        """What the token may do. A workflow's own token is not told what it may write."""
        purpose = Purpose(what="look at the repository", permission="metadata: read")
        _, answer = self._transport.ask("GET", "", purpose)
        try:
            found = _RepositoryAnswer.model_validate(answer)
        except ValidationError as error:
            raise HostError("GitHub describes the repository in a way that is not understood") from error
        return Rights(
            default_branch=found.default_branch,
            may_push=found.permissions.get("push") if found.permissions is not None else None,
        )

    def has_label(self, name: str) -> bool:
        """Whether the repository has a label of that name."""
        purpose = Purpose(what=f"look for the label {name}", permission="issues: read")
        try:
            self._transport.ask("GET", f"/labels/{quote(name, safe='')}", purpose)
        except NotFoundError:
            return False
        return True

    def required_checks(self, branch: str) -> frozenset[str]:
        """The checks that must pass before something is merged into a branch, by its protection and by rulesets."""
        purpose = Purpose(what=f"see what {branch} requires", permission="contents: read")
        name = quote(branch, safe="")
        try:
            _, rules = self._transport.ask("GET", f"/rules/branches/{name}", purpose)
            by_rules = [one.parameters for one in _RULES.validate_python(rules) if one.parameters]
            _, answer = self._transport.ask("GET", f"/branches/{name}", purpose)
            protection = _BranchAnswer.model_validate(answer).protection
        except ValidationError as error:
            raise HostError(f"GitHub tells what {branch} requires in a way that is not understood") from error
        by_protection = protection.required_status_checks if protection else None
        return frozenset(check.context for part in by_rules for check in part.required_status_checks) | frozenset(
            by_protection.contexts if by_protection else ()
        )
