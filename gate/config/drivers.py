"""How agents are run: the `driver`, `hooks` and limits of an agent in `agent-gate.yml`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, JsonValue, model_validator

from gate.config.section import Section

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""Name of an environment variable. Secrets are named in the file and live in the environment."""


def _with_port(url: str) -> str:
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise ValueError(f"{url} names no port: {error}") from error
    return url


Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+"), AfterValidator(_with_port)]
Version = Annotated[str, Field(pattern=r"^(v\d+)?$")]
"""Name of an agent's version in an org."""
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
INSTANCE_VARIABLE = "SF_INSTANCE_URL"
"""Where an org's address is looked for when the configuration names none."""


class LimitsConfig(Section):
    """What a service bears. 0 = no limit of its own beside the run's `concurrency`."""

    at_once: int = Field(default=0, ge=0)
    """Sessions open at once (of an org: those of all its agents together), or calls in flight."""
    per_minute: int = Field(default=0, ge=0)
    """Requests begun in a minute."""


class ReplayDriver(Section):
    """Recorded trials, chosen by the agent definition's fingerprint."""

    type: Literal["replay"]
    recordings: str
    """Folder of recordings, relative to the repository root."""

    def files(self) -> tuple[str, ...]:
        """None: recordings define no agent."""
        return ()

    def secret_variables(self) -> frozenset[str]:
        """None: nothing is asked of anybody."""
        return frozenset()

    def needed_variables(self) -> frozenset[str]:
        """None."""
        return frozenset()


class LiveDriver(Section):
    """What every driver of a live agent takes."""

    turn_seconds: Seconds = 120
    """Longest wait for the answer to one user message."""
    case_seconds: Seconds = 600
    """Longest trial, all its turns and retries of one session together."""
    limits: LimitsConfig = LimitsConfig()

    def files(self) -> tuple[str, ...]:
        """Paths and patterns of the definition that the driver reads, inside of the agent's source or not."""
        return ()


class ChatDriver(LiveDriver):
    """Any OpenAI-compatible chat completions endpoint; `tool_results` of the fixture answer the tool calls."""

    type: Literal["chat"]
    base_url: Url = "https://api.openai.com/v1"
    """Address ahead of `/chat/completions`."""
    model: str = Field(min_length=1)
    key: Variable = "OPENAI_API_KEY"
    """Environment variable that holds the key; a local endpoint may do without one."""
    key_header: Literal["authorization", "api-key"] = "authorization"
    """api-key = how Azure OpenAI wants it."""
    query: Mapping[str, str] = {}
    """Added to the address, e.g. `api-version` for Azure OpenAI."""
    prompt: tuple[str, ...] = Field(min_length=1)
    """Files of the system prompt in their order, read from base and head; frontmatter is left out."""
    tools: tuple[str, ...] = ()
    """JSON or YAML files of tool definitions, read from base and head; a pattern is taken too."""
    parameters: Mapping[str, JsonValue] = {}
    """Sent as they are with each request, e.g. `temperature: 0`."""
    stream: bool = False
    """Ask for the answer in pieces, for endpoints that time out otherwise."""
    max_rounds: int = Field(default=8, ge=1, le=50)
    """Most rounds of tool calls in one turn."""
    retrieval: Literal["unseen", "none"] = "unseen"
    """Whether the endpoint may look texts up by itself; none = it does not, so a fact without a source was invented."""

    def files(self) -> tuple[str, ...]:
        """The files of the system prompt and of the tools."""
        return (*self.prompt, *self.tools)

    def secret_variables(self) -> frozenset[str]:
        """The key's."""
        return frozenset({self.key})

    def needed_variables(self) -> frozenset[str]:
        """The key's at the endpoint that is known to want one; an address of your own may do without."""
        return self.secret_variables() if self.base_url == type(self).model_fields["base_url"].default else frozenset()


class CommandDriver(LiveDriver):
    """A program that speaks JSON lines on stdin and stdout (docs/drivers.md); one process a trial."""

    type: Literal["command"]
    command: tuple[str, ...] = Field(min_length=1)
    """The program and its arguments, started without a shell in a folder that holds the arm's files."""
    environment: tuple[Variable, ...] = ()
    """Variables handed on; everything else but PATH, HOME, LANG and TMPDIR is left out."""
    deterministic: bool = False
    """The program answers the same question always the same: one trial a case, no statistics."""

    def secret_variables(self) -> frozenset[str]:
        """Every variable it is handed may be one."""
        return frozenset(self.environment)

    def needed_variables(self) -> frozenset[str]:
        """Those it is handed."""
        return frozenset(self.environment)


class OrgConfig(Section):
    """The Salesforce org agents are run in, and how to log in: a consumer key and secret, or the sf CLI."""

    instance_url: Url | None = None
    """My Domain address of the sandbox; empty = in the variable SF_INSTANCE_URL."""
    client_id: Variable = "SF_CLIENT_ID"
    """Environment variable with the external client app's consumer key."""
    client_secret: Variable = "SF_CLIENT_SECRET"  # noqa: S105 - the name of a variable
    """Environment variable with its secret."""
    alias: str = ""
    """Log in through the sf CLI as this alias or user name instead."""
    allow_production: bool = False
    """Run in an org that says of itself that it is no sandbox, scratch or trial org. Not wise."""

    def secret_variables(self) -> frozenset[str]:
        """The consumer secret's; the key is no secret but is not shown either."""
        return frozenset({self.client_id, self.client_secret})

    def needed_variables(self) -> frozenset[str]:
        """What a login takes; none where the sf CLI has logged in."""
        if self.alias:
            return frozenset()
        return self.secret_variables() | (frozenset() if self.instance_url else frozenset({INSTANCE_VARIABLE}))


class AgentforceDriver(LiveDriver):
    """A published Agentforce agent through the Agent API."""

    type: Literal["agentforce"]
    agent: str = ""
    """Developer name in the org; empty = the agent's name here."""
    org: OrgConfig = OrgConfig()
    version: Version = ""
    """Version to run, as the org names it (`v4`); empty = the active one. Another one needs `state: evaluation`."""
    base_agent: str = ""
    """Developer name of a second agent that runs the base's definition."""
    base_version: Version = ""
    """Version that runs the base's definition; another one than the active needs `state: evaluation`."""
    base_org: OrgConfig | None = None
    """Org that runs the base's definition; empty = the same org."""
    bypass_user: bool | None = None
    """true = runs as the agent's own user, false = as the run-as user; empty = by the agent's type."""
    stream: bool = False
    """Ask for answers as streams; the answers are the same."""
    state: Literal["trace", "evaluation", "none"] = "trace"
    """trace = tool calls are read from each turn's plan trace, evaluation = the Evaluation API holds the conversations
    and tells the state after each turn, none = they are not captured."""
    feedback: bool = False
    """Give the org what people say of a spot check: a 2 as GOOD, a 0 as BAD."""

    @property
    def runs_base(self) -> bool:
        """Whether something holds the base's definition; else only the head runs."""
        return bool(self.base_agent or self.base_version or self.base_org)

    @model_validator(mode="after")
    def _can_run_the_version(self) -> Self:
        if (self.version or self.base_version) and self.state != "evaluation":
            raise ValueError("the Agent API runs the active version only: a version needs `state: evaluation`")
        if self.stream and self.state == "evaluation":
            raise ValueError("the Evaluation API does not stream: leave out `stream`")
        if self.feedback and self.state == "evaluation":
            raise ValueError("the Evaluation API takes no feedback: leave out `feedback`")
        return self

    def secret_variables(self) -> frozenset[str]:
        """Those of its orgs."""
        return self.org.secret_variables() | (self.base_org.secret_variables() if self.base_org else frozenset())

    def needed_variables(self) -> frozenset[str]:
        """Those of its orgs."""
        return self.org.needed_variables() | (self.base_org.needed_variables() if self.base_org else frozenset())


class AgentforcePreviewDriver(LiveDriver):
    """Un-deployed Agent Script of base and head, compiled and previewed side by side in one sandbox."""

    type: Literal["agentforce-preview"]
    bundle: str = ""
    """Path of the `.agent` file; empty = the only one in the agent's source."""
    org: OrgConfig = OrgConfig()
    actions: Literal["simulated", "live"] = "simulated"
    """simulated = actions are invented by a model: routing and arguments only; live = as deployed in the org."""
    bypass_user: bool | None = None
    """true = runs as the agent's default user, which the org must have; empty = when the org has it."""
    version: Version = ""
    """Version name the compiled definition is given; empty = the `vN` of the bundle's target, else `v0`."""

    def files(self) -> tuple[str, ...]:
        """The script, where one is named."""
        return (self.bundle,) if self.bundle else ()

    def secret_variables(self) -> frozenset[str]:
        """Those of its org."""
        return self.org.secret_variables()

    def needed_variables(self) -> frozenset[str]:
        """Those of its org."""
        return self.org.needed_variables()


Driver = Annotated[
    ReplayDriver | ChatDriver | CommandDriver | AgentforceDriver | AgentforcePreviewDriver,
    Field(discriminator="type"),
]


class Hook(Section):
    """One step that prepares or tidies: a command, or an HTTP call. Exactly one of the two."""

    command: tuple[str, ...] = ()
    """Program and arguments, without a shell."""
    http: Url | None = None
    """Address to call."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    body: JsonValue = None
    headers: Mapping[str, Variable] = {}
    """Header name to the environment variable that holds its value."""
    environment: tuple[Variable, ...] = ()
    """Variables a command is given."""
    seconds: Seconds = 60

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.command) == bool(self.http):
            raise ValueError("a hook has either `command` or `http`")
        return self

    def secret_variables(self) -> frozenset[str]:
        """Those a command is given and those headers are made of."""
        return frozenset(self.environment) | frozenset(self.headers.values())


class HooksConfig(Section):
    """What is run around all trials of an agent, and around each."""

    before_suite: tuple[Hook, ...] = ()
    after_suite: tuple[Hook, ...] = ()
    before_case: tuple[Hook, ...] = ()
    """Before each trial of each case; told case, arm and trial."""
    after_case: tuple[Hook, ...] = ()

    def every(self) -> tuple[Hook, ...]:
        """All of them."""
        return (*self.before_suite, *self.after_suite, *self.before_case, *self.after_case)
