"""An agent behind the driver `command`: JSON lines on stdin and stdout, the prompt of this arm from its own folder."""

import json
import re
import sys
from pathlib import Path


def listen():
    """The gate's messages, one a line, until it closes the pipe."""
    for line in sys.stdin:
        yield json.loads(line)


def say(**words):
    """One line to the gate. Everything else goes to stderr."""
    print(json.dumps(words), flush=True)


prompt = Path("agent/prompt.md").read_text(encoding="utf-8")  # files of `source` lie in the current folder
messages = listen()
start = next(messages)["start"]  # {"protocol": 1, "case": …, "arm": …, "trial": …, "variables": {…}}
print(f"{start['case']} of {start['arm']}", file=sys.stderr)

for message in messages:  # {"turn": 1, "user": "…"}
    order = re.search(r"[A-Z]\d+", message["user"])
    if order and "guess" not in prompt:
        say(call={"name": "FindOrder", "arguments": {"id": order.group()}})  # the fixture's `tool_results` answer it
        answer = next(messages)
        reply = f"Your order is {answer['result']['state']}." if "result" in answer else "I cannot look that up."
        say(reply=reply, retrieved=[])  # what is left out was not captured; calls the gate answered it knows
    else:
        say(reply="I guess it is sent." if order else "You are welcome.", tool_calls=[], retrieved=[])
