import pytest

from gate.scoring.names import clean_name, is_call_of, same_topic
from tests.conversations import a_call


@pytest.mark.parametrize(
    "name",
    ["Order_Help", "p_16jWs000000abcd_Order_Help", "16jWs000000abcdIAA_Order_Help", "Order_Help_16jWs000000abcd"],
)
def test_a_topic_keeps_its_name_through_a_republish(name: str) -> None:
    assert same_topic("Order_Help", name)


def test_other_topics_stay_others() -> None:
    assert not same_topic("Order_Help", "Order_Help_EU")
    assert not same_topic("Order_Help", "")


@pytest.mark.parametrize("name", ["Ship_179", "Get_16j", "179Ws000000abcd", "Order_179_Day"])
def test_names_that_only_look_like_ids_stay_whole(name: str) -> None:
    assert clean_name(name) == name


def test_a_call_goes_by_definition_or_alias() -> None:
    call = a_call("Look_Up_Order_179Ws000000abcd", alias="find_order")
    assert is_call_of("Look_Up_Order", call)
    assert is_call_of("find_order", call)
    assert not is_call_of("find", call)


def test_a_call_without_alias_is_not_one_of_every_tool() -> None:
    assert not is_call_of("Ship", a_call("Look_Up_Order"))
