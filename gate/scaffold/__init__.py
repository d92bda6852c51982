"""What `agent-gate init` writes into a repository: configuration, workflows, test data and draft fixtures."""
