"""The selection split into parts of like cost."""

from hypothesis import given
from hypothesis import strategies as st

from gate.model.plan import Plan
from gate.model.words import Severity
from gate.planning.shards import shards
from tests.builders import plan, selected_case

plans = st.lists(st.sampled_from(Severity), max_size=30).map(
    lambda found: plan([selected_case(f"c{n:02}", severity=severity) for n, severity in enumerate(found)])
)


@given(made=plans, count=st.integers(1, 8))
def test_the_parts_are_the_selection(made: Plan, count: int) -> None:
    parts = shards(made, count)
    assert len(parts) == count
    assert sorted(item.case for part in parts for item in part) == sorted(item.case for item in made.selected)


@given(cases=st.integers(0, 40), count=st.integers(1, 8))
def test_parts_of_equal_cases_differ_by_one_at_most(cases: int, count: int) -> None:
    sizes = [len(part) for part in shards(plan([selected_case(f"c{n:02}") for n in range(cases)]), count)]
    assert max(sizes) - min(sizes) <= 1


def test_each_part_keeps_the_order_of_the_plan() -> None:
    made = plan([selected_case(name) for name in ("z", "a", "m", "b")])
    order = [item.case for item in made.selected]
    for part in shards(made, 2):
        assert [item.case for item in part] == sorted((item.case for item in part), key=order.index)
