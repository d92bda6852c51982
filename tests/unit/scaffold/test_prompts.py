"""Which agents prompt files make up."""

from gate.scaffold.prompts import chat_files, prompt_outlines

Found = list[tuple[str, tuple[str, ...], list[str], list[str]]]


def found(*paths: str, sources: tuple[str, ...] = ()) -> Found:
    return [
        (one.name, one.source, sorted(one.topic_patterns), sorted(one.action_patterns))
        for one in prompt_outlines(paths, sources, "Support Repo")
    ]


def test_prompts_at_the_top_are_one_agent_named_for_the_repository() -> None:
    """Each file is a topic, apart from those that hold for all of them; tools beside them are actions."""
    paths = ["prompts/system.md", "prompts/returns.md", "prompts/refunds.prompt.md", "tools/find.py", "README.md"]

    assert found(*paths) == [("support-repo", ("prompts", "tools"), ["refunds", "returns"], ["find"])]


def test_folders_with_prompts_are_agents_of_their_own() -> None:
    """Named for the folder, with it as source."""
    paths = ["agents/billing/prompts/pay.md", "agents/Sales_Bot/prompts/offer.md", "agents/billing/tools/_init.py"]

    assert found(*paths) == [
        ("billing", ("agents/billing",), ["pay"], []),
        ("sales-bot", ("agents/Sales_Bot",), ["offer"], []),
    ]


def test_two_folders_of_one_name_are_two_agents() -> None:
    """The second gets a number."""
    assert [one[0] for one in found("a/bot/prompts/x.md", "b/bot/prompts/x.md")] == ["bot", "bot-2"]


def test_a_topic_may_be_a_folder() -> None:
    """Its files belong together."""
    [outline] = prompt_outlines(["bot/prompts/returns/rules.md", "bot/prompts/returns/tone.md"], (), "repo")

    assert outline.topic_patterns == {"returns": ("bot/prompts/returns/rules.md", "bot/prompts/returns/tone.md")}


def test_what_only_looks_like_a_prompt_is_none() -> None:
    """Notes, documents, tests, packages and hidden folders."""
    paths = ["notes/a.md", "docs/prompts/a.md", "tests/prompts/a.md", "node_modules/x/prompts/a.md", ".x/prompts/a.md"]

    assert found(*paths, "prompts/readme.md", "prompts/helper.py") == []


def test_a_folder_that_is_named_is_taken_as_it_is() -> None:
    """Every prompt file below it counts, whatever its folders are called."""
    assert found("bots/helper/greeting.txt", "bots/other/x.txt", sources=("bots/helper/",)) == [
        ("helper", ("bots/helper",), ["greeting"], [])
    ]
    assert found("greeting.txt", sources=(".",)) == [("support-repo", ("greeting.txt",), ["greeting"], [])]
    assert found("greeting.txt", sources=("elsewhere",)) == []


def test_a_file_that_is_called_a_prompt_is_one_wherever_it_lies() -> None:
    """What the driver `chat` is given of it: the prompt, what holds for every topic first, and the tools."""
    paths = ["agent/system.md", "agent/tools.json", "agent/returns.md", "agent/tools/find.py", "src/ecosystem.md"]

    (found,) = prompt_outlines(paths, (), "repo")

    assert (found.name, found.source, found.topics) == ("agent", ("agent",), ())
    assert chat_files(paths, found) == (["agent/system.md", "agent/returns.md"], ["agent/tools.json"])
