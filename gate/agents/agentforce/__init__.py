"""The drivers `agentforce` (published agents) and `agentforce-preview` (un-deployed Agent Script)."""
