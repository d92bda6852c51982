import pytest

from gate.salesforce.script.meaning import meanings
from gate.salesforce.script.outline import read_outline


def same(one: str, other: str) -> bool:
    return meanings(read_outline(one).entries) == meanings(read_outline(other).entries)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a:\n  b: 1\n  c: 2\n", "a:\n    c: 2\n    b: 1\n"),
        ("with a=1\nwith b = 2\n", "with b=2\nwith a = 1\n"),
        ("i:->\n  | x\n", "i: ->\n    | x   \n"),
        ("i: |\n  - a\n    - b\n", "i: |\n     - a\n        - b\n"),
        ("a: 1 # why\n", "a: 1\n"),
        ('l:\n  label: "x"\n', "l:\n"),
        ("l:\n  label: |\n    x\n", "l:\n"),
        ("a: [1,\n  2]\n", "a: [1, 2]\n"),
    ],
)
def test_layout_labels_and_the_order_of_keys_say_nothing(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("set @variables.a = 1\nset @variables.b = 2\n", "set @variables.b = 2\nset @variables.a = 1\n"),
        ("run @actions.a\n  with x=1\nrun @actions.b\n", "run @actions.a\nrun @actions.b\n  with x=1\n"),
        ("i: |\n  - a\n    - b\n", "i: |\n  - a\n  - b\n"),
        ("i: |\n  a  b\n", "i: |\n  a b\n"),
        ("i: |\n  # a\n", "i: |\n  # b\n"),
        ('a: "x  y"\n', 'a: "x y"\n'),
        ("if a:\n  | x\nelse:\n  | y\n", "if a:\n  | y\nelse:\n  | x\n"),
        ("- a\n- b\n", "- b\n- a\n"),
        ("label: string\n", "label: number\n"),
        ("actions:\n  label:\n    target: 1\n", "actions:\n"),
    ],
)
def test_steps_words_and_nesting_do(one: str, other: str) -> None:
    assert not same(one, other)
