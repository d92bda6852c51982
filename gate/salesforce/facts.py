"""What a file behind an action says of itself, whatever its language."""

from dataclasses import dataclass
from typing import Literal

UseKind = Literal["flow", "apex", "prompt", "retriever", "service", "object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A component named in a file. `certain` is False for a word that may be something else."""

    kind: UseKind
    name: str
    line: int = 0
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The digest of a file's meaning, what it uses, and digests of what has no effect."""

    digest: str
    uses: tuple[Use, ...] = ()
    labels: str = ""
    comments: str = ""
