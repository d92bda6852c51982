"""Agent Eval Gate: decides whether a change to an AI agent may merge."""

__version__ = "0.1.0"
