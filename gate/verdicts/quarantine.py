"""Cases set aside by hand: which of them are in force today, and what a report must say of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from gate.config import QuarantineConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """`cases`: keys in force; `notes`: a sentence for each entry, in force, expired or naming no case."""

    cases: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def quarantine(entries: Mapping[str, QuarantineConfig], cases: Collection[str], today: date) -> Quarantine:
    """What the configuration's `quarantine` comes to for these case keys; the last day named still counts.

    An entry names a case by `agent/case`, or by its id alone, which means it in every agent that has it.
    """
    in_force: set[str] = set()
    notes = []
    for name, entry in sorted(entries.items()):
        named = [key for key in cases if name in (key, key.partition("/")[2])]
        if not named:
            notes.append(f"quarantine of {name}: no such case; remove the entry")
        elif today > entry.until:
            notes.append(f"quarantine of {name} expired on {entry.until}: it counts again ({entry.owner} owned it)")
        else:
            in_force.update(named)
            notes.append(f"{name} is quarantined until {entry.until} by {entry.owner}: {entry.reason}")
    return Quarantine(cases=frozenset(in_force), notes=tuple(notes))
