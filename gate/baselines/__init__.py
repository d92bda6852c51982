"""The accepted results of the base branch: file format, fingerprints, update. Pure."""
