"""The files that `init` would write: path to text, in the order they are worth reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gate.config import FILE_NAME, Config
from gate.fixtures.manifest import Manifest, parse_manifest
from gate.fixtures.placeholders import resolve
from gate.fixtures.printing import print_fixture
from gate.fixtures.yaml_text import yaml_text
from gate.model.case import Case, Json
from gate.planning.outline import Outline
from gate.scaffold.drafts import drafts
from gate.scaffold.naming import kebab, unused
from gate.scaffold.prompts import chat_files
from gate.scaffold.scenarios import Draft

TEST_DATA = """\
# What fixtures name by placeholder, for example {{testUser.email}}: people and records of your test org, all made up.
testUser:
  name: Jo Sample
  email: jo.sample@post.example

# Never the one who talks to the agent: what nobody else may be told.
otherUser:
  name: Kim Other
  email: kim.other@post.example
"""
_RUNS_IGNORE = """\
# Run folders are results, not sources.
*
!.gitignore
"""
_HEAD = f"""\
# What the gate evaluates and how it decides. `agent-gate config show` prints every setting with its default,
# `agent-gate config schema` the schema for your editor. In a pull request the base's {FILE_NAME} is in force.
version: 1

# `source`: everything that defines the agent. What the actions of a Salesforce agent reach elsewhere counts as well.
# `driver`: who answers. `replay` answers from trials recorded for exactly this definition, and refuses without them. To
# run the agent itself, put one of these in its place; docs/drivers.md has all their settings:
#   {{type: agentforce-preview}}                            Agent Script, not deployed, in a sandbox
#   {{type: agentforce}}                                    a published agent
#   {{type: command, command: [python3, PROGRAM]}}          any program
#   {{type: chat, model: MODEL, CHAT_FILES}}
#     prompt files, by OpenAI with the key in OPENAI_API_KEY; another compatible endpoint: add `base_url: https://HOST/v1`
"""
_TAIL = """\

# Who scores what the checks leave open; `none` = the checks alone.
judge: {provider: none}
"""


def scaffold(
    outlines: Sequence[Outline],
    config: Config,
    *,
    cases: Sequence[Case],
    manifest: Manifest | None,
    workflows: Mapping[str, str],
    paths: Sequence[str],
    day: str,
) -> dict[str, str]:
    """Every file of a set-up, whether it exists or not.

    `config` says where things lie; `paths` are the files there are, `cases` those that exist, `manifest` the test data
    that exists (None = there is none). Drafts are dated `day`. Values that an existing manifest lacks stand in the
    drafts themselves.
    """
    files = {FILE_NAME: config_text(outlines, paths)}
    files |= {f".github/workflows/{name}": text for name, text in workflows.items()}
    files[config.test_data] = TEST_DATA
    for outline in outlines:
        files |= _fixtures(outline, config.fixtures, drafts(outline, cases, day), manifest)
    files[f"{config.baselines}/.gitkeep"] = ""
    files[f"{config.runs}/.gitignore"] = _RUNS_IGNORE
    return files


def config_text(outlines: Sequence[Outline], paths: Sequence[str]) -> str:
    """A configuration of these agents, with what a newcomer asks about it as comments. `paths`: the files there are."""
    agents: dict[str, Json] = {outline.name: _agent(outline) for outline in outlines}
    head = _HEAD.replace("CHAT_FILES", _chat_files(outlines, paths))
    return f"{head}{yaml_text({'agents': agents})}{_TAIL}"


def _chat_files(outlines: Sequence[Outline], paths: Sequence[str]) -> str:
    """The files that the driver `chat` is told of the first agent that has prompt files; else how they are told."""
    found = ((prompts, tools) for prompts, tools in (chat_files(paths, one) for one in outlines) if prompts)
    prompts, tools = next(found, (["FILE"], ["FILE"]))
    named = {"prompt": prompts, **({"tools": tools} if tools else {})}
    return ", ".join(f"{key}: {yaml_text([*files]).strip()}" for key, files in named.items())


def _agent(outline: Outline) -> Json:
    patterns: dict[str, Json] = {
        "topics": {name: list(paths) for name, paths in outline.topic_patterns.items()},
        "actions": {name: list(paths) for name, paths in outline.action_patterns.items()},
    }
    return {
        "source": list(outline.source),
        "driver": {"type": "replay", "recordings": f"recordings/{outline.name}"},
        **{key: value for key, value in patterns.items() if value},
    }


def _fixtures(
    outline: Outline, root: str, made: Sequence[Draft], manifest: Manifest | None
) -> Iterator[tuple[str, str]]:
    given = parse_manifest(TEST_DATA, FILE_NAME)
    folders: dict[str, str] = {}
    for draft in made:
        topic = draft.case.topic
        if topic not in folders:
            folders[topic] = unused(kebab(topic) or "any-topic", set(folders.values()))
        case = draft.case
        if manifest is not None and not given.values.keys() <= manifest.values.keys():
            case = replace(resolve(case, given), data={})
        yield f"{root}/{outline.name}/{folders[topic]}/{case.id}.md", draft_text(replace(draft, case=case))


def draft_text(draft: Draft, origin: str = "made from the agent's definition") -> str:
    """The fixture of a draft, with what is left to its author as a comment; `origin` says what it was made from."""
    head, separator, body = print_fixture(draft.case).partition("\n---\n")
    advice = "".join(f"- {line}\n" for line in draft.advice)
    return f"{head}{separator}\n<!--\nA draft, {origin}. What is left to you:\n{advice}-->\n{body}"
