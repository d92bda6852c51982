"""Reads git repositories and folders; writes nothing and runs nothing of what it reads."""
