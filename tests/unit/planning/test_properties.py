"""What holds for any change: more changes never select less, and no order of anything matters."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Case
from gate.model.plan import Plan
from gate.model.words import Severity
from gate.planning.document import plan_json
from gate.planning.names import canonical
from gate.planning.sides import Side
from gate.planning.tools import mentioned_tools
from tests.plans import agent_config, config, plan_case, plan_of, side
from tests.shop_project import BUNDLE, FILES, LOOKUP, SCRIPT

ACTIONS = ("Look Up", "Refund", "Unnamed")
TOPICS = ("Returns", "Orders")
SETTINGS = config(
    agents={
        "shop": agent_config(
            topics={topic: [f"shop/{topic}/**"] for topic in TOPICS},
            actions={action: [f"tools/{action}/**"] for action in ACTIONS},
        ),
        "bank": agent_config("bank"),
    },
    planning={"max_files": 9},
)
PATHS = (
    "shop/system.md",
    *(f"shop/{topic}/{name}.md" for topic in TOPICS for name in ("a", "b")),
    *(f"tools/{action}/code.py" for action in ACTIONS),
    "bank/prompt.md",
    "README.md",
    "agent-gate.yml",
    "fixtures/test-data.yml",
)
cases = st.builds(
    plan_case,
    st.uuids().map(str),
    topic=st.sampled_from(["", *TOPICS, "unknown"]),
    severity=st.sampled_from(Severity),
    agent=st.sampled_from(["shop", "bank"]),
    tools=st.lists(st.sampled_from(["look_up", "REFUND", "other"]), max_size=2),
)
suites = st.lists(cases, max_size=6).map(tuple)
edits = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(["", "---\nmodel: x\n---\n", "text"]), max_size=6)


OLD = {
    **dict.fromkeys(PATHS, "old"),
    "agent-gate.yml": "version: 1\nagents:\n  shop: {source: [x], driver: {type: replay, recordings: y}}\n",
}


def _selected(plan: Plan) -> set[str]:
    return {item.case for item in plan.selected}


def _base(suite: tuple[Case, ...]) -> Side:
    return side(OLD, suite)


def _head(suite: tuple[Case, ...], files: Mapping[str, str]) -> Side:
    return side({path: text for path, text in {**OLD, **files}.items() if text}, suite)


@st.composite
def grown(draw: st.DrawFn) -> tuple[Side, Side, Side]:
    """A base, a head, and a head that has all its changes and more."""
    suite = draw(suites)
    few, more = draw(edits), draw(edits)
    edited = frozenset(draw(st.sets(st.sampled_from(range(6)))))
    again = edited | draw(st.sets(st.sampled_from(range(6))))
    added = draw(suites)
    less, all_of_it = (
        tuple(replace(case, must_include=("x",)) if n in places else case for n, case in enumerate(suite))
        for places in (edited, again)
    )
    return _base(suite), _head(less, few), _head((*all_of_it, *added), {**more, **few})


@given(sides=grown())
def test_more_changes_never_select_fewer_cases(sides: tuple[Side, Side, Side]) -> None:
    base, head, further = sides
    assert _selected(plan_of(base, head, settings=SETTINGS)) <= _selected(plan_of(base, further, settings=SETTINGS))


@given(suite=suites)
def test_equal_sides_select_nothing(suite: tuple[Case, ...]) -> None:
    plan = plan_of(_base(suite), _base(suite), settings=SETTINGS)
    assert (plan.selected, plan.changes, plan.gate_changes) == ((), (), ())


@given(suite=suites, files=edits, action=st.sampled_from(ACTIONS))
def test_a_changed_action_selects_every_case_that_names_it(
    suite: tuple[Case, ...], files: Mapping[str, str], action: str
) -> None:
    head = _head(suite, {**files, f"tools/{action}/code.py": "changed"})
    selected = _selected(plan_of(_base(suite), head, settings=SETTINGS))
    expecting = {case.key for case in suite if case.agent == "shop" and canonical(action) in mentioned_tools(case)}
    assert expecting <= selected


@given(suite=suites, files=edits, order=st.permutations(PATHS), data=st.data())
def test_the_order_of_files_and_cases_does_not_matter(
    suite: tuple[Case, ...], files: Mapping[str, str], order: list[str], data: st.DataObject
) -> None:
    other = tuple(data.draw(st.permutations(suite)))
    straight = plan_of(_base(suite), _head(suite, files), settings=SETTINGS)
    mixed = plan_of(
        side({path: OLD[path] for path in order}, other),
        _head(other, dict(reversed(list(files.items())))),
        settings=SETTINGS,
    )
    assert plan_json(straight) == plan_json(mixed)


@given(suite=suites, files=edits)
def test_every_p0_case_of_an_affected_agent_runs(suite: tuple[Case, ...], files: Mapping[str, str]) -> None:
    plan = plan_of(_base(suite), _head(suite, files), settings=SETTINGS)
    affected = {agent.name for agent in plan.agents if agent.affected}
    assert {case.key for case in suite if case.agent in affected and case.severity is Severity.P0} <= _selected(plan)


SCRIPT_EDITS = (
    ('label: "Returns"', 'label: "Back"'),
    ("Ask for the order number.", "Ask."),
    ("Delivery of orders", "Parcels"),
    ("Ask for the parcel.", "Ask about it."),
    ("You help shoppers.", "You help."),
    ("find_order: @actions", "seek_order: @actions"),
    ("apex://OrderLookup", "apex://Unrelated"),
)
FILE_EDITS = (LOOKUP, "service/classes/Orders.cls", "force-app/main/default/lwc/tile/tile.js", "README.md")
MAPPED_SUITE = tuple(
    plan_case(f"case{n}", agent="shop-agent", topic=topic, tools=tools, severity=severity)
    for n, (topic, tools, severity) in enumerate(
        [
            ("Returns", (), Severity.P1),
            ("Orders", (), Severity.P1),
            ("", (), Severity.P2),
            ("Orders", ("Look_Up_Order",), Severity.P1),
            ("Orders", ("track",), Severity.P0),
        ]
    )
)


def _edited(script: frozenset[int], files: frozenset[int]) -> Side:
    text = SCRIPT
    for place in script:
        text = text.replace(*SCRIPT_EDITS[place])
    changed = {FILE_EDITS[place]: "public class Changed { Integer i; }" for place in files}
    return side({**FILES, **changed, BUNDLE: text}, MAPPED_SUITE)


places = st.frozensets(st.integers(0, len(SCRIPT_EDITS) - 1))
others = st.frozensets(st.integers(0, len(FILE_EDITS) - 1))


@given(few=places, more=places, files=others, further=others)
def test_more_edits_of_a_script_never_select_fewer_cases(
    few: frozenset[int], more: frozenset[int], files: frozenset[int], further: frozenset[int]
) -> None:
    settings = config(agents={"shop-agent": agent_config("force-app")})
    base = _edited(frozenset(), frozenset())
    less = plan_of(base, _edited(few, files), settings=settings)
    all_of_it = plan_of(base, _edited(few | more, files | further), settings=settings)
    assert _selected(less) <= _selected(all_of_it)
