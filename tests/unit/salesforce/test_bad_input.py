"""Broken, hostile and odd files: told with file and line, never a crash, and a change of them widens."""

from collections.abc import Iterable

import pytest

from gate.errors import RepositoryError
from gate.model.agent_map import MapDiff
from gate.salesforce.reading import read_map
from tests.projects import difference, edited, path_of, project, reach, with_file
from tests.trees import DictTree

HARBOR, LANTERN = project("harbor"), project("lantern")
FLOW = "apps/shared/main/flows/Book_Pickup.flow-meta.xml"
PLANNER = "Lantern_v2.genAiPlannerBundle"


def problems(tree: DictTree, agent: str) -> list[tuple[int, str]]:
    return [
        (item.line, item.what) for found in read_map(tree).agents if found.name == agent for item in found.unresolved
    ]


def test_malformed_xml_is_told_with_its_line_and_widens_to_the_agent() -> None:
    head = edited(HARBOR, FLOW, "</Flow>", "</Flw>")
    assert problems(head, "Harbor_Care") == [(24, "cannot be followed: malformed XML: mismatched tag")]
    diff = difference(HARBOR, head).agent("Harbor_Care")
    assert diff is not None
    assert diff.whole == ((FLOW, "cannot be followed: malformed XML: mismatched tag", "agent Harbor_Care"),)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE Flow [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE Flow SYSTEM "http://127.0.0.1:1/steal.dtd">',
        '<!DOCTYPE Flow [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
    ids=["entities", "external", "file"],
)
def test_document_types_and_entities_are_refused(doctype: str) -> None:
    head = edited(HARBOR, FLOW, "<Flow ", doctype + "<Flow ")
    what = "cannot be followed: declares a document type or entities, which are refused"
    assert problems(head, "Harbor_Care") == [(2, what)]
    assert reach(difference(HARBOR, head).agent("Harbor_Care"))[0] == "agent"


def test_deeply_nested_xml_is_refused_before_it_can_overflow() -> None:
    head = with_file(HARBOR, FLOW, "<a>" * 100_000 + "</a>" * 100_000)
    assert problems(head, "Harbor_Care") == [(1, "cannot be followed: nested deeper than 100")]


def test_an_unreadable_planner_widens_to_its_agent() -> None:
    head = edited(LANTERN, PLANNER, "<plannerType>", "<plannerTyp>")
    assert reach(difference(LANTERN, head).agent("Lantern"))[0] == "agent"
    assert [item.name for item in read_map(head).agents] == ["Lantern"]


def test_an_unreadable_schema_widens_to_its_agent() -> None:
    head = edited(LANTERN, "Get_Weather/input/schema.json", "{", "[")
    assert reach(difference(LANTERN, head).agent("Lantern"))[0] == "agent"


def test_an_unknown_file_in_a_planner_bundle_is_reported_and_widens() -> None:
    head = with_file(LANTERN, path_of(LANTERN, PLANNER).rpartition("/")[0] + "/novel/thing.bin", b"\x00\xff")
    assert [what for _, what in problems(head, "Lantern")] == [
        "a file of the planner bundle that this map does not know: its changes affect every case"
    ]
    assert reach(difference(LANTERN, head).agent("Lantern"))[0] == "agent"


def test_deep_nesting_is_told_before_it_can_overflow() -> None:
    deep = "".join(" " * depth + "a:\n" for depth in range(3000))
    config = 'config:\n  developer_name: "Harbor_Staff"\n'
    tree = with_file(HARBOR, path_of(HARBOR, "Harbor_Staff.agent"), config + deep)
    diff = difference(HARBOR, tree).agent("Harbor_Staff")
    assert diff is not None
    assert any("nested deeper than 60" in step for reason in diff.whole for step in reason)


def test_deeply_nested_json_is_unreadable() -> None:
    schema = path_of(LANTERN, "Get_Weather/input/schema.json")
    for depth in (500, 900, 100_000):
        head = with_file(LANTERN, schema, '{"a":' * depth + "1" + "}" * depth)
        assert reach(difference(LANTERN, head).agent("Lantern"))[0] != "nothing"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("            | Choose", "\t\t\t| Choose", "line 29: the indentation mixes tabs and spaces"),
        ("        Explain_Delay:", "       Explain_Delay:", "line 51: the indentation matches no line above it"),
        ("subagent Customs:", "subagent Customs", "line 97: 'subagent Customs' is not the beginning of a block"),
        ("            | Choose", "            run (a", "line 29: a bracket is never closed"),
    ],
    ids=["tabs", "indentation", "no colon", "bracket"],
)
def test_a_broken_script_widens_to_its_agent_and_says_where(old: str, new: str, what: str) -> None:
    head = edited(HARBOR, "Harbor_Care/Harbor_Care.agent", old, new)
    diff = difference(HARBOR, head).agent("Harbor_Care")
    assert diff is not None
    path = path_of(HARBOR, "Harbor_Care/Harbor_Care.agent")
    assert (path, f"cannot be followed: {what}", "agent Harbor_Care") in diff.whole


def test_a_script_that_is_not_text_is_an_agent_that_cannot_be_read() -> None:
    head = with_file(HARBOR, path_of(HARBOR, "Harbor_Staff.agent"), b"config:\n  \xff\xfe")
    assert problems(head, "Harbor_Staff") == [(2, "cannot be read: is not UTF-8")]
    assert reach(difference(HARBOR, head).agent("Harbor_Staff"))[0] == "agent"


SECOND = """
subagent Customs:
    description: "Second"
    reasoning:
        instructions: ->
            | Two.
"""


def test_two_topics_of_one_name_are_told_and_both_count() -> None:
    path = path_of(HARBOR, "Harbor_Care/Harbor_Care.agent")
    twice = with_file(HARBOR, path, HARBOR.files[path].decode() + SECOND)
    assert problems(twice, "Harbor_Care") == [(111, "topic Customs is defined twice, first on line 97")]
    for old, new in (("Two.", "Three."), ("Say what customs", "Tell what customs")):
        changed = difference(twice, edited(twice, "Harbor_Care/Harbor_Care.agent", old, new))
        assert "Customs" in reach(changed.agent("Harbor_Care"))[1]


def test_a_second_file_of_one_agent_is_told_and_its_changes_count_in_full() -> None:
    path = "apps/shared/main/aiAuthoringBundles/Copy/Copy.agent"
    base = with_file(HARBOR, path, HARBOR.files[path_of(HARBOR, "Harbor_Staff.agent")])
    assert any("defines agent Harbor_Staff a second time" in item.what for item in read_map(base).unresolved)
    assert reach(difference(base, edited(base, "Harbor_Staff.agent", "Counts", "Count")).agent("Harbor_Staff")) != (
        "nothing", (), ())  # fmt: skip
    assert reach(difference(base, edited(base, "Copy.agent", "Counts", "Count")).agent("Harbor_Staff"))[0] != "nothing"


def test_flows_that_call_each_other_are_followed_once() -> None:
    head = edited(HARBOR, "Check_Address.flow-meta.xml", ">b<", ">c<")
    assert reach(difference(HARBOR, head).agent("Harbor_Care")) == ("part", ("Pickup",), ("Book_Pickup",))


def test_a_class_too_large_to_scan_is_compared_as_a_whole_and_may_use_any_class() -> None:
    path = path_of(HARBOR, "ParcelLookup.cls")
    large = with_file(HARBOR, path, HARBOR.files[path] + b"// filler\n" * 300_000)
    assert problems(large, "Harbor_Care") == [
        (1, "cannot be followed: larger than 2 MB, not scanned for the classes it uses")
    ]
    assert reach(difference(HARBOR, large).agent("Harbor_Care"))[0] == "agent"
    unrelated = difference(large, edited(large, "Unrelated.cls", "caller", "called"))
    assert reach(unrelated.agent("Harbor_Care")) == ("part", ("Tracking",), ("Find_Parcel",))


class RefusingTree(DictTree):
    """A tree that will not give one file, as git does for a blob that is too large or missing."""

    refused = "ParcelStore.cls"

    def read_many(self, paths: Iterable[str]) -> dict[str, bytes]:
        wanted = list(paths)
        if any(path.endswith(self.refused) for path in wanted):
            raise RepositoryError("too large")
        return super().read_many(wanted)


def test_a_content_that_cannot_be_had_is_told_and_hides_no_other_file() -> None:
    tree = RefusingTree(HARBOR.files)
    what = "cannot be followed: its content cannot be had (too large, not in the clone, or a link to nowhere)"
    assert problems(tree, "Harbor_Care") == [(1, what)]
    assert len(read_map(tree).agents) == 2


class NamelessTree(DictTree):
    """A working tree where even the identifier of one file cannot be had."""

    def object_id(self, path: str) -> str:
        if path.endswith("ParcelStore.cls"):
            raise RepositoryError("too large")
        return super().object_id(path)


def test_a_file_without_an_identifier_counts_as_changed() -> None:
    assert reach(difference(HARBOR, NamelessTree(HARBOR.files)).agent("Harbor_Care"))[0] == "nothing"
    head = NamelessTree(edited(HARBOR, "ParcelStore.cls", "'here'", "'there'").files)
    assert reach(difference(HARBOR, head).agent("Harbor_Care"))[2] == ("Find_Parcel",)


@pytest.mark.parametrize("name", ["new\nline", 'quo"te', "-dash", "ünï ✂️", "a`b|c", "per%cent"])
def test_odd_file_names_are_read_like_any_other(name: str) -> None:
    script = HARBOR.files[path_of(HARBOR, "Harbor_Staff.agent")].replace(b'"Harbor_Staff"', b'""')
    path = f"apps/orders/{name}/aiAuthoringBundles/{name}/{name}.agent"
    tree = with_file(HARBOR, path, script)
    (found,) = [agent for agent in read_map(tree).agents if agent.source == path]
    assert (found.name, len(found.topics)) == (name, 1)


PROJECT_FILES = ["{", "[]", '{"packageDirectories": 3}', '{"packageDirectories": [{}]}', "[" * 9000]


@pytest.mark.parametrize("content", PROJECT_FILES)
def test_a_broken_project_file_is_told_and_everything_beside_it_is_read(content: str) -> None:
    tree = with_file(HARBOR, "sfdx-project.json", content)
    found = read_map(tree)
    assert [item.path for item in found.unresolved] == ["sfdx-project.json"]
    assert {agent.name for agent in found.agents} == {"Harbor_Care", "Harbor_Staff"}


@pytest.mark.parametrize("content", PROJECT_FILES)
def test_a_project_file_that_breaks_or_is_mended_counts_for_every_agent(content: str) -> None:
    broken = with_file(HARBOR, "sfdx-project.json", content)
    for diff in (difference(HARBOR, broken), difference(broken, HARBOR)):
        for name in ("Harbor_Care", "Harbor_Staff"):
            agent = diff.agent(name)
            assert agent is not None
            assert [(reason[0], reason[-1]) for reason in agent.whole] == [("sfdx-project.json", f"agent {name}")]
            assert agent.whole[0][1].startswith("cannot be followed: is not a readable project file")


def test_the_actions_of_a_topic_that_is_defined_twice_are_all_there() -> None:
    again = 'subagent Tracking:\n    description: "again"\nsubagent Customs:'
    head = edited(HARBOR, "Harbor_Care/Harbor_Care.agent", "subagent Customs:", again)
    (problem,) = problems(head, "Harbor_Care")
    assert "topic Tracking is defined twice" in problem[1]


UNRELATED = "Unrelated.cls"


def _unrelated_changed(base: DictTree) -> MapDiff:
    return difference(base, with_file(base, path_of(base, UNRELATED), "public class Unrelated { Integer changed; }"))


def test_every_class_counts_as_used_by_one_that_is_not_scanned_and_its_effect_says_so() -> None:
    base = with_file(HARBOR, path_of(HARBOR, "ParcelStore.cls"), "x" * 2_000_001)
    found = _unrelated_changed(base)
    assert reach(found.agent("Harbor_Care")) == ("part", ("Tracking",), ("Find_Parcel",))
    assert found.effects[path_of(base, UNRELATED)] == "affects topic Tracking, action Find_Parcel"


@pytest.mark.parametrize(
    ("ending", "content", "expected"),
    [
        (
            "Book_Pickup.flow-meta.xml",
            b"version https://git-lfs.example/spec/v1",
            ("part", ("Pickup",), ("Book_Pickup",)),
        ),
        ("Explain_Delay.genAiPromptTemplate-meta.xml", b"<", ("part", ("Tracking",), ("Explain_Delay",))),
        ("Harbor_Care/Harbor_Care.agent", b"start_agent a:\xff\n", ("agent", (), ())),
        ("Harbor_Care/Harbor_Care.agent", b"start_agent a:\n\tx: 1\n  y: 2\n", ("agent", (), ())),
    ],
    ids=["flow", "template", "script", "indentation"],
)
def test_code_counts_as_used_by_what_cannot_be_read_on_either_side(
    ending: str, content: bytes, expected: tuple[str, tuple[str, ...], tuple[str, ...]]
) -> None:
    base = with_file(HARBOR, path_of(HARBOR, ending), content)
    assert reach(_unrelated_changed(base).agent("Harbor_Care")) == expected


@pytest.mark.parametrize(
    "files",
    [
        {"aiAgentDefinitionVersions/Pilot#1/agent.json": "{}"},
        {"bots/Pilot/Pilot.bot-meta.xml": "<Bot><type>ExternalCopilot</type></Bot>"},
    ],
    ids=["newer layout", "no planner"],
)
def test_code_counts_as_used_by_an_agent_whose_actions_are_not_known(files: dict[str, str]) -> None:
    beside = {f"apps/orders/main/{path}": text for path, text in files.items()}
    assert reach(_unrelated_changed(DictTree({**HARBOR.files, **beside})).agent("Pilot")) == ("agent", (), ())


@pytest.mark.parametrize(
    ("tree", "ending"),
    [
        (HARBOR, ".forceignore"),
        (HARBOR, "sfdx-project.json"),
        (HARBOR, "ParcelLookup.cls"),
        (LANTERN, "input/schema.json"),
    ],
)
def test_a_byte_order_mark_means_nothing(tree: DictTree, ending: str) -> None:
    for path in (path for path in tree.paths() if path.endswith(ending)):
        marked = with_file(tree, path, b"\xef\xbb\xbf" + tree.files[path])
        assert difference(tree, marked).agents == ()
        assert read_map(marked).agents == read_map(tree).agents
