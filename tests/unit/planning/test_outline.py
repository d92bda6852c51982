"""What an agent consists of, from metadata and from patterns of the configuration."""

from gate.config import Config
from gate.errors import RepositoryError
from gate.planning.outline import configured_outlines
from tests.trees import DictTree

SCRIPT = """\
config:
  developer_name: "{name}"
start_agent {topic}:
  description: "Everything"
  actions:
    Find:
      target: "flow://Find"
  reasoning:
    actions:
      look: @actions.Find
"""


def config(agents: dict[str, object]) -> Config:
    replay = {"type": "replay", "recordings": "recordings"}
    return Config.model_validate(
        {"version": 1, "agents": {name: {"driver": replay, **given} for name, given in agents.items()}}  # type: ignore[dict-item]
    )


def script(name: str, topic: str) -> tuple[str, str]:
    return f"force-app/aiAuthoringBundles/{name}/{name}.agent", SCRIPT.format(name=name, topic=topic)


def test_agents_in_one_folder_are_told_apart_by_name() -> None:
    """Each configured agent has its own topics, in the order of the configuration; spelling does not matter."""
    tree = DictTree(dict([script("Order_Care", "Orders"), script("Staff", "Desk")]))
    source = {"source": ["force-app"]}

    outlines = configured_outlines(tree, config({"staff": source, "order-care": source}))

    assert [(one.name, [topic.name for topic in one.topics]) for one in outlines] == [
        ("staff", ["Desk"]),
        ("order-care", ["Orders"]),
    ]
    assert [(action.name, action.alias) for action in outlines[0].every_action] == [("Find", "look")]


def test_patterns_name_topics_and_actions() -> None:
    """They add to what metadata says and do not double it."""
    tree = DictTree(dict([script("Staff", "Desk")]))
    given = {"source": ["force-app"], "topics": {"desk": ["a/*"], "Extra": ["b/*"]}, "actions": {"tool": ["c/*"]}}

    [outline] = configured_outlines(tree, config({"staff": given}))

    assert [topic.name for topic in outline.topics] == ["Desk", "Extra"]
    assert [action.name for action in outline.every_action] == ["Find", "tool"]


def test_the_tools_of_a_chat_agent_are_its_actions() -> None:
    """With the arguments a caller has to give and the place; nothing else can be called, whatever patterns say."""
    tools = """\
tools:
  - name: find
    parameters: {type: object, properties: {id: {}, year: {}}, required: [id]}
  - {name: send}
"""
    driver = {"type": "chat", "model": "m", "prompt": ["p.md"], "tools": ["tools/*.yml"]}
    given = {"source": ["."], "driver": driver, "actions": {"Find": ["find.py"], "billing": ["billing.py"]}}

    [outline] = configured_outlines(DictTree({"tools/a.yml": tools}), config({"shop": given}))

    told = [(action.name, action.inputs, action.path, action.line) for action in outline.every_action]
    assert told == [("find", ("id",), "tools/a.yml", 2), ("send", (), "tools/a.yml", 4)]
    assert outline.closed
    assert outline.action_patterns.keys() == {"Find", "billing"}


def test_a_tools_file_that_cannot_be_read_leaves_the_actions_unknown() -> None:
    """Broken, absent, or more than a tree gives away."""
    driver = {"type": "chat", "model": "m", "prompt": ["p.md"], "tools": ["tools/*.yml"]}
    good = {"tools/a.yml": "{name: find}"}
    for more in (b"[", b"\xff", b"- {nome: send}"):
        [outline] = configured_outlines(
            DictTree({**good, "tools/b.yml": more}), config({"shop": {"source": ["."], "driver": driver}})
        )
        assert (outline.every_action, outline.closed) == ((), False)
    for tree in (DictTree({}), _Locked(good)):
        [outline] = configured_outlines(tree, config({"shop": {"source": ["."], "driver": driver}}))
        assert (outline.every_action, outline.closed) == ((), False)


class _Locked(DictTree):
    """Gives nothing away."""

    def read(self, path: str) -> bytes:
        raise RepositoryError(f"{path} cannot be read")
