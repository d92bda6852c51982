"""What planning is given: the two sides of a comparison, and which selection is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gate.model.case import Case
from gate.model.plan import Revision
from gate.model.words import Tier
from gate.ports import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side: its files, also where a link to a folder leads to them, and the cases of its suite.

    `submodules` (path to commit) are what a tree cannot show as files.
    """

    revision: Revision
    tree: Tree
    cases: tuple[Case, ...] = ()
    submodules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which selection is asked for.

    `cases` (ids or `agent/id`) are what the tier `named` runs; `agents` narrows any tier to some agents, () = all;
    `day` decides the week whose P2 sample a weekly run draws. `bailouts` are reasons, known before planning, why the
    impact cannot be traced (a shallow clone, a diff that was cut off): with any of them every case runs.
    `shard` is its number, from 1, and how many there are: the selection is split and only that part runs.
    """

    tier: Tier = Tier.PULL_REQUEST
    cases: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    day: date = date(1970, 1, 1)
    bailouts: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
