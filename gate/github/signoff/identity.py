"""Under which names the gate acts on GitHub: what tells its own marks from anybody else's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`login` is the account behind the token, `context` the gate's status, `artifact` what holds a run folder."""

    login: str
    context: str
    artifact: str

    @property
    def sign_off_context(self) -> str:
        """The status that marks a commit a person has signed off."""
        return f"{self.context}/sign-off"
