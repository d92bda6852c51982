import pytest

from gate.salesforce.script.reader import Script, read_script


def lines(*text: str) -> Script:
    return read_script("\n".join(text) + "\n")


def test_a_string_keeps_its_hash_and_its_colon() -> None:
    (node,) = lines("subagent A:", '  description: "a: b # c"  # told').nodes
    assert node.description == "a: b # c"


def test_escapes_in_a_string_are_undone() -> None:
    (node,) = lines("subagent A:", r'  description: "say \"yes\""').nodes
    assert node.description == 'say "yes"'


def test_a_template_ends_where_the_indentation_does() -> None:
    script = lines(
        "subagent A:",
        "  description: |",
        "      one",
        "    two",
        "",
        "      # three",
        "  actions:",
        "    Do:",
        '      target: "flow://Do"',
    )
    assert script.nodes[0].description == "one\ntwo\n# three"
    assert [(item.name, item.target, item.line) for item in script.nodes[0].definitions] == [("Do", "flow://Do", 8)]


def test_colons_in_a_template_are_no_keys() -> None:
    script = lines(
        "subagent A:", "  reasoning:", "    instructions: |", "      actions:", "        Fake: @actions.Fake"
    )
    assert script.nodes[0].tools == []
    assert script.nodes[0].references == []


def test_references_in_templates_count_only_inside_braces_and_know_their_line() -> None:
    script = lines(
        "subagent A:",
        "  reasoning:",
        "    instructions: ->",
        "      | Write to me@topic.example",
        "",
        "        then {!@actions.two} and {! @variables.three +",
        "        @variables.four }",
    )
    found = [(ref.space, ref.name, ref.line) for ref in script.nodes[0].references]
    assert found == [("actions", "two", 6), ("variables", "three", 6), ("variables", "four", 6)]


def test_references_in_strings_count_only_inside_braces() -> None:
    script = lines("subagent A:", '  description: "@topic.x {!@variables.y}"')
    assert [(ref.space, ref.name) for ref in script.nodes[0].references] == [("variables", "y")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("go: @utils.transition to @subagent.B", ("go", "utils", "transition", "B")),
        ("go: @utils.transition to @topic.B", ("go", "utils", "transition", "B")),
        ("go:@actions.Do", ("go", "actions", "Do", "")),
        ('"go on": @actions.Do', ("go on", "actions", "Do", "")),
        ("go: @subagent.B", ("go", "subagent", "B", "")),
        ("go: @utils.setVariables", ("go", "utils", "setVariables", "")),
        ("go:", ("go", "", "", "")),
    ],
)
def test_a_tool_is_an_alias_of_something(line: str, expected: tuple[str, str, str, str]) -> None:
    (node,) = lines("subagent A:", "  reasoning:", "    actions:", f"      {line}").nodes
    assert [(tool.alias, tool.space, tool.name, tool.to) for tool in node.tools] == [expected]


def test_a_brace_that_is_never_closed_hides_no_reference_before_it() -> None:
    script = lines(
        "subagent A:", "  reasoning:", "    instructions: |", "      {!@variables.x}", "      {! {!@variables.y"
    )
    assert [(ref.name, ref.line) for ref in script.nodes[0].references] == [("x", 4)]


def test_a_quote_that_is_not_closed_ends_with_its_line_also_inside_brackets() -> None:
    script = lines("subagent A:", "  tags: [", '    "one,', "  ]", "subagent B:", '  description: "second"')
    assert [(node.name, node.description) for node in script.nodes] == [("A", ""), ("B", "second")]
    assert script.flaws == []


@pytest.mark.parametrize("rest", [501, 5000])
def test_lines_after_a_bracket_that_is_never_closed_are_still_read(rest: int) -> None:
    script = lines("subagent A:", "  tags: [", *["    x,"] * rest, "subagent B:", '  description: "second"')
    assert [flaw.what for flaw in script.flaws][:1] == ["a bracket is never closed"]
    assert script.nodes[-1].name == "B"


def test_brackets_may_span_lines() -> None:
    script = lines("variables:", "  a: mutable list[string] = [", '    "x",', "  ]", "  b: mutable number = 1")
    assert script.variables == ["a", "b"]
    assert script.flaws == []


def test_a_backslash_continues_a_line() -> None:
    script = lines("variables:", "  a: mutable number = 1 + \\", "  2", "  b: mutable number = 1")
    assert script.variables == ["a", "b"]


def test_tabs_alone_are_indentation() -> None:
    script = lines("subagent A:", '\tdescription: "x"', "\tactions:", "\t\tDo:", '\t\t\ttarget: "flow://Do"')
    assert script.flaws == []
    assert script.nodes[0].definitions[0].target == "flow://Do"


def test_windows_line_ends_and_a_byte_order_mark_are_no_difference() -> None:
    script = read_script('\ufeffsubagent A:\r\n  description: "x"\r\n')
    assert (script.nodes[0].name, script.nodes[0].description, script.flaws) == ("A", "x", [])


def test_unknown_blocks_are_noted_and_count_for_the_agent() -> None:
    script = lines("magic wand:", "  power: 9")
    assert [note.what for note in script.notes] == ["block 'magic' is not known: its changes affect every case"]
    assert [piece.part for piece in script.pieces] == ["agent"]


def test_shared_actions_stand_under_no_topic() -> None:
    script = lines("actions:", "  Do:", '    source: "Library_Do"')
    assert [(node.name, [item.source for item in node.definitions]) for node in script.nodes] == [("", ["Library_Do"])]


def test_a_piece_knows_its_lines() -> None:
    script = lines("system:", '  instructions: "x"', "", "subagent A:", '  description: "y"', "  before_reasoning:",
                   "    if a:", "      set @variables.b = 1")  # fmt: skip
    assert [(piece.words, piece.lines) for piece in script.pieces] == [
        ("system instructions", (1, 2)),
        ("description of topic A", (4, 5)),
        ("before reasoning of topic A", (6, 8)),
    ]
