"""`python -m gate.cli`: the `agent-gate` program without its installed script."""

from gate.cli.main import console

console()
