"""A plan as a tree a reviewer can check: each change, what it affects, and how many cases that runs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gate.model.counting import count
from gate.model.plan import Change, GateChange, Plan, Revision
from gate.model.words import Tier
from gate.reports.escape import clip, terminal
from gate.reports.phrases import composition, forecast, is_unknown
from gate.reports.view import is_rest, without_case

_LONGEST = 200
"""Longest outside text in a line, in characters."""
_TIERS = {
    Tier.PULL_REQUEST: "pull request",
    Tier.FULL: "full run",
    Tier.NAMED: "cases asked for by name",
    Tier.DAILY: "daily run",
    Tier.WEEKLY: "weekly run",
}


def plan_tree(plan: Plan) -> str:
    """The plan as text for a terminal: what changed and why that runs which cases, what more runs, what it may cost."""
    lines = [
        f"Plan of the {_TIERS[plan.tier]}: {_revision(plan.base)} → {_revision(plan.head)}",
        *_changes(plan),
        *_unasked(plan),
        *_listed("Wider than the change alone asks for:", map(_safe, plan.bailouts)),
        *_listed("This change also changes the gate:", map(_gate_change, plan.gate_changes)),
        "",
        _total(plan),
    ]
    if plan.selected:
        lines.append(f"Forecast: {_safe(forecast(plan.forecast).replace('`', ''))}")
    return "\n".join(lines) + "\n"


def _revision(revision: Revision) -> str:
    return f"{_safe(revision.ref)} {revision.short}" if revision.sha else revision.short


def _gate_change(change: GateChange) -> str:
    sign = " (needs sign-off)" if change.needs_sign_off else ""
    return f"{_safe(change.path)}: {_safe(change.what)}{sign}"


@dataclass(slots=True)
class _Node:
    """One step of the paths that begin alike, with the cases whose path ends here."""

    cases: set[str] = field(default_factory=set)
    below: "defaultdict[str, _Node]" = field(default_factory=lambda: defaultdict(_Node))


def _grown(plan: Plan) -> _Node:
    root = _Node()
    for one in plan.selected:
        for reason in one.reasons:
            node = root
            for step in () if is_rest(reason) else without_case(reason, one.case):
                node = node.below[step]
            if node is not root:
                node.cases.add(one.case)
    return root


def _changes(plan: Plan) -> Iterator[str]:
    yield ""
    if not plan.changes:
        yield "No file changed."
        return
    yield f"{count(len(plan.changes), 'file')} changed:"
    root = _grown(plan)
    for change in plan.changes:
        yield f"  {_changed(change)}"
        for path in change.names:
            yield from _branches(root.below.get(path, _Node()), "    ")


def _changed(change: Change) -> str:
    name = f"{_safe(change.old_path)} → {_safe(change.path)}" if change.old_path else _safe(change.path)
    effect = f": {_safe(change.effect)}" if change.effect else ""
    return f"{name} ({change.status}){effect}"


def _unasked(plan: Plan) -> Iterator[str]:
    """Cases that run although no change is known to reach them, by the reason they do."""
    changed = {path for change in plan.changes for path in change.names}
    roots = {step: node for step, node in _grown(plan).below.items() if step not in changed}
    unknown = {step: roots.pop(step) for step in [*roots] if is_unknown(step)}
    parts = {"Run to be safe:": unknown, "Always run:" if plan.changes else "Run:": roots}
    for title, nodes in parts.items():
        if nodes:
            yield ""
            yield title
            yield from _branches(_Node(below=defaultdict(_Node, nodes)), "  ")


def _branches(node: _Node, indent: str) -> Iterator[str]:
    """The steps below a node, a chain without forks on one line: `→ action Look_Up_Order → topic Returns → 6 cases`."""
    steps = list(node.below.items())
    for index, (step, below) in enumerate(steps):
        last = index == len(steps) - 1
        names = [_safe(step)]
        while len(below.below) == 1 and not below.cases:
            [(step, below)] = below.below.items()  # noqa: PLW2901 - walking down an unforked chain
            names.append(_safe(step))
        ending = [count(len(below.cases), "case")] if below.cases else []
        yield f"{indent}{'└─' if last else '├─'} {' → '.join(names + ending)}"
        yield from _branches(below, indent + ("   " if last else "│  "))


def _listed(title: str, texts: Iterable[str]) -> Sequence[str]:
    lines = [f"  {text}" for text in texts]
    return ["", title, *lines] if lines else []


def _total(plan: Plan) -> str:
    of = f"of {count(plan.total_cases, 'case')}"
    if not plan.selected:
        return f"Nothing affected: no case runs ({of})."
    return f"{len(plan.selected):,} {of} would run: {composition(plan)}."


def _safe(text: str) -> str:
    return clip(terminal(text), _LONGEST)
