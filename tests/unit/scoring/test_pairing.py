from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from gate.scoring.pairing import cheapest_pairing


@st.composite
def cost_tables(draw: st.DrawFn) -> list[list[float]]:
    rows = draw(st.integers(0, 4))
    columns = draw(st.integers(rows, 6))
    return [[float(draw(st.integers(0, 9))) for _ in range(columns)] for _ in range(rows)]


@given(costs=cost_tables())
def test_no_other_pairing_is_cheaper(costs: list[list[float]]) -> None:
    columns = len(costs[0]) if costs else 0
    best = min(
        sum(costs[row][column] for row, column in enumerate(chosen))
        for chosen in permutations(range(columns), len(costs))
    )
    assert sum(costs[row][column] for row, column in enumerate(cheapest_pairing(costs))) == best


@given(costs=cost_tables())
def test_each_row_has_a_column_of_its_own(costs: list[list[float]]) -> None:
    pairing = cheapest_pairing(costs)
    assert len(set(pairing)) == len(costs)
    assert all(0 <= column < len(costs[0]) for column in pairing)
