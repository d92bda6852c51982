"""The cheapest one-to-one pairing of expected and actual calls."""

from collections.abc import Sequence

_Row = Sequence[float]


def cheapest_pairing(costs: Sequence[_Row]) -> list[int]:
    """The column paired with each row so that the sum of `costs[row][column]` is least.

    Needs at least as many columns as rows. The Hungarian method in its O(rows² x columns) form with potentials:
    rows enter one by one, each along the shortest augmenting path (Kuhn 1955; Munkres 1957).
    """
    columns = len(costs[0]) if costs else 0
    owner = [-1] * (columns + 1)  # row of each column; the last column is where a new row enters
    row_price = [0.0] * len(costs)
    column_price = [0.0] * (columns + 1)
    for row in range(len(costs)):
        owner[columns] = row
        path, end = _shortest_path(costs, owner, row_price, column_price)
        while end != columns:
            owner[end] = owner[path[end]]
            end = path[end]
    pairing = [-1] * len(costs)
    for column in range(columns):
        if owner[column] >= 0:
            pairing[owner[column]] = column
    return pairing


def _shortest_path(
    costs: Sequence[_Row], owner: list[int], row_price: list[float], column_price: list[float]
) -> tuple[list[int], int]:
    """The way from the entering row to a free column; moves the prices along."""
    columns = len(owner) - 1
    slack = [float("inf")] * columns
    came_from = [columns] * columns
    visited: list[int] = []
    here = columns
    while owner[here] >= 0:
        visited.append(here)
        row = owner[here]
        for column in range(columns):
            if column not in visited:
                distance = costs[row][column] - row_price[row] - column_price[column]
                if distance < slack[column]:
                    slack[column], came_from[column] = distance, here
        open_columns = [column for column in range(columns) if column not in visited]
        here = min(open_columns, key=slack.__getitem__)
        step = slack[here]
        for column in visited:
            row_price[owner[column]] += step
            column_price[column] -= step
        for column in open_columns:
            slack[column] -= step
    return came_from, here
