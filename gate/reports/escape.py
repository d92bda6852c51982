"""Outside text made safe for each place it is shown: markdown, XML, a terminal, a workflow log.

Everything an agent, a judge, a fixture, a branch or a file name says passes through here before it is written. What
cannot be seen (controls, bidirectional overrides, zero-width and tag characters) is written out as `⟨U+202E⟩`, so a
reader notices it instead of being fooled by it.
"""

import re
import unicodedata

ZERO_WIDTH_SPACE = "\u200b"
"""Put inside a sequence that a renderer would act on after parsing, where no escape character exists."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2028\u2029\u3164\uffa0\ufffe\uffff")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
_CANDIDATE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|(?!(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f]))[^\x00-\x7f]")
_WHITESPACE = re.compile(r"\s+")
_ANSI = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: titles, links, clipboard
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colour, cursor, erase
    r"|\x1b[ -/]*[0-~]"  # two-character sequences
)
_MARKDOWN = str.maketrans(
    {
        **{char: f"\\{char}" for char in "\\`*_[]~$"},
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "|": "&#124;",
        "@": f"@{ZERO_WIDTH_SPACE}",
        "#": f"#{ZERO_WIDTH_SPACE}",
    },
)
_BLOCK_START = re.compile(r"^(?:([-+=])|(\d{1,9})([.)])(?=\s|$))")
_AUTOLINK = re.compile(r":(?=//)|www(?=\.)|gh(?=-\d)", re.IGNORECASE)
_EMOJI_CODE = re.compile(r":(?=[A-Za-z0-9_+\\-]+:)")
_COLON_PAIR = re.compile(":(?=:)")
_FENCE = re.compile(r"`+")


def visible(text: str) -> str:
    """The text with every character that cannot be seen written as `⟨U+XXXX⟩`; newlines and tabs stay.

    Joiners between two characters beyond ASCII stay too: emoji and several scripts need them.
    """
    return text if text.isascii() and text.isprintable() else _CANDIDATE.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    char = found.group()
    hidden = char in _INVISIBLE or unicodedata.category(char) in _HIDDEN_CATEGORIES or 0xE0100 <= ord(char) <= 0xE01EF
    return f"⟨U+{ord(char):04X}⟩" if hidden else char


def one_line(text: str) -> str:
    """The text on one line, runs of white space as one blank, with nothing hidden in it."""
    return visible(_WHITESPACE.sub(" ", text).strip())


def clip(text: str, length: int) -> str:
    """At most `length` characters; a cut text ends in an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def markdown(text: str) -> str:
    """Inline markdown that shows exactly this text on one line, also inside a table cell.

    No emphasis, link, image, HTML, code, mention, reference, emoji or formula comes of it. Mentions, references, bare
    addresses and emoji codes are found by GitHub after the markdown is parsed, so they are broken with a zero-width
    space where a backslash would not help.
    """
    safe = _AUTOLINK.sub(_break_autolink, one_line(text)).translate(_MARKDOWN)
    safe = _EMOJI_CODE.sub(f":{ZERO_WIDTH_SPACE}", safe)
    return _BLOCK_START.sub(_escape_block_start, safe)


def _break_autolink(found: re.Match[str]) -> str:
    return f"{found.group()}{ZERO_WIDTH_SPACE}"


def _escape_block_start(found: re.Match[str]) -> str:
    sign, number, point = found.groups()
    return f"\\{sign}" if sign else f"{number}\\{point}"


def code(text: str) -> str:
    """A code span that shows this text on one line, also inside a table cell; nothing in it is acted on.

    Text with a pipe is escaped instead: parsers disagree on a backslash before a pipe inside a code span in a table.
    """
    line = one_line(text).replace("<!--", f"<!{ZERO_WIDTH_SPACE}--")
    if not line or "|" in line:
        return markdown(line)
    fence = "`" * (max(map(len, _FENCE.findall(line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def spans(text: str) -> list[tuple[bool, str]]:
    """The gate's own prose split at its backticks: (is code, text). Unbalanced backticks are plain text."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return [(False, text)]
    return [(index % 2 == 1, part) for index, part in enumerate(parts) if part]


def prose(text: str) -> str:
    """A sentence as inline markdown: `code` in backticks stays code, all else is escaped."""
    pieces: list[str] = []
    code_before = False
    for is_code, part in spans(_WHITESPACE.sub(" ", text).strip()):
        if is_code and code_before:
            pieces.append(" ")  # two adjacent spans would read as one
        pieces.append(code(part) if is_code else _with_edges(part))
        code_before = is_code
    return "".join(pieces)


def _with_edges(part: str) -> str:
    """The escaped part with the blanks that part it from the code around it."""
    before, after = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
    return f"{before}{markdown(part)}{after}" if part.strip() else " "


def xml(text: str) -> str:
    """The text without what XML 1.0 cannot hold; markup is escaped by the serializer."""
    return visible(text)


def terminal(text: str) -> str:
    """The text on one line without escape sequences, and with nothing a workflow log would run as a command."""
    return log_safe(one_line(_ANSI.sub("", text)))


def terminal_lines(text: str) -> str:
    """Several lines for a terminal, each made safe as `terminal` does; their leading blanks and their order stay."""
    return "\n".join(f"{line[: len(line) - len(line.lstrip(' '))]}{terminal(line)}" for line in text.split("\n"))


def log_safe(text: str) -> str:
    """The text with both spellings of a workflow command broken, wherever in a line they would come to stand.

    `::name::` is a command at the start of a line and `##[name]` anywhere in it, on stdout and on stderr alike.
    """
    return _COLON_PAIR.sub(f":{ZERO_WIDTH_SPACE}", text).replace("##[", f"##{ZERO_WIDTH_SPACE}[")


def workflow_data(text: str) -> str:
    """The message of a `::name::message` workflow command."""
    safe = visible(text.replace("\r\n", "\n").replace("\r", "\n")).replace("##[", f"##{ZERO_WIDTH_SPACE}[")
    return safe.replace("%", "%25").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """A property's value of a workflow command, such as `file` or `title`."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")
