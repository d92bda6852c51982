"""The selection split into parts of like cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.model.plan import Plan
from gate.model.words import Severity
from gate.planning.shards import merged, one_shard, shards
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


@given(made=plans, count=st.integers(1, 8), data=st.data())
def test_any_shard_gives_the_whole_plan_back(made: Plan, count: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, count))
    whole = merged(one_shard(made, number, count))
    assert whole.selected == made.selected
    assert whole.shards == tuple(tuple(item.case for item in part) for part in shards(made, count))
    assert whole.part is None


def test_a_plan_that_is_no_part_has_no_whole() -> None:
    with pytest.raises(ValueError, match="not a part"):
        merged(plan([selected_case("a")]))


@pytest.mark.parametrize(("number", "count"), [(0, 2), (3, 2)])
def test_a_shard_that_cannot_be_is_refused(number: int, count: int) -> None:
    with pytest.raises(UsageError, match=f"no shard {number} of {count}"):
        one_shard(plan([selected_case("a")]), number, count)
