import pytest

from gate.cli.spread import WORTH_IT, spread


def halved(number: int) -> float:
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number / 2


@pytest.mark.parametrize("count", [0, 3, WORTH_IT - 1, WORTH_IT, 3 * WORTH_IT + 7])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    assert list(spread(halved, range(count))) == [number / 2 for number in range(count)]


@pytest.mark.parametrize("count", [3, 2 * WORTH_IT])
def test_what_is_raised_for_an_item_is_raised_here(count: int) -> None:
    with pytest.raises(ValueError, match="-1 is negative"):
        list(spread(halved, [*range(count), -1]))
